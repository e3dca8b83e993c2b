"""Rows that are not twelve times the same thing: like products pay a price, and brands and categories have bounds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np

from shelfwise.recommend.base import CatalogTable
from shelfwise.types import Float32, Int64

SAME_CATEGORY = 0.6  # likeness of two products without vectors that share their category …
SAME_BRAND = 0.4  # … or their brand
POOL = 6  # candidates looked at for each product wanted


def spread(
    rows: Int64, score: Float32, table: CatalogTable, limit: int, *, weight: float, caps: Caps | None = None
) -> list[int]:
    """Places among n candidates (best first) of those to show, at most `limit`: maximal marginal relevance.

        next = argmax_j (1 − λ) · s_j / max s  −  λ · max over those chosen of likeness(j, i)

    rows: the candidates' places in the table, Int64[n]; score Float32[n], not negative. λ is `weight`. Likeness is the
    cosine of vectors, or what they share of category and brand. With λ 0 and no caps the order stays as it is. Where
    caps leave too few (a shop of one brand), what they held back comes last.

    Carbonell and Goldstein: The use of MMR, 1998.
    """
    n = min(len(rows), POOL * limit)
    caps = caps or Caps()
    if not n or limit < 1:
        return []
    relevance = (1 - weight) * score[:n] / max(float(score[0]), 1e-9)
    nearest = np.zeros(n, np.float32)
    open_ = np.ones(n, bool)
    chosen: list[int] = []
    passed: list[int] = []
    vectors = table.vectors[rows[:n]] if table.vectors is not None and weight else None  # n × d
    while len(chosen) < limit and open_.any():
        best = int(np.argmax(np.where(open_, relevance - weight * nearest, -np.inf)))
        open_[best] = False
        if not caps.take(table.brand[rows[best]], table.category[rows[best]]):
            passed.append(best)
            continue
        chosen.append(best)
        if weight:
            likeness = _shared(table, rows[:n], rows[best]) if vectors is None else vectors @ vectors[best]  # n
            nearest = np.maximum(nearest, likeness)
    return [*chosen, *passed[: limit - len(chosen)]]


def _shared(table: CatalogTable, rows: Int64, row: int) -> Float32:
    category = (table.category[rows] == table.category[row]) & (table.category[row] >= 0)
    brand = (table.brand[rows] == table.brand[row]) & (table.brand[row] >= 0)
    likeness: Float32 = (SAME_CATEGORY * category + SAME_BRAND * brand).astype(np.float32)
    return likeness


class Caps:
    """At most so many products of a brand and of a category in a row; 0 is no bound, what has none is not counted.

    more: category → how many of it there may be where a shopper's interests ask for more.
    """

    def __init__(self, brand: int = 0, category: int = 0, more: Mapping[int, int] | None = None) -> None:
        self._brand, self._category, self._more = brand, category, more or {}
        self._brands: Counter[int] = Counter()
        self._categories: Counter[int] = Counter()

    def take(self, brand: np.int32, category: np.int32) -> bool:
        """Whether a product of them may still come; it is counted if so."""
        bound = max(self._category, self._more.get(int(category), 0)) if self._category else 0
        if self._brand and brand >= 0 and self._brands[int(brand)] >= self._brand:
            return False
        if bound and category >= 0 and self._categories[int(category)] >= bound:
            return False
        self._brands[int(brand)] += 1
        self._categories[int(category)] += 1
        return True


def bounds(interests: Mapping[str, float], categories: Mapping[str, int], limit: int) -> dict[int, int]:
    """How many products of a category a row of `limit` may have when a shopper's interests are shared out in it.

        bound(c) = ⌈limit · w_c / Σ w⌉

    interests: category path → weight; those that are no category of the table are left out. The idea of calibrated
    recommendations (Steck, 2018): two thirds of interest in shoes may fill two thirds of a row.

    >>> bounds({"Shoes": 0.8, "Hats": 0.4}, {"Shoes": 0, "Hats": 1}, 12)
    {0: 8, 1: 4}
    """
    known = {categories[path]: weight for path, weight in interests.items() if path in categories and weight > 0}
    total = sum(known.values())
    return {code: math.ceil(limit * weight / total - 1e-9) for code, weight in known.items()}
