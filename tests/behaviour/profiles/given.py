"""What tests of profiles are given: a log in memory, facts of a few products, events in few words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import numpy as np

from shelfwise.behaviour.base import HOLDING, Logged, Receipt
from shelfwise.behaviour.profiles import Facts
from shelfwise.types import Event, EventKind

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NUMBERS = count()


def event(
    kind: EventKind, product: str | None = None, *, days: float = 0.0, shopper: str = "ann", **more: object
) -> Event:
    """An event so many days before NOW."""
    fields = {"id": f"e{next(NUMBERS)}", **more}
    return Event(kind=kind, shopper=shopper, time=NOW - timedelta(days=days), product=product, **fields)  # type: ignore[arg-type]


class Shelf:
    """Facts of products in memory."""

    def __init__(self, facts: Mapping[str, Facts]) -> None:
        self.facts = dict(facts)
        self.turns = 0
        self.asked = 0

    def of(self, ids: Sequence[str]) -> Mapping[str, Facts]:
        self.asked += 1
        return {id: self.facts[id] for id in ids if id in self.facts}

    def state(self) -> int:
        return self.turns


def unit(*numbers: float) -> np.ndarray:
    vector = np.array(numbers, np.float32)
    return vector / np.linalg.norm(vector)


SHELF = {
    "phone": Facts(("Electronics", "Phones"), "Nova", "high", {"attributes.color": ("black",)}, unit(1, 0, 0)),
    "phone2": Facts(("Electronics", "Phones"), "Vega", "low", {"attributes.color": ("white",)}, unit(1, 1, 0)),
    "kettle": Facts(("Home", "Kettles"), "Nova", "middle", {"attributes.color": ("black",)}, unit(0, 0, 1)),
    "bare": Facts(),
}


class MemoryLog:
    """An `EventLog` in memory."""

    def __init__(self) -> None:
        self.rows: list[Logged] = []
        self.same: dict[str, str] = {}
        self.merged: dict[str, int] = {}
        self.reads = 0
        self._number = 0

    def append(self, events: Sequence[Event]) -> Receipt:
        for each in events:
            self._number += 1
            self.rows.append(Logged(self._number, each, NOW))
        return Receipt(len(events), cursor=self._number)

    def read(
        self, since: int = 0, kinds: Collection[EventKind] | None = None, *, bots: bool = False, batch: int = 10_000
    ) -> Iterator[Sequence[Logged]]:
        yield [row for row in self.rows if row.number > since and (kinds is None or row.event.kind in kinds)]

    def shopper_events(self, shopper: str, limit: int = 500, held: int = 0) -> list[Event]:
        self.reads += 1
        who = self.canonical(shopper)
        own = [replace(row.event, shopper=who) for row in self.rows if self.canonical(row.event.shopper) == who]
        own.sort(key=lambda each: each.time, reverse=True)
        holding = [each.id for each in own if each.kind in HOLDING][:held]
        return own[:limit] + [each for each in own[limit:] if each.id in holding]

    def last(self, shopper: str) -> int:
        who = self.canonical(shopper)
        own = [row.number for row in self.rows if self.canonical(row.event.shopper) == who]
        return max(*own, self.merged.get(who, 0), 0) if own else 0

    def canonical(self, shopper: str) -> str:
        return self.same.get(shopper, shopper)

    def count(self) -> int:
        return len(self.rows)

    def cursor(self) -> int:
        return self._number

    def merge(self, visitor: str, customer: str) -> int:
        moved = sum(row.event.shopper == visitor for row in self.rows)
        self.same[visitor] = customer
        self._number += 1
        self.merged[customer] = self._number
        return moved

    def erase(self, shopper: str) -> int:
        who = self.canonical(shopper)
        kept = [row for row in self.rows if self.canonical(row.event.shopper) != who]
        gone = len(self.rows) - len(kept)
        self.rows = kept
        return gone
