"""Precision averaged over the places of the good products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from shelfwise.evaluation.metrics.ranking import Grades, RankingMetric


@dataclass(frozen=True)
class AveragePrecision(RankingMetric):
    """`map`, `map@k`: Σ over the positives found of the precision at their rank, divided by all positives.

    The mean over queries is the MAP. A positive that was not found adds 0.

    >>> AveragePrecision().of_query(["good", "bad", "fine"], {"good": 2, "fine": 1})
    0.8333333333333333
    """

    family: ClassVar[str] = "map"

    def value(self, ranking: Sequence[str], grades: Grades) -> float:
        """Average precision of one ranking."""
        found, total = 0, 0.0
        for place, hit in enumerate(self.hits(ranking, grades), start=1):
            if hit:
                found += 1
                total += found / place
        return total / self.positives(grades)
