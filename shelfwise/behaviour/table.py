"""Events as columns, in order of time: what models are fitted on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np
import numpy.typing as npt

from shelfwise.types import Bool, Event, EventKind, Float32, Int32, Int64

KINDS: Final[tuple[EventKind, ...]] = get_args(EventKind)
REGION: Final = "region"  # the property of an event that names where in the world it happened
_CODE: Final = {kind: code for code, kind in enumerate(KINDS)}

Int8 = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class EventTable:
    """n events in order of time; ties keep the order in which they came.

    shoppers, products: the names that the codes in `shopper` and `product` stand for (product −1: none). kind: a place
    in KINDS. time: milliseconds since 1970 (UTC). value: NaN where there is none. regions: the names that codes in
    `region` stand for (−1: none), which are the events' properties "region".

    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> table = EventTable.of([Event("1", "click", "ann", at, product="p1"), Event("2", "cart", "ann", at, "p2")])
    >>> table.products, table.product.tolist(), [KINDS[code] for code in table.kind]
    (('p1', 'p2'), [0, 1], ['click', 'cart'])
    """

    shoppers: tuple[str, ...]
    products: tuple[str, ...]
    shopper: Int32
    product: Int32
    kind: Int8
    time: Int64
    value: Float32
    regions: tuple[str, ...]
    region: Int32

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def of(cls, events: Iterable[Event]) -> EventTable:
        """The table of events; an impression of several products becomes as many rows."""
        shoppers: dict[str, int] = {}
        products: dict[str, int] = {}
        regions: dict[str, int] = {}
        rows: list[tuple[int, int, int, int, float, int]] = []
        for event in events:
            who = shoppers.setdefault(event.shopper, len(shoppers))
            when = round(event.time.timestamp() * 1000)
            value = float("nan") if event.value is None else event.value
            named = event.properties.get(REGION)
            where = regions.setdefault(named, len(regions)) if isinstance(named, str) and named else -1
            for product in event.slate or (event.product,):
                what = -1 if product is None else products.setdefault(product, len(products))
                rows.append((who, what, _CODE[event.kind], when, value, where))
        rows.sort(key=lambda row: row[3])
        who_, what_, kind, time, values, where_ = zip(*rows, strict=True) if rows else ((), (), (), (), (), ())
        return cls(
            tuple(shoppers),
            tuple(products),
            np.array(who_, dtype=np.int32),
            np.array(what_, dtype=np.int32),
            np.array(kind, dtype=np.int8),
            np.array(time, dtype=np.int64),
            np.array(values, dtype=np.float32),
            tuple(regions),
            np.array(where_, dtype=np.int32),
        )

    def where(self, mask: Bool) -> EventTable:
        """The rows of a mask; names keep their codes."""
        return EventTable(
            self.shoppers,
            self.products,
            self.shopper[mask],
            self.product[mask],
            self.kind[mask],
            self.time[mask],
            self.value[mask],
            self.regions,
            self.region[mask],
        )

    def of_kinds(self, *kinds: EventKind) -> EventTable:
        """The rows of some kinds."""
        return self.where(np.isin(self.kind, [_CODE[kind] for kind in kinds]))
