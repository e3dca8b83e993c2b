"""The contracts of behaviour: a log that forgets nothing it acknowledged, and profiles that are always current."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, TypeAlias

from shelfwise.types import Event, EventKind, Float32

Stage: TypeAlias = Literal["new", "browsing", "considering", "buying", "returning", "lapsed"]
Mark: TypeAlias = Literal["late", "future", "bot", "unknown_product", "no_query_id"]

# What changes a shopper's favourites and cart, and what was paid: said once, it holds until it is taken back.
HOLDING: Final[tuple[EventKind, ...]] = ("favourite", "unfavourite", "cart", "uncart", "purchase", "return")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that was not taken: its place in what was sent (from 0), its id if it had one, the field, and why."""

    index: int
    id: str | None
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of events. `accepted` are durable now, `repeated` were so before, `withheld` had no consent.

    `marks` counts what was taken and looked odd. `cursor` is the place in the log after the last of them.
    """

    accepted: int
    repeated: int = 0
    withheld: int = 0
    refused: tuple[Refusal, ...] = ()
    marks: Mapping[Mark, int] = dataclasses.field(default_factory=dict)
    cursor: int = 0


@dataclass(frozen=True, slots=True)
class Logged:
    """An event in the log: its number there (grows with each, gaps are possible), when it came in, what is odd."""

    number: int
    event: Event
    received: datetime
    marks: frozenset[Mark] = frozenset()


class EventLog(Protocol):
    """A log of events. Threads and processes may share it.

    append returns when the events are durable; an id that is there already counts once, whatever else it says. Raises
    StorageError when nothing was acknowledged, BusyError when too much is waiting to be written (try again later).
    read gives events in the order in which they came in, those after the number `since`; `shopper_events` those of one
    shopper, the newest first by their own time, and with them, however many others came after, the `held` newest of
    the kinds HOLDING. Events marked "bot" are left out unless asked for.
    last is the number of a shopper's newest event (0: none), cheap enough to ask at every request.
    merge makes an anonymous visitor's events those of a customer, from now on and backwards; how many there were.
    erase removes a shopper's events for good; how many there were.
    """

    def append(self, events: Sequence[Event]) -> Receipt: ...

    def read(
        self, since: int = 0, kinds: Collection[EventKind] | None = None, *, bots: bool = False, batch: int = 10_000
    ) -> Iterator[Sequence[Logged]]: ...

    def shopper_events(self, shopper: str, limit: int = 500, held: int = 0) -> list[Event]: ...

    def last(self, shopper: str) -> int: ...

    def canonical(self, shopper: str) -> str: ...

    def count(self) -> int: ...

    def cursor(self) -> int: ...

    def merge(self, visitor: str, customer: str) -> int: ...

    def erase(self, shopper: str) -> int: ...


@dataclass(frozen=True, slots=True)
class Touch:
    """A product in a shopper's recent past."""

    product: str
    kind: EventKind
    time: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """What the shop believes about a shopper at a moment.

    events, first, last, sessions: of the newest events. spent, purchases, bought, favourites, cart: of all of HOLDING.
    interests: "category" | "brand" | "price" | "attributes.<key>" → value → weight (0 to 1 each, decayed; the largest
    first; categories as paths joined by " > ", price as a band's name). recent: products touched, the newest first.
    bought: product → times, the oldest first. searches: (text, time), the newest first. satisfaction: 0 (sad) to 1
    (happy), None when nothing tells. vector: v_behavior, a unit vector of the encoder's size over what was touched.
    """

    shopper: str
    at: datetime
    events: int = 0
    first: datetime | None = None
    last: datetime | None = None
    sessions: int = 0
    stage: Stage = "new"
    spent: float = 0.0
    purchases: int = 0
    interests: Mapping[str, Mapping[str, float]] = dataclasses.field(default_factory=dict)
    recent: tuple[Touch, ...] = ()
    bought: Mapping[str, tuple[datetime, ...]] = dataclasses.field(default_factory=dict)
    searches: tuple[tuple[str, datetime], ...] = ()
    favourites: tuple[str, ...] = ()
    cart: tuple[str, ...] = ()
    satisfaction: float | None = None
    vector: Float32 | None = None


class ProfileStore(Protocol):
    """Profiles of shoppers. One event changes the next answer; forget removes all that was known."""

    def profile(self, shopper: str, at: datetime) -> Profile: ...

    def forget(self, shopper: str) -> int: ...
