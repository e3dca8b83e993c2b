"""What is bought again and again, when it is about time."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.generators.kept import keep, kept
from shelfwise.recommend.generators.request import withheld
from shelfwise.types import Candidates, Float32, Float64

DAY: Final = 86_400_000.0  # milliseconds
SAME: Final = 1.0  # days: what is bought again within one is the same order
EARLY: Final = 0.6  # of a cycle: sooner than that nobody wants it again
LATE: Final = 4.0  # cycles: later than that it was given up
LEAST: Final = 3  # repeated purchases by all shoppers that make a product one that is bought again
SHARE: Final = 0.1  # of its buyers who bought it again


class BuyAgain:
    """Products that the shopper bought, and that shoppers buy again, the more the nearer the end of their cycle.

        s(p) = exp(−|log(days since the last / cycle)|)

    cycle: the shopper's own median days between purchases of it where there are two or more, else that of everybody.
    A product is one that is bought again if the shopper did so twice, or a tenth of its buyers did.
    """

    name: str = "buy_again"

    def __init__(self) -> None:
        self._cycles: dict[str, float] = {}  # product → days
        self._here: frozenset[str] = frozenset()

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Median days between purchases of a product by the same shopper."""
        self._here = frozenset(catalog.ids)
        bought = events.of_kinds("purchase")
        kept_ = bought.product >= 0
        order = np.lexsort((bought.time[kept_], bought.shopper[kept_], bought.product[kept_]))
        who, what = bought.shopper[kept_][order], bought.product[kept_][order]
        days = bought.time[kept_][order] / DAY
        again = (what[1:] == what[:-1]) & (who[1:] == who[:-1]) & (np.diff(days) > SAME)
        first = np.ones(len(what), np.bool_)
        first[1:] = (what[1:] != what[:-1]) | (who[1:] != who[:-1])
        buyers = np.bincount(what[first], minlength=len(bought.products))
        gaps: dict[int, list[float]] = {}
        for place in np.flatnonzero(again):
            gaps.setdefault(int(what[place]), []).append(float(days[place + 1] - days[place]))
        self._cycles = {
            bought.products[code]: float(np.median(found))
            for code, found in gaps.items()
            if len(found) >= LEAST and len(found) >= SHARE * buyers[code]
        }
        return self

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """The products become those of the catalogue; cycles stay as they were fitted."""
        self._here = frozenset(catalog.ids)

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """What is due, the likeliest first."""
        out, now = withheld(request), request.at
        due: dict[str, float] = {}
        for product, times in request.profile.bought.items():
            days = np.array([(now - time).total_seconds() / 86_400 for time in times])
            cycle = self._cycle(product, days)
            ratio = float(days.min()) / cycle if cycle else 0.0
            if product in self._here and product not in out and EARLY <= ratio <= LATE:
                due[product] = float(np.exp(-abs(np.log(ratio))))
        found = sorted(due, key=lambda product: (-due[product], product))[:limit]
        scores: Float32 = np.array([due[product] for product in found], np.float32)
        return Candidates(tuple(found), {self.name: scores})

    def because(self, request: RecommendRequest, product: str) -> Source:
        """That it was bought."""
        return Source(self.name)

    def save(self, folder: Path) -> None:
        """Keep the cycles."""
        keep(folder, {}, {"cycles": self._cycles})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the cycles; products come with the first `update`."""
        loaded = cls()
        loaded._cycles = kept(folder)[1]["cycles"]
        return loaded

    def _cycle(self, product: str, days: Float64) -> float | None:
        """Days between purchases of the product: the shopper's own, or everybody's; None where it is bought once."""
        gaps = np.diff(np.sort(days))
        gaps = gaps[gaps > SAME]
        return float(np.median(gaps)) if len(gaps) else self._cycles.get(product)
