"""What most shoppers took, of late: overall, in a category."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.generators.kept import keep, kept
from shelfwise.recommend.generators.request import withheld
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import Bool, Candidates, Float32, Float64, Int64

RANKED: Final = 1_000  # categories whose order is kept
DAY: Final = 86_400_000.0  # milliseconds


class Popular:
    """Touches of a product, each weighing its strength and half as much every `half_life` days.

        s(p) = Σ strength · 2^(−age / half_life)

    A new shopper is recommended these, in a category where the request names one. Updates add to the sums, which
    are as of the newest event, `moment`.
    """

    name: str = "popular"
    half_life: float = 90.0

    def __init__(self) -> None:
        self.products: tuple[str, ...] = ()
        self.sums: Float64 = np.zeros(0)
        self.moment = 0
        self._categories: tuple[str, ...] = ()
        self._ranked: dict[str | None, Int64] = {}  # category → codes in order, worked out when first asked for

    def learn(self, train: Interactions) -> Self:
        """Fit on histories without a clock: how many shoppers touched each product."""
        self.products, self.sums = train.products, train.support.astype(np.float64)
        self._categories, self._ranked = ("",) * len(self.products), {}
        return self

    def scores(self, histories: Interactions) -> Float32:
        """The same for everybody; see recommend/offline/base.py."""
        return np.tile(self.sums.astype(np.float32), (len(histories), 1))

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Fit on a log: touches of the catalogue's products."""
        self.products, self.sums, self.moment = (), np.zeros(0), 0
        self.update(events, catalog)
        return self

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """Add touches that came after; the products become those of the catalogue."""
        newest = max(self.moment, int(events.time[-1]) if len(events) else 0)
        faded = self.sums * np.exp2((self.moment - newest) / (DAY * self.half_life))
        before, self.moment = dict(zip(self.products, faded.tolist(), strict=True)), newest
        touches = Interactions.of_events(events, catalog.ids)
        ages = (self.moment - touches.time) / (DAY * self.half_life)
        new = np.bincount(touches.product, touches.strength * np.exp2(-ages), len(catalog))
        self.sums = np.array([before.get(product, 0.0) for product in catalog.ids]) + new
        self.products, self._ranked = catalog.ids, {}
        self._categories = tuple(catalog.categories[place] if place >= 0 else "" for place in catalog.category)

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """The most popular products, of the request's category if it has one."""
        out = withheld(request)
        order = self._order(request.category)[: limit + len(out)]
        found = [int(code) for code in order if self.products[code] not in out][:limit]
        return Candidates(
            tuple(self.products[code] for code in found), {self.name: self.sums[found].astype(np.float32)}
        )

    def because(self, request: RecommendRequest, product: str) -> Source:
        """The category, if it was asked for."""
        return Source(self.name, request.category)

    def save(self, folder: Path) -> None:
        """Keep sums and names."""
        rest = {"products": self.products, "categories": self._categories, "moment": self.moment}
        keep(folder, {"sums": self.sums}, rest)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what was kept."""
        arrays, rest = kept(folder, "sums")
        loaded = cls()
        loaded.products, loaded._categories = tuple(rest["products"]), tuple(rest["categories"])
        loaded.sums, loaded.moment = np.array(arrays["sums"]), rest["moment"]
        return loaded

    def _order(self, category: str | None) -> Int64:
        """Codes of products with touches, of a category if one is given, the most popular first."""
        ranked = self._ranked.get(category)
        if ranked is None:
            there: Bool = self.sums > 0
            if category is not None:
                inside = [own == category or own.startswith(f"{category} > ") for own in self._categories]
                there = there & np.array(inside, np.bool_)
            codes = np.flatnonzero(there)
            ranked = codes[np.lexsort((codes, -self.sums[codes]))]
            if len(self._ranked) < RANKED:
                self._ranked[category] = ranked
        return ranked
