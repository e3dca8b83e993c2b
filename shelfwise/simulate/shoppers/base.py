"""The contract between shoppers and a shop: what they may ask, and what they see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shelfwise.types import Event, Locale


@dataclass(frozen=True, slots=True)
class Shelf:
    """Products side by side: a row of a page ("for_you", …), or a page of results (no name)."""

    key: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page shows, and the name by which events go back to it."""

    query_id: str
    shelves: tuple[Shelf, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """A placement of recommendations, as a page asks for it. shopper None: nobody in particular."""

    placement: str
    shopper: str | None = None
    seeds: tuple[str, ...] = ()
    query: str | None = None
    exclude: tuple[str, ...] = ()
    limit: int = 8


class Door(Protocol):
    """A way into a shop. Raises ShopError when the shop does not answer.

    record gives how many events are durable. opened: the shopper is at a page that shows no list (a product's).
    """

    def search(self, text: str, shopper: str | None, locale: Locale, limit: int) -> Answer: ...

    def recommend(self, ask: Ask) -> Answer: ...

    def opened(self, product: str) -> None: ...

    def record(self, events: Sequence[Event]) -> int: ...


class Clock:
    """The time of the simulation: whoever moves shoppers sets it; a shop may be opened with it as its clock."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The simulated time."""
        return self.now
