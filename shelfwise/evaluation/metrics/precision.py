"""How many of the first products are good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from shelfwise.evaluation.metrics.ranking import Grades, RankingMetric


@dataclass(frozen=True)
class Precision(RankingMetric):
    """`precision@k`: positives among the first k, divided by k even when fewer were found."""

    family: ClassVar[str] = "precision"
    needs_cutoff: ClassVar[bool] = True

    def value(self, ranking: Sequence[str], grades: Grades) -> float:
        """positives found / k."""
        return sum(self.hits(ranking, grades)) / (self.k or 1)
