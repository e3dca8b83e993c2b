"""How far down the first good product is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from shelfwise.evaluation.metrics.ranking import Grades, RankingMetric


@dataclass(frozen=True)
class MRR(RankingMetric):
    """`mrr@k`: 1 / rank of the first positive among the first k; 0 when there is none. Its mean is the MRR.

    >>> MRR(k=10).of_query(["bad", "good"], {"good": 1})
    0.5
    """

    family: ClassVar[str] = "mrr"

    def value(self, ranking: Sequence[str], grades: Grades) -> float:
        """1 / rank of the first positive."""
        hits = self.hits(ranking, grades)
        return 1.0 / (hits.index(True) + 1) if True in hits else 0.0
