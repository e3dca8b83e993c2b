"""Choosing a shop's search settings from judgments, with a figure that was not fitted to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shelfwise.evaluation import Tuning, tune
from shelfwise.evaluation.base import Qrels
from shelfwise.evaluation.metrics import metric
from shelfwise.evaluation.runs import scores_of
from shelfwise.evaluation.strategies import Parameters, Space, coordinate
from shelfwise.indexing import Progress
from shelfwise.searcher import Searcher
from shelfwise.settings import SearchSettings
from shelfwise.types import Float64, Page, Query

SPACE: Final[Space] = {
    "dense_weight": (0.3, 0.4, 0.5, 0.6, 0.7),
    "dense_weight_zh": (0.3, 0.4, 0.5, 0.6, 0.7),
    "feedback": (0.0, 0.2, 0.4, 0.6),
    "coverage": (0.0, 1.0, 2.0, 3.0, 4.0, 6.0),
    "synonym_weight": (0.3, 0.5, 0.7, 0.9),
}
DEPTH: Final = 100  # results read a query
LEAST: Final = 0.003  # gain of the mean that is worth leaving a setting for


def tune_search(
    searcher: Searcher,
    settings: SearchSettings,
    qrels: Qrels,
    *,
    texts: Mapping[str, str] | None = None,
    objective: str = "ndcg@10",
    space: Space = SPACE,
    folds: int = 5,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> Tuning:
    """The best weights of a shop's search, starting from its own settings, by the mean of a metric over the queries.

    `settings_of(settings, tuning.chosen)` are the settings to use; `tuning.out_of_fold` is what to expect of them. A
    setting is left only for a gain of more than LEAST.
    texts: query → what to ask in its place. Raises InputError for too few judged queries.
    """
    measure, done = metric(objective), 0

    def score(setting: Parameters, queries: Sequence[str]) -> Float64:
        nonlocal done
        tuned = searcher.tuned(settings_of(settings, setting))
        run = {query: scores_of(ids_of(tuned, texts[query] if texts else query, DEPTH)) for query in queries}
        done += 1
        progress(done, None)
        return measure.per_query(qrels, run)

    start = {name: getattr(settings, name) for name in space}
    return tune(score, space, start, sorted(qrels), strategy=coordinate(rounds=2, least=LEAST), folds=folds, seed=seed)


def settings_of(settings: SearchSettings, chosen: Parameters) -> SearchSettings:
    """The settings with what was chosen in place; raises pydantic's ValidationError for values out of range."""
    return SearchSettings.model_validate({**settings.model_dump(), **chosen})


def ids_of(searcher: Searcher, text: str, depth: int) -> list[str]:
    """The first ids that a search finds, without what only people look at."""
    query = Query(text, page=Page(0, depth), facets=(), explain=False)
    return [product.id for product in searcher.search(query, "tuning").products]
