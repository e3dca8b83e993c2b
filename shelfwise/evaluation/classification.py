"""How good are labels and scores that a classifier gives: accuracy, F1, confusions, ranking of two groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shelfwise.errors import InputError
from shelfwise.types import Bool, Float64


@dataclass(frozen=True, slots=True)
class Confusion:
    """So many texts of one label were given another."""

    true: str
    given: str
    count: int


def accuracy(true: Sequence[str], given: Sequence[str]) -> float:
    """Share of texts that were given their own label.

    >>> accuracy(["a", "b", "b", "c"], ["a", "b", "c", "c"])
    0.75

    Raises InputError: no texts, or not one given label for each.
    """
    _check(true, given)
    return sum(one == other for one, other in zip(true, given, strict=True)) / len(true)


def macro_f1(true: Sequence[str], given: Sequence[str]) -> float:
    """Mean over the labels of F1 = 2·hits / (texts of the label + texts given it), each label counting alike.

    Labels are all that are true or given somewhere.

    >>> macro_f1(["a", "a", "b"], ["a", "b", "b"])
    0.6666666666666666

    Raises InputError: no texts, or not one given label for each.
    """
    _check(true, given)
    hits = Counter(one for one, other in zip(true, given, strict=True) if one == other)
    texts, answers = Counter(true), Counter(given)
    labels = sorted({*texts, *answers})
    return float(np.mean([2 * hits[label] / (texts[label] + answers[label]) for label in labels]))


def confusions(true: Sequence[str], given: Sequence[str]) -> list[Confusion]:
    """The mistakes, the most frequent first."""
    found = Counter((one, other) for one, other in zip(true, given, strict=True) if one != other)
    return [Confusion(*pair, count) for pair, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))]


def auroc(scores: Float64, positive: Bool) -> float:
    """Probability that a positive scores above a negative, a tie counting one half; NaN without one of either.

    By ranks (Mann and Whitney 1947): (Σ ranks of positives − n₊(n₊ + 1)/2) / (n₊·n₋), ties sharing their mean rank.

    >>> auroc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    0.75
    """
    above = int(positive.sum())
    below = len(positive) - above
    if not above or not below:
        return float("nan")
    _, group, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[group]
    return float((ranks[positive].sum() - above * (above + 1) / 2) / (above * below))


def recall_at_precision(scores: Float64, positive: Bool, precision: float) -> tuple[float, float]:
    """The highest recall among thresholds t whose answers (score ≥ t) are right in at least `precision` of cases, and
    that threshold; (0, ∞) where there is none.

    >>> recall_at_precision(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, True]), 0.9)
    (0.6666666666666666, 0.8)
    """
    order = np.argsort(-scores, kind="stable")
    sorted_scores = scores[order]
    hits = np.cumsum(positive[order])
    last_of_tie = np.append(sorted_scores[1:] != sorted_scores[:-1], True)[: len(scores)]
    good = last_of_tie & (hits > 0) & (hits >= precision * np.arange(1, len(scores) + 1))
    if not good.any():
        return 0.0, float("inf")
    best = int(np.flatnonzero(good)[-1])
    return float(hits[best] / positive.sum()), float(sorted_scores[best])


def _check(true: Sequence[str], given: Sequence[str]) -> None:
    if not true or len(true) != len(given):
        raise InputError(f"found {len(true)} labels and {len(given)} answers, expected one answer for each label.")
