"""The driver: asks a search every judged query, and evaluates what it answers.

It knows no engine and no shop: a search is a function from a text to product ids, best first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from shelfwise.errors import InputError
from shelfwise.evaluation.base import Metric, Qrels, Run
from shelfwise.evaluation.evaluation import Evaluation, evaluate
from shelfwise.evaluation.metrics import DEFAULT_METRICS
from shelfwise.evaluation.runs import scores_of
from shelfwise.evaluation.translations import check_translated
from shelfwise.types import Float64

DEPTH = 100


# Search: a query text and a limit → product ids, best first.
# PoolSearch: a query text and the products that may be found → these, best first; those it drops are missed.
# Progress: queries done, queries in all, the query just done.
Search: TypeAlias = Callable[[str, int], Sequence[str]]
PoolSearch: TypeAlias = Callable[[str, Sequence[str]], Sequence[str]]
Progress: TypeAlias = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search answered and how good it is.

    texts: query → the text that was asked (a translation, a misspelling, or the query itself).
    milliseconds: Float64[q], how long each query took, in the order of evaluation.queries; the pool is not timed.
    """

    evaluation: Evaluation
    run: Run
    pool_run: Run | None
    texts: Mapping[str, str]
    milliseconds: Float64

    def as_json(self) -> dict[str, Any]:
        """The figures of the evaluation, and `took_ms`: p50, p95, p99 and mean."""
        p50, p95, p99 = np.percentile(self.milliseconds, [50, 95, 99])
        took = {"p50": p50, "p95": p95, "p99": p99, "mean": self.milliseconds.mean()}
        figures = self.evaluation.as_json()
        figures["took_ms"] = {name: round(float(value), 3) for name, value in took.items()}
        figures["per_query"]["took_ms"] = [round(float(value), 3) for value in self.milliseconds]
        figures["per_query"]["text"] = [self.texts[query] for query in self.evaluation.queries]
        return figures


def evaluate_search(
    search: Search,
    qrels: Qrels,
    *,
    clock: Callable[[], float],
    pool_search: PoolSearch | None = None,
    texts: Mapping[str, str] | None = None,
    metrics: Sequence[str | Metric] = DEFAULT_METRICS,
    depth: int = DEPTH,
    threshold: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
) -> Searched:
    """Ask every judged query and evaluate the answers.

    clock: seconds, as time.perf_counter. pool_search: for `pool_ndcg`, asked with the judged products of each query.
    texts: query → what to ask in its place; must cover all judged queries. depth: how many results are read; metrics
    without a cutoff and condensed_ndcg look no further.

    Raises InputError for a query without a text, and for a pool search that returns products it was not given. What
    the search itself raises goes through, with a note that names the query.
    """
    asked = dict(texts) if texts is not None else {query: query for query in qrels}
    check_translated(qrels.keys(), asked.keys())
    queries = sorted(qrels)
    run: dict[str, dict[str, float]] = {}
    pool_run: dict[str, dict[str, float]] = {}
    milliseconds = np.zeros(len(queries))
    for place, query in enumerate(queries):
        try:
            start = clock()
            results = search(asked[query], depth)
            milliseconds[place] = 1000 * (clock() - start)
            run[query] = scores_of(results[:depth])
            if pool_search is not None:
                pool_run[query] = _pool(pool_search, asked[query], sorted(qrels[query]))
        except Exception as error:
            error.add_note(f"while searching {asked[query]!r}")
            raise
        if progress is not None:
            progress(place + 1, len(queries), query)
    pool = pool_run if pool_search is not None else None
    evaluation = evaluate(qrels, run, metrics, pool_run=pool, threshold=threshold, seed=seed)
    return Searched(evaluation, run, pool, {query: asked[query] for query in queries}, milliseconds)


def _pool(search: PoolSearch, text: str, ids: Sequence[str]) -> dict[str, float]:
    ranking = search(text, ids)
    strangers = set(ranking) - set(ids)
    if strangers:
        raise InputError(f"the pool search for {text!r} found {min(strangers)!r}, expected only the ids it was given.")
    return scores_of(ranking)
