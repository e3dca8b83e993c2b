"""What the shopper looked at last."""

from __future__ import annotations

from typing import Final

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.generators.request import withheld
from shelfwise.recommend.generators.unkept import Unkept
from shelfwise.types import Candidates

LOOKS: Final = ("view", "click", "dwell", "favourite", "cart")


class RecentlyViewed(Unkept):
    """Products that the shopper looked at and did not buy, the newest first; all of it stands in the profile."""

    name: str = "recently_viewed"

    def __init__(self) -> None:
        self._here: frozenset[str] = frozenset()

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """The products become those of the catalogue."""
        self._here = frozenset(catalog.ids)

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """The newest first; a score is 1 / (1 + place)."""
        out = withheld(request).union(request.profile.bought)
        looked = (touch.product for touch in request.profile.recent if touch.kind in LOOKS)
        found = [id for id in dict.fromkeys(looked) if id in self._here and id not in out][:limit]
        return Candidates(tuple(found), {self.name: (1 / (1 + np.arange(len(found)))).astype(np.float32)})

    def because(self, request: RecommendRequest, product: str) -> Source:
        """Nothing else than that it was looked at."""
        return Source(self.name)
