"""What looks odd about an event when it comes in: it is marked and kept, so that nothing is silently wrong."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from shelfwise.behaviour.base import Mark
from shelfwise.types import Event, EventKind

FUTURE: Final = timedelta(minutes=5)  # clocks may differ by so much
LATE: Final = timedelta(days=1)
BOT_EVENTS: Final = 300  # of one shopper within one minute; beyond, no person does it
HELD: Final = 50_000  # shoppers' minutes that are counted at once
_ANSWERED: Final[frozenset[EventKind]] = frozenset(("click", "impression"))  # kinds that go back to an answer

# Events and the time at which they came in → the marks of each.
Marker: TypeAlias = Callable[[Sequence[Event], datetime], list[set[Mark]]]


class Marking:
    """The marks of a shop's events. Threads may share it.

    late: came in more than LATE after it happened. future: says to be from more than FUTURE after it came in.
    no_query_id: a click or an impression that does not say which answer it goes back to. unknown_product: names a
    product that `known` (ids → those of them that the shop has) does not give. bot: comes after more than BOT_EVENTS of
    the shopper within a minute of their own time; impressions are not counted, a page has many. Only the HELD latest
    minutes of shoppers are remembered, so a stream of invented names costs no memory.
    """

    def __init__(self, known: Callable[[Collection[str]], Collection[str]]) -> None:
        self._known = known
        self._counts: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, events: Sequence[Event], received: datetime) -> list[set[Mark]]:
        """The marks of each event."""
        found = [marks_of_time(event, received) for event in events]
        named = {product for event in events for product in products_of(event)}
        unknown = named.difference(self._known(named)) if named else named
        for event, marks, suspect in zip(events, found, self._suspects(events), strict=True):
            if event.kind in _ANSWERED and event.query_id is None:
                marks.add("no_query_id")
            if unknown and not unknown.isdisjoint(products_of(event)):
                marks.add("unknown_product")
            if suspect:
                marks.add("bot")
        return found

    def _suspects(self, events: Sequence[Event]) -> list[bool]:
        found = []
        with self._lock:
            for event in events:
                key = event.shopper, int(event.time.timestamp()) // 60
                count = self._counts.get(key, 0) + (event.kind != "impression")
                self._counts[key] = count
                self._counts.move_to_end(key)
                found.append(count > BOT_EVENTS and event.consent == "personal")
            while len(self._counts) > HELD:
                self._counts.popitem(last=False)
        return found


def marks_of_time(event: Event, received: datetime) -> set[Mark]:
    """Whether it is late or from the future."""
    if event.time - received > FUTURE:
        return {"future"}
    return {"late"} if received - event.time > LATE else set()


def products_of(event: Event) -> tuple[str, ...]:
    """The products that an event names."""
    return event.slate if event.product is None else (event.product, *event.slate)
