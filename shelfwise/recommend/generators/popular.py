"""What most shoppers took, of late: overall, in a category, in a region."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.generators.kept import keep, kept
from shelfwise.recommend.generators.regions import KEPT, RegionSums
from shelfwise.recommend.generators.request import withheld
from shelfwise.recommend.interactions import Interactions, Touches
from shelfwise.types import Bool, Candidates, Float32, Float64, Int64

RANKED: Final = 1_000  # orders that are kept, of categories and regions …
DEEP: Final = 5_000  # … each so far
DAY: Final = 86_400_000.0  # milliseconds
_Order = tuple[Int64, Float32]  # codes of products in order, and their scores


class Popular:
    """Touches of a product, each weighing its strength and half as much every `half_life` days.

        s(p) = Σ strength · 2^(−age / half_life)

    A new shopper is recommended these, in a category where the request names one. A request with a region gets what
    is taken there first (see RegionSums). Updates add to the sums, which are as of the newest event, `moment`.
    """

    name: str = "popular"
    half_life: float = 90.0

    def __init__(self) -> None:
        self.products: tuple[str, ...] = ()
        self.sums: Float64 = np.zeros(0)
        self.regions = RegionSums.empty(0)
        self.moment = 0
        self._categories: tuple[str, ...] = ()
        self._ranked: dict[tuple[str | None, str | None], _Order] = {}  # category, region → worked out when asked for

    def learn(self, train: Interactions) -> Self:
        """Fit on histories without a clock: how many shoppers touched each product."""
        self.products, self.sums = train.products, train.support.astype(np.float64)
        self.regions = RegionSums.empty(len(self.products))
        self._categories, self._ranked = ("",) * len(self.products), {}
        return self

    def scores(self, histories: Interactions) -> Float32:
        """The same for everybody; see recommend/offline/base.py."""
        return np.tile(self.sums.astype(np.float32), (len(histories), 1))

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Fit on a log: touches of the catalogue's products."""
        self.products, self.sums, self.regions, self.moment = (), np.zeros(0), RegionSums.empty(0), 0
        self.update(events, catalog)
        return self

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """Add touches that came after; the products become those of the catalogue."""
        newest = max(self.moment, int(events.time[-1]) if len(events) else 0)
        fade = float(np.exp2((self.moment - newest) / (DAY * self.half_life)))
        touches = Touches.of_events(events, catalog.ids)
        ages = (newest - events.time[touches.event]) / (DAY * self.half_life)
        weight: Float64 = touches.strength.astype(np.float64) * np.exp2(-ages)
        now = {product: place for place, product in enumerate(catalog.ids)}
        places = np.array([now.get(product, -1) for product in self.products], np.int64)
        there = places >= 0
        sums: Float64 = np.bincount(touches.product, weight, len(catalog)).astype(np.float64)
        sums[places[there]] += fade * self.sums[there]
        regions = self.regions.faded(fade, places, len(catalog))
        self.regions = regions.added(events.regions, events.region[touches.event], touches.product, weight)
        self.products, self.sums, self.moment, self._ranked = catalog.ids, sums, newest, {}
        self._categories = tuple(catalog.categories[place] if place >= 0 else "" for place in catalog.category)

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """The most popular products, of the request's category and region if it has them."""
        out = withheld(request)
        codes, scores = self._order(request.category, request.region)
        wanted = range(min(len(codes), limit + len(out)))
        found = [place for place in wanted if self.products[codes[place]] not in out][:limit]
        return Candidates(tuple(self.products[codes[place]] for place in found), {self.name: scores[found]})

    def because(self, request: RecommendRequest, product: str) -> Source:
        """The category, if it was asked for."""
        return Source(self.name, request.category)

    def save(self, folder: Path) -> None:
        """Keep sums and names."""
        rest = {"products": self.products, "categories": self._categories, "moment": self.moment}
        arrays, names = self.regions.kept()
        keep(folder, {"sums": self.sums, **arrays}, {**rest, **names})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what was kept."""
        arrays, rest = kept(folder, "sums", *KEPT)
        loaded = cls()
        loaded.products, loaded._categories = tuple(rest["products"]), tuple(rest["categories"])
        loaded.sums, loaded.moment = np.array(arrays["sums"]), rest["moment"]
        loaded.regions = RegionSums.of_kept(arrays, rest, len(loaded.products))
        return loaded

    def _order(self, category: str | None, region: str | None) -> _Order:
        """Products with touches, of a category and for a region if they are given, the most popular first."""
        region = region if region in self.regions.names else None
        ranked = self._ranked.get((category, region))
        if ranked is None:
            scores = self.sums if region is None else self.regions.scores(region, self.sums)
            there: Bool = scores > 0
            if category is not None:
                inside = [own == category or own.startswith(f"{category} > ") for own in self._categories]
                there = there & np.array(inside, np.bool_)
            codes = np.flatnonzero(there)
            codes = codes[np.lexsort((codes, -scores[codes]))][:DEEP]
            ranked = codes, scores[codes].astype(np.float32)
            if len(self._ranked) < RANKED:
                self._ranked[category, region] = ranked
        return ranked
