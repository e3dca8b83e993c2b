"""Candidates that need no shopper and no log: a shop has something to show on its first day."""

from __future__ import annotations

from typing import Final

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.filters import within
from shelfwise.recommend.generators.request import withheld
from shelfwise.recommend.generators.unkept import Unkept
from shelfwise.types import Candidates, Float64, Int64

NEW: Final = 60 * 86_400_000  # milliseconds
PRIOR: Final = 20.0  # ratings of the shop's mean that a product begins with


class Standing(Unkept):
    """Products in an order that the catalogue alone gives."""

    name: str

    def __init__(self) -> None:
        self._catalog: CatalogTable | None = None
        self._order: Int64 = np.zeros(0, np.int64)
        self._scores: Float64 = np.zeros(0)

    def worth(self, catalog: CatalogTable) -> Float64:
        """What each product is worth, Float64[m]; NaN for one that must not come."""
        raise NotImplementedError

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """Order the catalogue as it is now."""
        scores = np.where(catalog.available, self.worth(catalog), np.nan)
        known = np.flatnonzero(~np.isnan(scores))
        self._order = known[np.lexsort((known, -scores[known]))]
        self._catalog, self._scores = catalog, scores

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """The first products of the order, of the request's category if it has one."""
        catalog, out = self._catalog, withheld(request)
        if catalog is None:
            return Candidates((), {self.name: np.zeros(0, np.float32)})
        order = self._order
        if request.category is not None:
            order = order[within(catalog, request.category)[order]]
        found = [row for row in order[: limit + len(out)].tolist() if catalog.ids[row] not in out][:limit]
        scores = self._scores[found].astype(np.float32)
        return Candidates(tuple(catalog.ids[row] for row in found), {self.name: scores})

    def because(self, request: RecommendRequest, product: str) -> Source:
        """The category, if it was asked for."""
        return Source(self.name, request.category)


class BestRated(Standing):
    """Products by their rating, drawn to the shop's mean where few people rated.

    s(p) = (n_p · r_p + 20 · mean) / (n_p + 20)
    """

    name: str = "best_rated"

    def worth(self, catalog: CatalogTable) -> Float64:
        """The damped rating; NaN without one."""
        if catalog.rating is None or catalog.ratings is None or not np.any(catalog.ratings > 0):
            return np.full(len(catalog), np.nan)
        n, mean = catalog.ratings.astype(np.float64), catalog.rating.astype(np.float64)
        rated = (n > 0) & ~np.isnan(mean)
        prior = float(np.average(mean[rated], weights=n[rated])) if rated.any() else 0.0
        damped: Float64 = np.where(rated, (n * np.nan_to_num(mean) + PRIOR * prior) / (n + PRIOR), np.nan)
        return damped


class OnSale(Standing):
    """Products below their list price, by what is off: s(p) = 1 − price / list price."""

    name: str = "on_sale"

    def worth(self, catalog: CatalogTable) -> Float64:
        """What is off, 0 to 1; NaN for what is not on sale."""
        with np.errstate(divide="ignore", invalid="ignore"):
            off = 1.0 - catalog.price.astype(np.float64) / catalog.list_price
        worth: Float64 = np.where((off > 0) & (off < 1), off, np.nan)
        return worth

    def because(self, request: RecommendRequest, product: str) -> Source:
        """Its price."""
        return Source(self.name)


class NewArrivals(Standing):
    """Products by the day on which they came out, the newest first; those older than NEW before the newest are none."""

    name: str = "new_arrivals"

    def worth(self, catalog: CatalogTable) -> Float64:
        """Milliseconds since 1970; NaN for what is not new or says nothing of it."""
        newest = catalog.released.max(initial=0)
        worth: Float64 = np.where(catalog.released > max(0, newest - NEW), catalog.released, np.nan)
        return worth


class Assorted(Standing):
    """A bit of everything: the first product of each category, then the second of each, and so on.

    What a shop shows of which nothing else is known.
    """

    name: str = "assorted"

    def worth(self, catalog: CatalogTable) -> Float64:
        """1 / (1 + place within the category), the newest first in each."""
        n = len(catalog)
        order = np.lexsort((np.arange(n), -catalog.released, catalog.category))
        sizes = np.unique(catalog.category[order], return_counts=True)[1]
        starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
        places = np.empty(n, np.float64)
        places[order] = np.arange(n) - starts
        worth: Float64 = 1.0 / (1.0 + places)
        return worth
