"""nDCG where not everything was judged: over the judged products alone.

Relations: plain nDCG takes an unjudged product for a bad one, and so punishes a search that finds good products that
nobody judged. `condensed_ndcg` leaves unjudged products out of the run as it is: judged products that the run did not
reach still count as missed. `pool_ndcg` asks another question: in what order would the search put the judged products,
if it had to choose among them alone? It reads a run of its own, made by searching within them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from shelfwise.evaluation.metrics.ndcg import NDCG
from shelfwise.evaluation.metrics.ranking import Grades


@dataclass(frozen=True)
class CondensedNDCG(NDCG):
    """`condensed_ndcg@k`: nDCG@k of the run without its unjudged products (Sakai, 2007).

    >>> CondensedNDCG(k=1).of_query(["unjudged", "good"], {"good": 1})
    1.0
    """

    family: ClassVar[str] = "condensed_ndcg"

    def value(self, ranking: Sequence[str], grades: Grades) -> float:
        """The value of NDCG on the judged products of the ranking."""
        return super().value([product for product in ranking if product in grades], grades)


@dataclass(frozen=True)
class PoolNDCG(CondensedNDCG):
    """`pool_ndcg@k`: nDCG@k of the judged products re-ranked.

    `evaluate` hands it the pool run; without one it falls back on the judged products of the run, which is then the
    same as `condensed_ndcg`.
    """

    family: ClassVar[str] = "pool_ndcg"
