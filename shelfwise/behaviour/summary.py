"""What a log holds, counted in one pass: for `shelfwise events stats`, and for the checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from shelfwise.behaviour.base import Logged
from shelfwise.types import Event, EventKind

BACKWARDS: Final = timedelta(hours=1)
HELD: Final = 2_000_000  # query ids and fingerprints of events that are held at once


@dataclass(slots=True)
class KindCount:
    """What the events of one kind say: how many there are, and how many have a field. lists: those
    that name several products, the first of them at their position. lacking: field → who has not."""

    events: int = 0
    products: int = 0
    lists: int = 0
    query_ids: int = 0
    placements: int = 0
    values: int = 0
    positions: Counter[int] = field(default_factory=Counter)
    example: str = ""  # the id of the first
    lacking: dict[str, str] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Count an event."""
        self.events += 1
        self.example = self.example or event.id
        self.products += len(event.slate) or event.product is not None
        self.lists += len(event.slate) > 1
        self.query_ids += event.query_id is not None
        self.placements += event.placement is not None
        self.values += event.value is not None
        for name in ("query_id", "position", "value"):
            if name not in self.lacking and getattr(event, name) is None:
                self.lacking[name] = event.id
        if event.position is not None and len(self.positions) < 10_000:
            self.positions[event.position] += 1


@dataclass(slots=True)
class Summary:
    """The counts of a log, and an example (an event's id) of what is odd.

    shoppers, products: how often each is named. days: events by day (UTC). marks: by mark. searches: query ids that a
    search has; clicked: those that clicks go back to. backwards: events more than an hour older than one of the same
    shopper that came in before. midnight: events at 00:00:00 sharp. repeated: events that say the same as another, of
    another id. late: not the same as backwards: the log's own mark.
    """

    events: int = 0
    kinds: dict[EventKind, KindCount] = field(default_factory=dict)
    shoppers: Counter[str] = field(default_factory=Counter)
    products: Counter[str] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    marked: dict[str, str] = field(default_factory=dict)  # mark → an event's id
    consents: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    searches: set[str] = field(default_factory=set)
    clicked: dict[str, str] = field(default_factory=dict)  # query id → an event's id
    newest: dict[str, datetime] = field(default_factory=dict)
    backwards: list[str] = field(default_factory=list)
    midnight: int = 0
    seen: set[int] = field(default_factory=set)
    repeated: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, batches: Iterable[Sequence[Logged]]) -> Summary:
        """The summary of a log, read in the order in which it came in."""
        summary = cls()
        for batch in batches:
            for logged in batch:
                summary.add(logged)
        return summary

    def add(self, logged: Logged) -> None:
        """Count an event of the log."""
        event = logged.event
        self.events += 1
        self.kinds.setdefault(event.kind, KindCount()).add(event)
        self.shoppers[event.shopper] += 1
        self.consents[event.consent] += 1
        self.products.update(event.slate or ((event.product,) if event.product is not None else ()))
        for mark in logged.marks:
            self.marks[mark] += 1
            self.marked.setdefault(mark, event.id)
        self._time(event)
        self._queries(event)
        self._same(event)

    def _time(self, event: Event) -> None:
        time = event.time.astimezone(UTC)
        self.days[time.date()] += 1
        self.first = time if self.first is None else min(time, self.first)
        self.last = time if self.last is None else max(time, self.last)
        self.midnight += not (time.hour or time.minute or time.second or time.microsecond)
        newest = self.newest.get(event.shopper)
        if event.shopper and newest is not None and newest - time > BACKWARDS:
            self.backwards.append(event.id)
        self.newest[event.shopper] = time if newest is None else max(time, newest)

    def _queries(self, event: Event) -> None:
        if event.query_id is None or len(self.searches) + len(self.clicked) >= HELD:
            return
        if event.kind in ("search", "reformulation"):
            self.searches.add(event.query_id)
        elif event.kind == "click":
            self.clicked.setdefault(event.query_id, event.id)

    def _same(self, event: Event) -> None:
        if len(self.seen) < HELD:
            key = hash((event.shopper, event.kind, event.product, event.slate, event.text, event.time, event.position))
            if key in self.seen:
                self.repeated.append(event.id)
            self.seen.add(key)

    def count(self, kind: EventKind) -> int:
        """How many events of a kind there are."""
        return self.kinds[kind].events if kind in self.kinds else 0

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            "events": self.events,
            "shoppers": len(self.shoppers) - ("" in self.shoppers),
            "products": len(self.products),
            "first": self.first,
            "last": self.last,
            "days": len(self.days),
            "kinds": {kind: count.events for kind, count in sorted(self.kinds.items())},
            "consents": dict(sorted(self.consents.items())),
            "marks": dict(sorted(self.marks.items())),
        }
