"""The events of one visit, in order, each with the time and the page it goes back to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shelfwise.simulate.shoppers.base import Clock, Door
from shelfwise.types import Event, EventKind


class Trace:
    """Makes events of a visit and hands them to the shop before its next page is asked for."""

    def __init__(self, door: Door, clock: Clock, shopper: str, device: str, name: str) -> None:
        self._door, self._clock = door, clock
        self._shopper, self._device, self._name = shopper, device, name
        self._waiting: list[Event] = []
        self.count = 0

    def add(self, kind: EventKind, seconds: float = 1.0, **fields: Any) -> None:
        """An event that happens now; so many seconds pass with it. `row` goes into the properties."""
        row = fields.pop("row", "")
        if row:
            fields["properties"] = {"row": row}
        id = f"{self._name}-{self.count}"
        self.count += 1
        self._clock.now += timedelta(seconds=seconds)
        self._waiting.append(
            Event(id, kind, self._shopper, self._clock.now.replace(microsecond=0), device=self._device, **fields)
        )

    def send(self) -> None:
        """Record what waits."""
        if self._waiting:
            self._door.record(self._waiting)
            self._waiting = []
