"""Policies side by side: the same shoppers, and how sure the difference is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from shelfwise.evaluation.intervals import Interval
from shelfwise.simulate.shoppers.policies import Policy
from shelfwise.simulate.shoppers.visit import Outcome
from shelfwise.types import Float64

COLD: Final = 2  # visits of a shopper that are counted as cold
RESAMPLES: Final = 4_000
Part: TypeAlias = Literal["all", "cold", "warm"]
Measure: TypeAlias = Literal["purchases", "expected", "conversion", "revenue", "clicks", "satisfaction"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure a session under two policies. gain = value / base − 1, with the interval of the gain.

    The interval is NaN where `base` is 0 in some resample.
    """

    part: Part
    measure: Measure
    base: float
    value: float
    gain: float
    interval: Interval


def measures(outcome: Outcome) -> dict[Measure, float]:
    """What a visit counts for: purchases are products bought, expected those that the same pages lead to on average
    (see `Outcome`), revenue what was paid, satisfaction that after it."""
    return {
        "purchases": float(len(outcome.bought)),
        "expected": outcome.expected,
        "conversion": float(bool(outcome.bought)),
        "revenue": outcome.spent,
        "clicks": float(outcome.clicks),
        "satisfaction": outcome.satisfaction,
    }


def sessions(outcomes: Sequence[Outcome], part: Part) -> list[Outcome]:
    """The visits of a part: cold ones are the first COLD of each shopper."""
    return [one for one in outcomes if part == "all" or (one.visit < COLD) == (part == "cold")]


def compare(
    arms: Mapping[Policy, Sequence[Outcome]], base: Policy, shoppers: int, seed: int = 0
) -> dict[Policy, list[Difference]]:
    """Each policy against `base`, by part and measure.

    A measure a session is Σ over sessions / number of sessions. Shoppers are resampled, each with all of their
    sessions under both policies (a paired cluster bootstrap): visits of one shopper are not independent, and a
    shopper who buys much does so under either. Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993.
    """
    random = np.random.default_rng(seed)
    counts = random.multinomial(shoppers, np.full(shoppers, 1 / shoppers), RESAMPLES).astype(np.float64)
    found: dict[Policy, list[Difference]] = {}
    for policy in arms:
        if policy != base:
            found[policy] = [
                _difference(arms[base], arms[policy], part, measure, counts) for part in PARTS for measure in MEASURES
            ]
    return found


def _difference(
    base: Sequence[Outcome], other: Sequence[Outcome], part: Part, measure: Measure, counts: Float64
) -> Difference:
    one, two = (_sums(sessions(arm, part), measure, counts.shape[1]) for arm in (base, other))
    with np.errstate(divide="ignore", invalid="ignore"):
        gains = _ratio(counts @ two) / _ratio(counts @ one) - 1
        low, high = np.quantile(gains, [0.025, 0.975])
        value, before = (float(_ratio(sums.sum(axis=0))) for sums in (two, one))
        gain = float(np.divide(value, before)) - 1
    return Difference(part, measure, before, value, gain, Interval(float(low), float(high)))


def _sums(outcomes: Sequence[Outcome], measure: Measure, shoppers: int) -> Float64:
    """Float64[shoppers, 2]: the measure's sum, and how many sessions."""
    sums = np.zeros((shoppers, 2))
    for outcome in outcomes:
        sums[outcome.number] += measures(outcome)[measure], 1.0
    return sums


def _ratio(sums: Float64) -> Float64:
    ratio: Float64 = sums[..., 0] / sums[..., 1]
    return ratio
