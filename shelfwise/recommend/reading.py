"""Reading a log into the table that generators are fitted on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shelfwise.behaviour.base import EventLog
from shelfwise.behaviour.table import EventTable
from shelfwise.types import Event


def events_of(log: EventLog, since: int, until: int) -> EventTable:
    """The events of a log after a number and up to another. Those without a shopper are of so many different ones."""

    def kept() -> Iterator[Event]:
        for batch in log.read(since):
            for logged in batch:
                if logged.number > until:
                    return
                event = logged.event
                yield event if event.shopper else replace(event, shopper=f"\0{logged.number}")

    return EventTable.of(kept())
