"""Events at minutes of a day, for examples that are worked by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shelfwise.types import Event

AT = datetime(2026, 1, 1, tzinfo=UTC)


def minutes(count: float) -> datetime:
    """So many minutes into the day."""
    return AT + timedelta(minutes=count)


def click(id: str, shopper: str, product: str, minute: float, **more: Any) -> Event:
    """A click at a minute."""
    return Event(id, "click", shopper, minutes(minute), product=product, **more)
