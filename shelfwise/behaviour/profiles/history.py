"""The plain past of a shopper: products touched, texts searched, sessions, money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Final

from shelfwise.behaviour.base import Touch
from shelfwise.types import Event, EventKind

TOUCHES: Final[frozenset[EventKind]] = frozenset(
    {"view", "click", "dwell", "favourite", "cart", "purchase", "return", "rating", "review"}
)


def recent(events: Sequence[Event], most: int) -> tuple[Touch, ...]:
    """Products touched, the newest first, out of events in order of time."""
    touches = (
        Touch(event.product, event.kind, event.time)
        for event in reversed(events)
        if event.product is not None and event.kind in TOUCHES
    )
    return tuple(islice(touches, most))


def searches(events: Sequence[Event], most: int) -> tuple[tuple[str, datetime], ...]:
    """Texts that were searched with the time each was searched last, the newest first."""
    found: dict[str, datetime] = {}
    for event in reversed(events):
        if event.kind in ("search", "reformulation") and event.text:
            found.setdefault(event.text, event.time)
    return tuple(islice(found.items(), most))


def sessions(events: Sequence[Event], gap: timedelta) -> int:
    """How many sessions: a silence longer than `gap` ends one."""
    return sum(later.time - earlier.time > gap for earlier, later in pairwise(events)) + bool(events)


def spent(events: Sequence[Event]) -> float:
    """Money for purchases, less returns; at least 0 (a return whose purchase is too old to be seen is no debt)."""
    paid = sum(event.value or 0.0 for event in events if event.kind == "purchase")
    back = sum(event.value or 0.0 for event in events if event.kind == "return")
    return max(0.0, paid - back)
