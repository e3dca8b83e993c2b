"""Each shopper's purchases as a few numbers: what models of the time to the next one are fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.types import Bool, Float64, Int64

DAY: Final = 86_400_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Purchases:
    """n shoppers who bought, as of a moment; all times in days.

    shopper: codes in the table. repeats: days with a purchase after the first such day. last: from the first purchase
    to the last one. age: from the first purchase to the moment. gaps: every gap between days of purchase, in order of
    `gap_shopper` (a place in `shopper`) and time.
    """

    shopper: Int64
    repeats: Float64
    last: Float64
    age: Float64
    gaps: Float64
    gap_shopper: Int64

    def __len__(self) -> int:
        return len(self.shopper)

    @property
    def silence(self) -> Float64:
        """Days since the last purchase."""
        return self.age - self.last

    def where(self, mask: Bool) -> Purchases:
        """Some of the shoppers."""
        place = np.cumsum(mask) - 1
        kept = mask[self.gap_shopper] if len(self.gaps) else np.zeros(0, np.bool_)
        return Purchases(
            self.shopper[mask],
            self.repeats[mask],
            self.last[mask],
            self.age[mask],
            self.gaps[kept],
            place[self.gap_shopper[kept]],
        )


def purchases(table: EventTable, at: int) -> Purchases:
    """The purchases of a table up to a moment. Several within a day are one: an order has many lines."""
    bought = table.of_kinds("purchase")
    bought = bought.where(bought.time <= at)
    day = bought.time // DAY
    order = np.lexsort((bought.time, bought.shopper))
    who, day, time = bought.shopper[order].astype(np.int64), day[order], bought.time[order]
    first_of_day = np.ones(len(who), np.bool_)
    first_of_day[1:] = (who[1:] != who[:-1]) | (day[1:] != day[:-1])
    who, time = who[first_of_day], time[first_of_day]
    shoppers, place, counts = np.unique(who, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    first, last = time[ends - counts], time[ends - 1]
    same = place[1:] == place[:-1]
    return Purchases(
        shoppers,
        (counts - 1).astype(np.float64),
        (last - first) / DAY,
        (at - first) / DAY,
        (np.diff(time) / DAY)[same],
        place[1:][same].astype(np.int64),
    )
