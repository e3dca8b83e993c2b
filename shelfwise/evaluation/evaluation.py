"""Judgments and a run in, figures out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shelfwise.errors import InputError
from shelfwise.evaluation.base import Metric, Qrels, Run
from shelfwise.evaluation.intervals import Interval, bootstrap
from shelfwise.evaluation.metrics import DEFAULT_METRICS, has_positive, metric
from shelfwise.evaluation.metrics.pool import PoolNDCG
from shelfwise.types import Bool, Float64


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one run. Columns over the q queries of the judgments, in sorted order.

    values: metric → Float64[q], NaN for a query without a positive.
    intervals: metric → bootstrap interval of its mean.
    positive: Bool[q], whether the query has a positive; means are over these queries only.
    found: Bool[q], whether the run has any result for the query (one without counts as 0).
    separate_pool: whether `pool_ndcg` read a run made within the judged products.
    warnings: what makes the figures doubtful, in words.
    """

    queries: tuple[str, ...]
    values: Mapping[str, Float64]
    intervals: Mapping[str, Interval]
    positive: Bool
    found: Bool
    separate_pool: bool
    warnings: tuple[str, ...] = ()

    @property
    def means(self) -> dict[str, float]:
        """Metric → mean over the queries with a positive (NaN when there is none)."""
        return {name: _mean(column) for name, column in self.values.items()}

    def as_json(self) -> dict[str, Any]:
        """The figures by name, flat; below them `intervals`, and `per_query` as columns. NaN becomes None."""
        return {
            **{name: _number(mean) for name, mean in self.means.items()},
            "queries": len(self.queries),
            "queries_with_positive": int(self.positive.sum()),
            "queries_without_positive": int((~self.positive).sum()),
            "queries_without_results": int((~self.found).sum()),
            "separate_pool": self.separate_pool,
            "warnings": list(self.warnings),
            "intervals": {
                name: {"low": _number(each.low), "high": _number(each.high), "level": each.level}
                for name, each in self.intervals.items()
            },
            "per_query": {
                "query": list(self.queries),
                **{name: [_number(value) for value in column] for name, column in self.values.items()},
            },
        }


def evaluate(
    qrels: Qrels,
    run: Run,
    metrics: Sequence[str | Metric] = DEFAULT_METRICS,
    *,
    pool_run: Run | None = None,
    threshold: int = 1,
    seed: int = 0,
) -> Evaluation:
    """Every metric for every judged query. Queries of the run that nobody judged are passed over.

    pool_run: what the search gives when it may choose among the judged products only, for `pool_ndcg`; None: the
    judged products of `run`. threshold: the least grade that counts as positive, for metrics given by name.

    Raises InputError for an unknown metric, no judgments, or a run that shares no query with them.

    >>> figures = evaluate({"tea": {"a": 1, "b": 0}}, {"tea": {"b": 2.0, "a": 1.0}}, ["mrr@10", "precision@1"])
    >>> figures.means
    {'mrr@10': 0.5, 'precision@1': 0.0}
    """
    _check(qrels, run)
    chosen = [metric(each, threshold=threshold) if isinstance(each, str) else each for each in metrics]
    pool = run if pool_run is None else pool_run
    queries = tuple(sorted(qrels))
    values = {each.name: each.per_query(qrels, pool if isinstance(each, PoolNDCG) else run) for each in chosen}
    return Evaluation(
        queries=queries,
        values=values,
        intervals={name: bootstrap(column, seed=seed) for name, column in values.items()},
        positive=np.array([has_positive(qrels[query], threshold) for query in queries], np.bool_),
        found=np.array([bool(run.get(query)) for query in queries], np.bool_),
        separate_pool=pool_run is not None,
        warnings=_warnings(qrels, run),
    )


def _check(qrels: Qrels, run: Run) -> None:
    if not qrels:
        raise InputError("found no judgments, expected at least one query.")
    if run and not qrels.keys() & run.keys():
        raise InputError(
            f"the run and the judgments share no query: found {min(run)!r} in the run and {min(qrels)!r} in the "
            "judgments.",
            hint="Use the same query texts (or query ids) in both.",
        )


def _warnings(qrels: Qrels, run: Run) -> tuple[str, ...]:
    results = sum(len(run.get(query, ())) for query in qrels)
    judged = sum(len(qrels[query].keys() & run.get(query, {}).keys()) for query in qrels)
    if results and not judged:
        return (f"none of the {results} results is judged: do the ids in the judgments belong to this catalogue?",)
    return ()


def _mean(values: Float64) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
