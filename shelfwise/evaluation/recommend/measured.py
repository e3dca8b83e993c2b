"""A model's lists measured: values per shopper, means with intervals, and two models on the same shoppers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from shelfwise.errors import InputError
from shelfwise.evaluation.intervals import Interval, bootstrap
from shelfwise.evaluation.recommend import accuracy, beyond
from shelfwise.evaluation.recommend.accuracy import Truth
from shelfwise.evaluation.significance import holm, paired_bootstrap, permutation_test
from shelfwise.types import Bool, Float32, Float64, Int32, Int64

Metric = Callable[[Bool, Int64, int], Float64]
ACCURACY: Final[Mapping[str, Metric]] = {
    "hr": accuracy.hit_rate,
    "ndcg": accuracy.ndcg,
    "recall": accuracy.recall,
    "mrr": accuracy.reciprocal_rank,
}
RESAMPLES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lists are compared with. support: Int64[m], training shoppers by product; shoppers: how many there were.

    past: Float64[u], the mean popularity of each measured shopper's history (NaN: no history). vectors: Float32[m, d],
    unit rows for diversity, None without.
    """

    support: Int64
    shoppers: int
    past: Float64
    vectors: Float32 | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """values: metric → Float64[u], NaN for a shopper it does not exist for. whole: metric of all lists together."""

    values: Mapping[str, Float64]
    whole: Mapping[str, float]
    intervals: Mapping[str, Interval]

    @property
    def means(self) -> dict[str, float]:
        """Every figure by name; NaN where no shopper has one."""
        return {name: _mean(column) for name, column in self.values.items()} | dict(self.whole)

    @property
    def asked(self) -> int:
        """How many shoppers took something."""
        return int((~np.isnan(next(iter(self.values.values())))).sum()) if self.values else 0

    def as_json(self) -> dict[str, Any]:
        """Figures and intervals with plain names."""
        intervals = {name: {"low": each.low, "high": each.high} for name, each in self.intervals.items()}
        return {**self.means, "intervals": intervals}


def measure_accuracy(top: Int32, truth: Truth, *, ks: Sequence[int] = (10,), seed: int = 0) -> Measured:
    """HR, NDCG, recall and MRR of u lists at each k of `ks`.

    top: Int32[u, n], n ≥ every k. Intervals are bootstrapped over shoppers; they cover the choice of shoppers, not of
    the model's own randomness. Raises InputError for lists that are too short, or not one a shopper.
    """
    if top.shape[1] < max(ks):
        raise InputError(f"found lists of {top.shape[1]}, expected {max(ks)} places (−1 where empty).")
    found, positives = accuracy.found_in(top, truth), truth.positives
    values = {f"{name}@{k}": each(found, positives, k) for k in ks for name, each in ACCURACY.items()}
    return Measured(values, {}, _intervals(values, seed))


def measure(
    top: Int32, truth: Truth, around: Surroundings, *, ks: Sequence[int] = (5, 10), main: int = 10, seed: int = 0
) -> Measured:
    """All figures of u lists: accuracy at each k of `ks`, what lists are like at `main`. See measure_accuracy."""
    exact = measure_accuracy(top, truth, ks=ks, seed=seed)
    values: dict[str, Float64] = {}
    first, products = top[:, :main], len(around.support)
    values[f"novelty@{main}"] = beyond.novelty(first, around.support, around.shoppers)
    values[f"popularity@{main}"] = beyond.popularity(first, around.support, around.shoppers)
    if around.vectors is not None:
        values[f"diversity@{main}"] = beyond.diversity(first, around.vectors)
    whole = {
        f"coverage@{main}": beyond.coverage(first, products),
        f"gini@{main}": beyond.gini(beyond.shown(first, products)),
        f"popularity_lift@{main}": beyond.popularity_lift(first, around.past, around.support, around.shoppers),
    }
    intervals = {**exact.intervals, **_intervals(values, seed)}
    return Measured({**exact.values, **values}, whole, intervals)


@dataclass(frozen=True, slots=True)
class Gain:
    """second − first for one metric on the same shoppers; p-value of the permutation test, alone and after Holm."""

    first: float
    second: float
    interval: Interval
    p_value: float
    p_corrected: float


def compare_measured(
    first: Measured, second: Measured, names: Sequence[str] = ("ndcg@10", "hr@10", "mrr@10"), *, seed: int = 0
) -> dict[str, Gain]:
    """Is `second` better than `first`, shopper by shopper? Raises InputError when they are over other shoppers."""
    pairs = {name: (first.values[name], second.values[name]) for name in names if name in first.values}
    if any(len(one) != len(other) for one, other in pairs.values()):
        raise InputError("the two models were measured on other shoppers, expected the same for both.")
    p_values = {name: permutation_test(*pair, resamples=RESAMPLES, seed=seed) for name, pair in pairs.items()}
    corrected = holm(p_values)
    return {
        name: Gain(
            _mean(pair[0]),
            _mean(pair[1]),
            paired_bootstrap(*pair, resamples=RESAMPLES, seed=seed),
            p_values[name],
            corrected[name],
        )
        for name, pair in pairs.items()
    }


def _intervals(values: Mapping[str, Float64], seed: int) -> dict[str, Interval]:
    return {name: bootstrap(column, resamples=RESAMPLES, seed=seed) for name, column in values.items()}


def _mean(column: Float64) -> float:
    known = column[~np.isnan(column)]
    return float(known.mean()) if len(known) else float("nan")
