"""Sessions: a shopper's events with no pause longer than a gap between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from shelfwise.behaviour.table import KINDS, EventTable
from shelfwise.types import EventKind, Float64, Int32, Int64

GAP: Final = timedelta(minutes=30)  # the usual pause, also of web analytics


@dataclass(frozen=True, slots=True)
class Sessions:
    """n sessions, in order of shopper and then of time.

    shopper: codes of the table. start, end: milliseconds since 1970 of the first and the last event. events: rows.
    counts: n × kinds, rows of each kind (in the order of KINDS). value: money of the purchases.
    """

    shopper: Int32
    start: Int64
    end: Int64
    events: Int32
    counts: Int32
    value: Float64

    def __len__(self) -> int:
        return len(self.start)

    def of_kind(self, kind: EventKind) -> Int32:
        """Rows of one kind by session."""
        column: Int32 = self.counts[:, KINDS.index(kind)]
        return column

    def seconds(self) -> Float64:
        """From the first event to the last; 0 for a session of one event."""
        return (self.end - self.start) / 1000.0

    def to_json(self) -> dict[str, Any]:
        """Figures over all sessions: medians and means, and the share of sessions "with" events of a kind."""
        count = len(self)
        shares = (self.counts > 0).mean(axis=0) if count else np.zeros(len(KINDS))
        return {
            "sessions": count,
            "shoppers": len(np.unique(self.shopper)),
            "median_events": float(np.median(self.events)) if count else 0.0,
            "median_seconds": float(np.median(self.seconds())) if count else 0.0,
            "purchases_per_session": float(self.of_kind("purchase").mean()) if count else 0.0,
            "value_per_session": float(self.value.mean()) if count else 0.0,
            "with": {kind: float(share) for kind, share in zip(KINDS, shares, strict=True) if share},
        }


def session_of(table: EventTable, gap: timedelta = GAP) -> Int32:
    """The session of each row, numbered by shopper and then by time.

    A row opens a session when it is its shopper's first, or t − t_before > gap. Hazard: events that come in late join
    sessions afterwards, so numbers change as a log grows.

    >>> from datetime import UTC
    >>> from shelfwise.types import Event
    >>> def at(minute): return datetime(2026, 1, 1, 0, minute, tzinfo=UTC)
    >>> seen = [Event(str(m), "view", who, at(m), "p") for m, who in [(0, "a"), (5, "b"), (30, "a"), (31, "b")]]
    >>> session_of(EventTable.of(seen), timedelta(minutes=26)).tolist()
    [0, 2, 1, 2]
    """
    order, opens = _ordered(table, gap)
    numbers = np.empty(len(table), dtype=np.int32)
    numbers[order] = np.cumsum(opens, dtype=np.int32) - 1
    return numbers


def sessions(table: EventTable, gap: timedelta = GAP) -> Sessions:
    """The sessions of a table."""
    number = session_of(table, gap)
    count = int(number.max()) + 1 if len(number) else 0
    start = np.full(count, np.iinfo(np.int64).max)
    end = np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(start, number, table.time)
    np.maximum.at(end, number, table.time)
    shopper = np.zeros(count, dtype=np.int32)
    shopper[number] = table.shopper
    cells = np.bincount(number * np.int64(len(KINDS)) + table.kind, minlength=count * len(KINDS))
    counts = cells.reshape(count, len(KINDS)).astype(np.int32)
    bought = (table.kind == KINDS.index("purchase")) & ~np.isnan(table.value)
    value = np.zeros(count)
    np.add.at(value, number[bought], table.value[bought])
    return Sessions(shopper, start, end, counts.sum(axis=1, dtype=np.int32), counts, value)


def _ordered(table: EventTable, gap: timedelta) -> tuple[Int64, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Rows by shopper and time, and which of them open a session."""
    order = np.lexsort((table.time, table.shopper)).astype(np.int64)
    who, when = table.shopper[order], table.time[order]
    opens = np.ones(len(order), dtype=np.bool_)
    opens[1:] = (who[1:] != who[:-1]) | (np.diff(when) > gap / timedelta(milliseconds=1))
    return order, opens


class SessionTracker:
    """The sessions of one shopper as events come in: `see` says whether an event opens one.

    An event that comes late never opens a session, because it belongs before what was seen already.

    >>> from datetime import UTC
    >>> tracker = SessionTracker(timedelta(minutes=30))
    >>> [tracker.see(datetime(2026, 1, 1, 9, minute, tzinfo=UTC)) for minute in (0, 30, 10)], tracker.count
    ([True, False, False], 1)
    """

    def __init__(self, gap: timedelta = GAP) -> None:
        self._gap = gap
        self._last: datetime | None = None
        self.count = 0

    def see(self, time: datetime) -> bool:
        """Take an event's time."""
        opens = self._last is None or time - self._last > self._gap
        self.count += opens
        self._last = time if self._last is None else max(time, self._last)
        return opens
