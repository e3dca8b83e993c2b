"""One setting for all shops, chosen by cross-validation over the judged queries of both catalogues together.

What is maximised is the mean over the queries of nDCG@10: of the full search on Chinese titles, where nearly all that
is found is judged, and the mean of the full search and of the judged pool on Icecat, where a quarter is not. A query
shares its fold with its translation and its misspellings. The search starts where nothing was chosen yet (both sources
alike, no feedback, no points), so the out-of-fold figures owe nothing to the settings that are shipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.quality.workloads import WORKLOADS, Judged
from shelfwise.evaluation import folds_of, tune
from shelfwise.evaluation.metrics import metric
from shelfwise.evaluation.runs import scores_of
from shelfwise.evaluation.strategies import Parameters, coordinate
from shelfwise.searcher import Searcher
from shelfwise.settings import SearchSettings
from shelfwise.shop import Shop
from shelfwise.tuning import settings_of
from shelfwise.types import AnyOf, Filter, Float64, Page, Query

FOLDS: Final = 5
SPACE: Final = {
    "dense_weight": (0.4, 0.5, 0.6),
    "dense_weight_zh": (0.4, 0.5, 0.6),
    "feedback": (0.0, 0.2, 0.4, 0.6),
    "coverage": (0.0, 3.0),
    "synonym_weight": (0.5, 0.9),
}
NEUTRAL: Final = {"dense_weight": 0.5, "dense_weight_zh": 0.5, "feedback": 0.0, "coverage": 0.0, "synonym_weight": 0.9}
PARTS: Final = {"icecat": ("full", "pool"), "titles_zh": ("full",)}  # catalogue → what its objective is the mean of
WORKLOAD: Final = {"icecat": "icecat", "titles_zh": "titles-zh"}


class Scorer:
    """nDCG@10 of each query of each catalogue under a setting; every setting is asked once."""

    def __init__(self, shops: Mapping[str, Shop], data: Path) -> None:
        self.judged = {name: WORKLOADS[WORKLOAD[name]].load(data) for name in shops}
        self.searchers = {name: shop.searcher() for name, shop in shops.items()}
        self.keys = sorted((name, query) for name, judged in self.judged.items() for query in judged.qrels)
        self._known: dict[str, dict[str, Float64]] = {}

    def parts(self, setting: Parameters) -> dict[str, Float64]:
        """ "full" and "pool": a value for each of `keys`."""
        key = repr(sorted(setting.items()))
        if key not in self._known:
            settings = settings_of(SearchSettings(), setting)
            found = [
                _values(self.searchers[name].tuned(settings), self.judged[name]) for name in sorted(self.searchers)
            ]
            self._known[key] = {part: np.concatenate([each[part] for each in found]) for part in ("full", "pool")}
        return self._known[key]

    def objective(self, setting: Parameters, queries: Sequence[str]) -> Float64:
        """The mean of the catalogue's parts; `queries` are those of `keys`, in order."""
        parts = self.parts(setting)
        columns = [np.mean([parts[part][i] for part in PARTS[name]]) for i, (name, _) in enumerate(self.keys)]
        return np.array(columns)[: len(queries)]


def _values(searcher: Searcher, judged: Judged) -> dict[str, Float64]:
    ndcg, queries = metric("ndcg@10"), sorted(judged.qrels)
    full = {q: _scores(searcher, judged.texts[q], None, 10) for q in queries}
    pool = {q: _scores(searcher, judged.texts[q], AnyOf("id", tuple(judged.qrels[q])), 1000) for q in queries}
    return {"full": ndcg.per_query(judged.qrels, full), "pool": ndcg.per_query(judged.qrels, pool)}


def _scores(searcher: Searcher, text: str, filters: Filter | None, limit: int) -> dict[str, float]:
    query = Query(text, filters=filters, page=Page(0, limit), facets=(), explain=False)
    return scores_of([product.id for product in searcher.search(query, "tuning").products])


def tuned(shops: Mapping[str, Shop], data: Path, seed: int) -> dict[str, Any]:
    """The chosen setting, and for each catalogue and part the means: neutral, as shipped, out of fold, in sample."""
    scorer = Scorer(shops, data)
    names = [f"{name}: {query}" for name, query in scorer.keys]
    originals = {label: query for label, (_, query) in zip(names, scorer.keys, strict=True)}
    defaults = SearchSettings()
    shipped = {name: getattr(defaults, name) for name in SPACE}
    strategy = coordinate(rounds=2)
    found = tune(
        scorer.objective, SPACE, NEUTRAL, names, strategy=strategy, folds=FOLDS, seed=seed, originals=originals
    )
    fold = folds_of(names, FOLDS, seed=seed, originals=originals)
    figures = {}
    for catalogue in scorer.searchers:
        mine = np.array([name == catalogue for name, _ in scorer.keys])
        for part in PARTS[catalogue]:
            unseen = np.full(len(names), np.nan)
            for number, setting in found.by_fold.items():
                unseen[fold == number] = scorer.parts(setting)[part][fold == number]
            columns = {
                "neutral": scorer.parts(NEUTRAL)[part],
                "shipped": scorer.parts(shipped)[part],
                "out_of_fold": unseen,
                "in_sample": scorer.parts(found.chosen)[part],
            }
            figures[f"{catalogue} {part}"] = {name: float(np.nanmean(v[mine])) for name, v in columns.items()}
    return {**found.as_json(), "figures": figures}
