"""How much of what was found is judged at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from shelfwise.evaluation.metrics.ranking import Grades, RankingMetric


@dataclass(frozen=True)
class Judged(RankingMetric):
    """`judged@k`: the share of the first k products (of as many as were found) that have a judgment.

    Read it beside nDCG: where it is low, nDCG says little.
    """

    family: ClassVar[str] = "judged"
    needs_cutoff: ClassVar[bool] = True

    def value(self, ranking: Sequence[str], grades: Grades) -> float:
        """judged / found, among the first k; 0 when nothing was found."""
        first = ranking[: self.k]
        return sum(product in grades for product in first) / len(first) if first else 0.0
