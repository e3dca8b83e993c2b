"""Events as columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.types import Event, Value

START = datetime(2026, 1, 1, tzinfo=UTC)


def event(minute: int, product: str | None = "p", **properties: Value) -> Event:
    return Event(str(minute), "click", "ann", START + timedelta(minutes=minute), product, properties=properties)


def test_regions_are_the_property_of_that_name() -> None:
    table = EventTable.of(
        [event(3, region="south"), event(0, region="north"), event(1), event(2, region=""), event(4, region=5.0)]
    )
    assert [table.regions[code] if code >= 0 else None for code in table.region] == ["north", None, None, "south", None]


def test_rows_of_a_mask_keep_their_regions() -> None:
    table = EventTable.of([event(0, "a", region="north"), event(1, "b", region="south"), event(2, "c")])
    some = table.where(table.time > table.time[0])
    assert (some.regions, some.region.tolist()) == (table.regions, [1, -1])
    assert some.region.dtype == np.int32


def test_all_products_of_an_impression_are_in_its_region() -> None:
    shown = Event("1", "impression", "ann", START, slate=("a", "b"), properties={"region": "north"})
    assert EventTable.of([shown]).region.tolist() == [0, 0]


def test_a_log_without_events() -> None:
    assert (EventTable.of([]).regions, EventTable.of([]).region.tolist()) == ((), [])
