"""How many of the good products are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from shelfwise.evaluation.metrics.ranking import Grades, RankingMetric


@dataclass(frozen=True)
class Recall(RankingMetric):
    """`recall@k`: positives among the first k, divided by all positives of the query (which may be more than k)."""

    family: ClassVar[str] = "recall"

    def value(self, ranking: Sequence[str], grades: Grades) -> float:
        """positives found / positives."""
        return sum(self.hits(ranking, grades)) / self.positives(grades)
