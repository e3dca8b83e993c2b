"""What is taken in each part of the world, drawn to what the whole shop takes where few tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from scipy import sparse

from shelfwise.recommend.generators.kept import matrix_of, parts_of
from shelfwise.types import Float64, Int32, Int64

PRIOR: Final = 50.0  # touches of the whole shop that every region begins with
KEPT: Final = ("starts", "columns", "values")  # arrays on disk
MOST: Final = 200  # regions that are kept: those where most happened


@dataclass(frozen=True, slots=True)
class RegionSums:
    """Float64[r, m], sparse: how much each of m products was touched in each of r regions, t.

    A region is drawn to the whole, whose sums are s, as if PRIOR of its touches were the whole's:

        score_r(p) = S · (t_r(p) + PRIOR · s(p) / S) / (T_r + PRIOR),    S = Σ s, T_r = Σ t_r

    A region of which nothing is known has the scores of the whole; one with many touches its own shares of S.
    """

    names: tuple[str, ...]
    sums: sparse.csr_matrix

    @classmethod
    def empty(cls, products: int) -> Self:
        """No region."""
        return cls((), sparse.csr_matrix((0, products)))

    def faded(self, by: float, places: Int64, products: int) -> RegionSums:
        """All sums times `by`; product j is the one at places[j] from now on, of so many (−1: gone)."""
        own = self.sums.tocoo()
        there = places[own.col] >= 0
        entries = (own.data[there] * by, (own.row[there], places[own.col[there]]))
        return RegionSums(self.names, sparse.csr_matrix(entries, shape=(len(self.names), products)))

    def added(self, names: tuple[str, ...], region: Int32, product: Int32, weight: Float64) -> RegionSums:
        """With touches of products in regions; region is a place in `names`, −1 for none."""
        there = region >= 0
        known = {name: place for place, name in enumerate(self.names)}
        codes = np.array([known.setdefault(name, len(known)) for name in names] + [-1], np.int64)[region[there]]
        shape = (len(known), self.sums.shape[1])
        new = sparse.csr_matrix((weight[there], (codes, product[there])), shape=shape)
        before = sparse.vstack([self.sums, sparse.csr_matrix((len(known) - len(self.names), shape[1]))], format="csr")
        return RegionSums(tuple(known), before + new)._most()

    def _most(self) -> RegionSums:
        """The regions where most happened, in the order in which they came; those where nothing did are none."""
        totals = np.asarray(self.sums.sum(axis=1)).ravel()
        kept = np.sort(np.argsort(-totals, kind="stable")[:MOST])
        kept = kept[totals[kept] > 0]
        return RegionSums(tuple(self.names[place] for place in kept), self.sums[kept])

    def scores(self, region: str, whole: Float64) -> Float64:
        """Float64[m], the scores of the region; `whole` (s) where nothing of it is known."""
        if region not in self.names:
            return whole
        own = self.sums[self.names.index(region)].toarray().ravel()
        total = float(whole.sum())
        scores: Float64 = (total * own + PRIOR * whole) / (own.sum() + PRIOR)
        return scores

    def kept(self) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, Any]]:
        """Arrays and the rest, to be kept on disk."""
        return parts_of(self.sums), {"regions": self.names}

    @classmethod
    def of_kept(cls, arrays: Mapping[str, np.ndarray[Any, Any]], rest: Mapping[str, Any], products: int) -> Self:
        """What was kept."""
        names = tuple(rest["regions"])
        return cls(names, matrix_of(arrays, (len(names), products)))
