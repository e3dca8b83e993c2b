"""How sure a mean is: bootstrap intervals over queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shelfwise.errors import InputError
from shelfwise.types import Float64

RESAMPLES = 10_000
_CHUNK = 2_000_000  # numbers drawn at a time, so that memory does not grow with the number of queries


@dataclass(frozen=True, slots=True)
class Interval:
    """low ≤ the true mean ≤ high, in `level` of cases."""

    low: float
    high: float
    level: float = 0.95


def bootstrap(values: Float64, *, resamples: int = RESAMPLES, level: float = 0.95, seed: int = 0) -> Interval:
    """Percentile bootstrap interval of a mean: n values are drawn with replacement, again and again, and averaged.

    values: Float64[n], one per query; NaN values (queries without a positive) are left out. The interval is NaN when
    no value is left. It covers the choice of queries, not errors in the judgments.

    Raises InputError for a level outside 0 to 1 or no resamples.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    if not 0 < level < 1 or resamples < 1:
        raise InputError(f"found level {level} and {resamples} resamples, expected 0 < level < 1 and 1 or more.")
    known = values[~np.isnan(values)]
    if not len(known):
        return Interval(np.nan, np.nan, level)
    means = np.concatenate(list(_means(known, resamples, np.random.default_rng(seed))))
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)


def _means(values: Float64, resamples: int, random: np.random.Generator) -> Iterator[Float64]:
    step = max(1, _CHUNK // len(values))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        yield values[random.integers(0, len(values), (rows, len(values)))].mean(axis=1)  # [rows]
