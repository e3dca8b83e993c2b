"""Normalised discounted cumulative gain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from shelfwise.evaluation.metrics.ranking import Grades, RankingMetric
from shelfwise.types import Float64


def exponential_gain(grades: Float64) -> Float64:
    """2^grade − 1; grades below 0 gain nothing."""
    return np.exp2(np.maximum(grades, 0.0)) - 1.0


def linear_gain(grades: Float64) -> Float64:
    """The grade itself; grades below 0 gain nothing."""
    return np.maximum(grades, 0.0)


def dcg(gains: Float64) -> float:
    """Σ over ranks r = 1, 2, … of gain_r / log2(r + 1).

    >>> dcg(np.array([7.0, 0.0, 1.0]))
    7.5
    """
    return float(np.sum(gains / np.log2(np.arange(2, len(gains) + 2))))


@dataclass(frozen=True)
class LinearNDCG(RankingMetric):
    """`ndcg_linear@k`: DCG of the first k over the DCG of the best possible order, the gain being the grade.

    A product without a judgment gains nothing. This is the nDCG of trec_eval; see NDCG for the usual one in shops.
    """

    family: ClassVar[str] = "ndcg_linear"

    def gain(self, grades: Float64) -> Float64:
        """What a product of each grade is worth."""
        return linear_gain(grades)

    def value(self, ranking: Sequence[str], grades: Grades) -> float:
        """DCG / ideal DCG, both over the first k."""
        found = np.array([grades.get(product, 0) for product in ranking[: self.k]], np.float64)
        ideal = np.array(sorted(grades.values(), reverse=True)[: self.k], np.float64)
        return dcg(self.gain(found)) / dcg(self.gain(ideal))


@dataclass(frozen=True)
class NDCG(LinearNDCG):
    """`ndcg@k`: nDCG with the gain 2^grade − 1, which sets perfect far above fair (Burges et al., 2005).

    >>> round(NDCG(k=3).of_query(["fair", "perfect"], {"perfect": 3, "fair": 1}), 4)
    0.7098
    """

    family: ClassVar[str] = "ndcg"

    def gain(self, grades: Float64) -> Float64:
        """2^grade − 1."""
        return exponential_gain(grades)
