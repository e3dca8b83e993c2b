"""A shop of shelves alone: a catalogue without search or recommendations, for filling a log in seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from shelfwise.simulate.shoppers.base import Answer, Ask, Shelf
from shelfwise.simulate.shoppers.draws import Draws
from shelfwise.simulate.shoppers.market import Market
from shelfwise.types import Event, Float64, Int64, Locale

BATCH: Final = 5_000  # events recorded at once
FAME: Final = 1.5  # how much more the famous are shown
CHANCE: Final = 1.0  # and how much of it is chance
ROWS: Final = ("trending", "on_sale", "new")

Record = Callable[[Sequence[Event]], object]


class Shelves:
    """A Door. Famous products (as a seed says) are shown more than others, the rest by chance; results are what holds
    all words, and the rows of a product's page are of its category. `close` records what is left."""

    def __init__(self, market: Market, record: Record, draws: Draws) -> None:
        self._market, self._record, self._draws = market, record, draws
        self._fame: Float64 = FAME * draws.normals("fame", len(market))
        self._texts = [
            f"{names} {zh} {en}".lower() for names, zh, en in zip(self._named(), *self._titles(), strict=True)
        ]
        self._found = lru_cache(4_096)(self._matching)
        self._asked = 0
        self._waiting: list[Event] = []

    def search(self, text: str, shopper: str | None, locale: Locale, limit: int) -> Answer:
        """Products that hold all words."""
        return self._answer((Shelf("", self._shown(self._found(text.lower()), limit)),))

    def recommend(self, ask: Ask) -> Answer:
        """Famous ones on the home page, else those of the seed's category."""
        market = self._market
        seed = market.places.get(ask.seeds[0]) if ask.seeds else None
        if seed is not None:
            rows = np.flatnonzero(market.category == market.category[seed])
            return self._answer((Shelf("similar", self._shown(rows[rows != seed], ask.limit)),))
        shown = self._shown(np.arange(len(market)), ask.limit * len(ROWS))
        shelves = (Shelf(name, shown[place * ask.limit : (place + 1) * ask.limit]) for place, name in enumerate(ROWS))
        return self._answer(tuple(shelf for shelf in shelves if shelf.ids))

    def opened(self, product: str) -> None:
        """Nothing to do."""

    def record(self, events: Sequence[Event]) -> int:
        """Record them, many at once."""
        self._waiting += events
        if len(self._waiting) >= BATCH:
            self.close()
        return len(events)

    def close(self) -> None:
        """Record what waits."""
        if self._waiting:
            self._record(self._waiting)
            self._waiting = []

    def _answer(self, shelves: tuple[Shelf, ...]) -> Answer:
        self._asked += 1
        return Answer(f"shelves-{self._asked}", shelves)

    def _shown(self, rows: Int64, limit: int) -> tuple[str, ...]:
        chance = self._draws.of("shown", self._asked).uniforms("", rows)
        score = self._fame[rows] - CHANCE * np.log(-np.log(chance))
        best = np.argsort(-score, kind="stable")[:limit]
        return tuple(self._market.ids[row] for row in rows[best])

    def _matching(self, text: str) -> Int64:
        words = text.split()
        found = [row for row, known in enumerate(self._texts) if all(word in known for word in words)]
        return np.array(found, np.int64)

    def _named(self) -> list[str]:
        market = self._market
        names = [" ".join(market.names[language][code] for language in ("zh", "en")) for code in market.category]
        return [f"{market.brands[brand]}{name}" for brand, name in zip(market.brand, names, strict=True)]

    def _titles(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self._market.titles["zh"], self._market.titles["en"]
