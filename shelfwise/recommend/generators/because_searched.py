"""What was searched last and perhaps not bought: the results again, without what was seen of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final, Self

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.generators.request import withheld
from shelfwise.types import Candidates

DEPTH: Final = 24  # results of a search
LATELY: Final = timedelta(days=30)
SearchIds = Callable[[str, int], Sequence[str]]  # text, how many → ids, the best first


class BecauseSearched:
    """Results of the request's query, or else of the shopper's last search within 30 days.

    search: the shop's own search. It is not fitted and not kept: whoever makes it hands it the search in service.
    """

    name: str = "because_searched"

    def __init__(self, search: SearchIds = lambda text, limit: ()) -> None:
        self._search = search

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Nothing to fit."""
        return self

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """Nothing to keep current: the search is."""

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """Results that were not looked at; a score is 1 / (1 + place)."""
        text = self._text(request)
        looked = {touch.product for touch in request.profile.recent}
        out = withheld(request).union(looked)
        found = [id for id in self._search(text, DEPTH) if id not in out][:limit] if text else []
        return Candidates(tuple(found), {self.name: (1 / (1 + np.arange(len(found)))).astype(np.float32)})

    def because(self, request: RecommendRequest, product: str) -> Source:
        """The words."""
        return Source(self.name, self._text(request))

    def save(self, folder: Path) -> None:
        """There is nothing to keep."""
        folder.mkdir()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Finds nothing until it is handed a search."""
        return cls()

    def _text(self, request: RecommendRequest) -> str | None:
        if request.query:
            return request.query
        text, at = next(iter(request.profile.searches), ("", request.at))
        return text if text and request.at - at <= LATELY else None
