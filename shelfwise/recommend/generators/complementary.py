"""What goes with a product and is not one like it: a case for a phone, a bulb for a lamp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest
from shelfwise.recommend.generators.baskets import Together
from shelfwise.types import Candidates


class Complementary(Together):
    """Bought or carted within a week of each other, and of different categories.

    Relations: `BoughtTogether` says what lay in one order, whatever it is; this needs fewer orders to say something,
    and never shows a rival of the product that is looked at.
    """

    name: str = "complementary"
    kinds = ("purchase", "cart")
    pause = 7 * 24 * 60

    def __init__(self) -> None:
        super().__init__()
        self._category: Mapping[str, int] = {}

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Fit on the baskets of a log."""
        super().fit(events, catalog)
        self._category = dict(zip(catalog.ids, catalog.category.tolist(), strict=True))
        return self

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """The products become those of the catalogue, with their categories."""
        super().update(events, catalog)
        self._category = dict(zip(catalog.ids, catalog.category.tolist(), strict=True))

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """What goes with what was touched, without products of the same category."""
        category = self._category
        own = {category.get(seed, -1) for seed in request.seeds}
        found = super().generate(request, 4 * limit)
        kept = [place for place, id in enumerate(found.ids) if category.get(id, -1) not in own][:limit]
        return Candidates(tuple(found.ids[place] for place in kept), {self.name: found.scores[self.name][kept]})
