"""Products that hardly anybody has touched, for shoppers whose taste they fit."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.generators.kept import keep, kept
from shelfwise.recommend.generators.request import nearest_touched, touched, withheld
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import Candidates, Float32, Int64

FEW: Final = 3  # shoppers that touched a product, at most, for it to be cold
DECAY: Final = 0.8


class ColdItems:
    """Products without a history, by their texts: what learns from shoppers alone never shows them.

        s(p) = v_p · v_shopper,   v_shopper = Σ decay^age v_touched, made a unit vector

    over the products that at most FEW shoppers touched; v_behavior stands in where nothing touched has a vector. The
    scores of all cold products are computed, so that a shop of 100,000 with 10,000 cold ones takes 4 million products
    of numbers a request.
    """

    name: str = "cold_items"

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._catalog: CatalogTable | None = None
        self._places: dict[str, int] = {}
        self._cold: Int64 = np.zeros(0, np.int64)
        self._vectors: Float32 = np.zeros((0, 0), np.float32)

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Count who touched what."""
        self._counts = {}
        self.update(events, catalog)
        return self

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """Add touches that came after; products grow warm, new ones are cold."""
        touches = Interactions.of_events(events)
        counts = dict(self._counts)
        for product, more in zip(touches.products, touches.support.tolist(), strict=True):
            counts[product] = counts.get(product, 0) + more
        self._counts, self._catalog = counts, catalog
        self._places = {id: row for row, id in enumerate(catalog.ids)}
        few = np.array([counts.get(id, 0) <= FEW for id in catalog.ids], np.bool_)
        if catalog.vectors is not None:
            self._cold = np.flatnonzero(few & catalog.vectors.any(axis=1))
            self._vectors = catalog.vectors[self._cold]

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """The cold products nearest to the shopper's taste."""
        catalog, taste = self._catalog, self.taste(request)
        if catalog is None or taste is None or not len(self._cold):
            return Candidates((), {self.name: np.zeros(0, np.float32)})
        scores = self._vectors @ taste
        for id in withheld(request):
            scores[self._cold == self._places.get(id, -1)] = -1
        best = np.argsort(-scores, kind="stable")[:limit]
        best = best[scores[best] > 0]
        return Candidates(tuple(catalog.ids[row] for row in self._cold[best]), {self.name: scores[best]})

    def because(self, request: RecommendRequest, product: str) -> Source:
        """The touched product that is nearest."""
        vectors = self._catalog.vectors if self._catalog is not None else None
        return Source(self.name, nearest_touched(request, product, self._places, vectors))

    def save(self, folder: Path) -> None:
        """Keep the counts."""
        keep(folder, {}, {"counts": self._counts})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the counts; products come with the first `update`."""
        loaded = cls()
        loaded._counts = {str(id): int(count) for id, count in kept(folder)[1]["counts"].items()}
        return loaded

    def taste(self, request: RecommendRequest) -> Float32 | None:
        """v_shopper, Float32[d]; None where nothing is known."""
        catalog = self._catalog
        if catalog is None or catalog.vectors is None:
            return None
        total = np.zeros(catalog.vectors.shape[1], np.float32)
        for age, (id, strength) in enumerate(touched(request)):
            if id in self._places:
                total += np.float32(strength * DECAY**age) * catalog.vectors[self._places[id]]
        if not total.any() and request.profile.vector is not None and len(request.profile.vector) == len(total):
            total = request.profile.vector
        length = float(np.linalg.norm(total))
        return total / np.float32(length) if length > 0 else None
