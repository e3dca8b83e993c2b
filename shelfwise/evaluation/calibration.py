"""Are probabilities true: of all answers given with 80%, are 80% right?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shelfwise.errors import InputError
from shelfwise.types import Bool, Float64

BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose confidence lies in (low, high]: how many, how sure on average, what share of them is right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(confidence: Float64, right: Bool, bins: int = BINS) -> tuple[Bin, ...]:
    """The answers in bins of equal width over 0 to 1, without empty ones: a reliability diagram.

    confidence: Float64[n], the probability of each answer; right: Bool[n].

    Raises InputError: a confidence outside 0 to 1, or no bins.
    """
    if bins < 1 or not ((confidence >= 0) & (confidence <= 1 + 1e-9)).all():
        raise InputError(f"found {bins} bins and confidences outside 0 to 1, expected 1 or more bins, 0 to 1.")
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    found = []
    for at in np.unique(place):
        inside = place == at
        mean = float(confidence[inside].mean())
        found.append(Bin(at / bins, (at + 1) / bins, int(inside.sum()), mean, float(right[inside].mean())))
    return tuple(found)


def expected_calibration_error(confidence: Float64, right: Bool, bins: int = BINS) -> float:
    """Σ over bins of (share of answers in the bin) · |accuracy − mean confidence|; NaN without answers.

    >>> expected_calibration_error(np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, True, True, False]), bins=2)
    0.0
    >>> round(expected_calibration_error(np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, True, True, False]), 10), 2)
    0.1

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    if not len(confidence):
        return float("nan")
    found = reliability(confidence, right, bins)
    return float(sum(one.count * abs(one.accuracy - one.confidence) for one in found) / len(confidence))
