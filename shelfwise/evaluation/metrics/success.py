"""Whether anything good is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from shelfwise.evaluation.metrics.ranking import Grades, RankingMetric


@dataclass(frozen=True)
class Success(RankingMetric):
    """`success@k`: 1 when a positive is among the first k, else 0."""

    family: ClassVar[str] = "success"
    needs_cutoff: ClassVar[bool] = True

    def value(self, ranking: Sequence[str], grades: Grades) -> float:
        """1 or 0."""
        return float(any(self.hits(ranking, grades)))
