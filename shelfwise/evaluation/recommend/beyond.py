"""What lists are like besides right: how much of the catalogue they show, how new, how unlike each other, how popular.

Lists are Int32[u, k] of product codes, −1 where a list is shorter. `support` is Int64[m]: how many of the shoppers that
a model learnt from touched each of the m products.
"""

from __future__ import annotations

import numpy as np

from shelfwise.types import Float32, Float64, Int32, Int64


def shown(top: Int32, products: int) -> Int64:
    """Int64[m]: in how many lists each product is."""
    return np.bincount(top[top >= 0], minlength=products)


def coverage(top: Int32, products: int) -> float:
    """The share of the m products that is in at least one list.

    >>> coverage(np.array([[0, 1], [1, 2]], np.int32), 4)
    0.75
    """
    return float((shown(top, products) > 0).mean()) if products else float("nan")


def gini(counts: Int64) -> float:
    """How unequally lists treat products: 0 when each is shown as often, near 1 when one has all the places.

    G = Σ (2i − m − 1) c_i / (m Σ c_i) over counts c in ascending order, i = 1 … m. NaN when nothing is shown.

    >>> gini(np.array([2, 2, 2])), round(gini(np.array([0, 0, 6])), 4)
    (0.0, 0.6667)
    """
    ordered, m = np.sort(counts), len(counts)
    if not ordered.sum():
        return float("nan")
    return float(((2 * np.arange(1, m + 1) - m - 1) * ordered).sum() / (m * ordered.sum()))


def novelty(top: Int32, support: Int64, shoppers: int) -> Float64:
    """Float64[u]: the mean self-information of a list, −log2 p with p = (support + 1) / (shoppers + 1), in bits.

    One is added to both, so that a product that nobody touched is as new as can be, not infinitely so. NaN for an empty
    list. Source: Zhou et al., PNAS 2010.
    """
    return _mean(-np.log2((support + 1) / (shoppers + 1)), top)


def popularity(top: Int32, support: Int64, shoppers: int) -> Float64:
    """Float64[u]: the mean share of shoppers that touched the products of a list. NaN for an empty list."""
    return _mean(support / max(1, shoppers), top)


def popularity_lift(top: Int32, past: Float64, support: Int64, shoppers: int) -> float:
    """How much more popular the lists are than what the same shoppers took before: (mean − past) / past.

    0: as popular as the shoppers' own taste; 1: twice as popular. past: Float64[u], the mean popularity of each
    shopper's history, NaN for one without. Source: Abdollahpouri, WSDM doctoral consortium 2019.
    """
    now = popularity(top, support, shoppers)
    known = ~(np.isnan(now) | np.isnan(past))
    before = past[known].mean() if known.any() else 0.0
    return float((now[known].mean() - before) / before) if before else float("nan")


def diversity(top: Int32, vectors: Float32) -> Float64:
    """Float64[u]: 1 − the mean cosine between the products of a list. NaN for fewer than two products.

    vectors: Float32[m, d], unit rows (of content, or of labels: one-hot rows make it the share of unlike pairs).
    The mean over all pairs of n unit rows is (|Σ v|² − n) / (n (n − 1)), so no pair is computed.
    Source: Ziegler et al., WWW 2005.
    """
    values = np.full(len(top), np.nan)
    for row, codes in enumerate(top):
        rows = vectors[codes[codes >= 0]]  # [n, d]
        n = len(rows)
        if n > 1:
            values[row] = 1 - (np.square(rows.sum(axis=0, dtype=np.float64)).sum() - n) / (n * (n - 1))
    return values


def _mean(values: Float64, top: Int32) -> Float64:
    there = top >= 0
    counts = there.sum(axis=1)
    sums = np.where(there, values[np.where(there, top, 0)], 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
