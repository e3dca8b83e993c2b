"""What shoppers do on the pages, as events in the shop's log. A page never fails because of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog

from shelfwise.errors import BusyError, ShelfwiseError
from shelfwise.service.context import Service
from shelfwise.service.storefront.visitor import Visitor
from shelfwise.types import Event, EventKind

TRIES: Final = 3
PAUSE: Final = 0.1  # seconds at most before another try, while a shopper waits


class Recorder:
    """Makes events of a visitor and records them; those of an anonymous one name no shopper. pause: time.sleep."""

    def __init__(self, service: Service, pause: Callable[[float], None] = time.sleep) -> None:
        self._service = service
        self._pause = pause
        self._log = structlog.get_logger("shelfwise.storefront")

    def event(self, visitor: Visitor, id: str, kind: EventKind, **fields: Any) -> Event:
        """An event that happens now, unless `time` says otherwise; `fields` are those of Event."""
        fields = {"time": self._service.now(), "device": visitor.device, **fields}
        return Event(id=id, kind=kind, shopper=visitor.shopper or "", consent=visitor.consent, **fields)

    def record(self, events: Sequence[Event]) -> bool:
        """Records, trying again while the log is busy; whether it could be done. The program's log says if not."""
        for left in reversed(range(TRIES)):
            try:
                self._service.metrics.recorded(events, self._service.shop.record(events), 0)
                return True
            except BusyError as error:
                if left:
                    self._pause(min(error.seconds, PAUSE))
            except ShelfwiseError:
                break
        self._log.error("unrecorded", events=len(events))
        return False
