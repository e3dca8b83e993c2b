"""A month of what shoppers did in the demo shop, so that its recommendations have something to go by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias

from shelfwise.types import Event, EventKind, Product

SHOPPERS = 400
DAYS = 30.0
SESSIONS = 3
BUYS = 0.35  # of the visits
BESIDE = 0.6  # of the orders hold something else too
Shelves: TypeAlias = Mapping[tuple[str, ...], Sequence[Product]]


def demo_events(products: Sequence[Product], now: datetime, seed: int = 7, shoppers: int = SHOPPERS) -> Iterator[Event]:
    """Events of some hundred shoppers over the month before `now`; the same arguments give the same events.

    Each likes two categories, comes a few times, searches for one of them, looks at some of its products (those of low
    numbers more often, so that some are popular) and sometimes buys, now and then with something that stands near it in
    the shop. Made up: nothing can be learnt from it about people.
    """
    shelves: dict[tuple[str, ...], list[Product]] = {}
    for product in products:
        shelves.setdefault(product.category, []).append(product)
    for who in range(shoppers):
        rng = Random(f"{seed}/{who}")
        liked = rng.sample(sorted(shelves), min(2, len(shelves)))
        for session in range(1 + rng.randrange(SESSIONS)):
            visit = _Visit(f"{seed}-{who}-{session}", f"shopper-{who:03}", rng)
            yield from visit.events(now - timedelta(days=0.1 + (DAYS - 0.1) * rng.random()), rng.choice(liked), shelves)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One visit of one shopper; its events have ids that begin with the visit's."""

    id: str
    shopper: str
    rng: Random

    def events(self, at: datetime, category: tuple[str, ...], shelves: Shelves) -> Iterator[Event]:
        """A search for the category, clicks on some of its products, and perhaps an order."""
        query, rng = f"q-{self.id}", self.rng
        yield Event(f"{self.id}-0", "search", self.shopper, at, query_id=query, text=category[-1], placement="search")
        seen = list({product.id: product for product in self._looks(shelves[category])}.values())
        for place, product in enumerate(seen, 1):
            at += timedelta(seconds=20 + rng.randrange(90))
            id = f"{self.id}-{place}"
            yield Event(id, "click", self.shopper, at, product.id, query, position=place, placement="search")
        if rng.random() < BUYS:
            yield from self._order(at, query, [seen[-1], *self._beside(category, shelves)])

    def _looks(self, shelf: Sequence[Product]) -> Iterator[Product]:
        return (_popular(self.rng, shelf) for _ in range(2 + self.rng.randrange(4)))

    def _beside(self, category: tuple[str, ...], shelves: Shelves) -> Iterator[Product]:
        """Something from the shelf that goes with this one: the same shelf for all who buy here."""
        near = [other for other in sorted(shelves) if other[0] == category[0] and other != category]
        if near and self.rng.random() < BESIDE:
            yield _popular(self.rng, shelves[near[sorted(shelves).index(category) % len(near)]])

    def _order(self, at: datetime, query: str, products: Sequence[Product]) -> Iterator[Event]:
        kinds: tuple[EventKind, ...] = ("cart", "purchase")
        for kind in kinds:
            for product in products:
                at += timedelta(seconds=30)
                paid = float(product.price.amount) if product.price and kind == "purchase" else None
                yield Event(f"{self.id}-{kind}-{product.id}", kind, self.shopper, at, product.id, query, value=paid)


def _popular(rng: Random, shelf: Sequence[Product]) -> Product:
    return shelf[int(len(shelf) * rng.random() ** 3)]
