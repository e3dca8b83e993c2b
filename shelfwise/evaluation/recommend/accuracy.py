"""How many of the products that a shopper took were in the list, and how high.

`found` is Bool[u, n]: whether the product at each place of each of u shoppers' lists was one that the shopper took; it
comes from `found_in`. `positives` is Int64[u], how many products each took. A value per shopper comes first, NaN for
one who took nothing; means and intervals are the caller's. Only the first k places count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shelfwise.errors import InputError
from shelfwise.types import Bool, Float64, Int32, Int64


@dataclass(frozen=True, slots=True)
class Truth:
    """What u shoppers took after the lists were made: items[starts[s]:starts[s + 1]] for shopper s, each once.

    starts: Int64[u + 1]. items: Int32, codes of the same catalogue as the lists.
    """

    starts: Int64
    items: Int32

    @classmethod
    def of_one(cls, items: Int32) -> Truth:
        """One product a shopper: Int32[u]."""
        return cls(np.arange(len(items) + 1, dtype=np.int64), items)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def positives(self) -> Int64:
        """Int64[u], how many products each shopper took."""
        return np.diff(self.starts)

    @property
    def shopper(self) -> Int64:
        """Int64[n], who took each of the items."""
        return np.repeat(np.arange(len(self)), self.positives)

    def only(self, kept: Bool) -> Truth:
        """Some of the items, of the same shoppers. kept: Bool[n]."""
        counts = np.bincount(self.shopper[kept], minlength=len(self))
        return Truth(np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]), self.items[kept])


def found_in(top: Int32, truth: Truth) -> Bool:
    """Bool[u, n]: which places of the lists hold a product that the shopper took.

    top: Int32[u, n] of product codes, the best first; −1 where a list is shorter.
    Raises InputError when there are not as many lists as shoppers, or a list has a product twice.

    >>> found_in(np.array([[3, 1, 2]], np.int32), Truth.of_one(np.array([1], np.int32)))
    array([[False,  True, False]])
    """
    if len(top) != len(truth):
        raise InputError(f"found {len(top)} lists for {len(truth)} shoppers, expected one each.")
    ordered = np.sort(top, axis=1)
    if ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any():
        raise InputError("a list has the same product twice, expected each once.")
    width = int(max(top.max(initial=0), truth.items.max(initial=0))) + 1
    taken = truth.shopper * width + truth.items
    places = np.arange(len(top))[:, None] * width + top  # [u, n]
    return np.isin(places, taken) & (top >= 0)


def hit_rate(found: Bool, positives: Int64, k: int) -> Float64:
    """HR@k: 1 if any of the first k was taken, else 0."""
    return _known(np.where(found[:, :k].any(axis=1), 1.0, 0.0), positives)


def recall(found: Bool, positives: Int64, k: int) -> Float64:
    """recall@k: the share of the products taken that is among the first k. With one product each this is HR@k."""
    shares: Float64 = found[:, :k].sum(axis=1) / np.maximum(positives, 1).astype(np.float64)
    return _known(shares, positives)


def reciprocal_rank(found: Bool, positives: Int64, k: int) -> Float64:
    """MRR@k: 1 / the place (from 1) of the first product that was taken; 0 if it is not among the first k."""
    first = found[:, :k]
    places: Float64 = 1.0 / (first.argmax(axis=1) + 1)  # [u], of the first hit
    return _known(np.where(first.any(axis=1), places, 0.0), positives)


def ndcg(found: Bool, positives: Int64, k: int) -> Float64:
    """NDCG@k: Σ 1 / log2(place + 1) over the places taken, over the same sum for the best possible list.

    Source: Järvelin and Kekäläinen, TOIS 2002, with gain 1.

    >>> ndcg(np.array([[False, True, False]]), np.array([1]), 3).round(4)
    array([0.6309])
    """
    first = found[:, :k]
    discounts = 1 / np.log2(np.arange(2, k + 2))  # [k]
    best = np.concatenate([[0.0], np.cumsum(discounts)])[np.minimum(positives, k)]  # [u]
    gains = np.where(first, discounts[: first.shape[1]], 0.0).sum(axis=1)  # [u]
    return _known(gains / np.where(best > 0, best, 1.0), positives)


def _known(values: Float64, positives: Int64) -> Float64:
    return np.where(positives > 0, values, np.nan)
