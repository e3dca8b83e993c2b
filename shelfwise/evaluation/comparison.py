"""Two evaluations side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shelfwise.errors import InputError
from shelfwise.evaluation.evaluation import Evaluation
from shelfwise.evaluation.intervals import Interval
from shelfwise.evaluation.significance import differences, holm, paired_bootstrap, permutation_test
from shelfwise.types import Float64


@dataclass(frozen=True, slots=True)
class Difference:
    """second − first for one metric: mean, interval, and p-value of the permutation test, alone and corrected (Holm)
    for all metrics compared. `better`, `equal` and `worse` count queries."""

    first: float
    second: float
    change: float
    interval: Interval
    p_value: float
    p_corrected: float
    better: int
    equal: int
    worse: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs over the same queries. changes: metric → Float64[q], second − first (NaN without a positive)."""

    queries: tuple[str, ...]
    changes: Mapping[str, Float64]
    differences: Mapping[str, Difference]

    def as_json(self) -> dict[str, Any]:
        """Metric → its difference, with plain names."""
        return {
            name: {
                "first": each.first,
                "second": each.second,
                "difference": each.change,
                "low": each.interval.low,
                "high": each.interval.high,
                "level": each.interval.level,
                "p_value": each.p_value,
                "p_corrected": each.p_corrected,
                "better": each.better,
                "equal": each.equal,
                "worse": each.worse,
            }
            for name, each in self.differences.items()
        }


def compare(first: Evaluation, second: Evaluation, *, seed: int = 0) -> Comparison:
    """Is `second` better than `first`? For every metric that both have.

    Raises InputError when they are over other queries, have no metric in common, or no query has a positive.
    """
    if first.queries != second.queries or not np.array_equal(first.positive, second.positive):
        raise InputError("the two evaluations are over different judgments, expected the same queries in both.")
    names = [name for name in first.values if name in second.values]
    if not names or not first.positive.any():
        raise InputError(
            "the two evaluations have no metric in common, or no query with a positive: nothing to compare."
        )
    p_values = {name: permutation_test(first.values[name], second.values[name], seed=seed) for name in names}
    corrected = holm(p_values)
    return Comparison(
        first.queries,
        {name: second.values[name] - first.values[name] for name in names},
        {
            name: _difference(first.values[name], second.values[name], p_values[name], corrected[name], seed)
            for name in names
        },
    )


def _difference(first: Float64, second: Float64, p_value: float, p_corrected: float, seed: int) -> Difference:
    change = differences(first, second)
    return Difference(
        first=float(np.nanmean(first)),
        second=float(np.nanmean(second)),
        change=float(change.mean()),
        interval=paired_bootstrap(first, second, seed=seed),
        p_value=p_value,
        p_corrected=p_corrected,
        better=int((change > 0).sum()),
        equal=int((change == 0).sum()),
        worse=int((change < 0).sum()),
    )
