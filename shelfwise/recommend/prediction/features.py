"""A shopper's past as numbers, as of a moment: what the chances of actions are computed from.

Nothing after the moment is read: rows with a later time are dropped first, so that a model never sees what it is to
predict. Times are milliseconds since 1970, ages days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.behaviour.table import KINDS, EventTable
from shelfwise.types import EventKind, Float64, Int64

DAY: Final = 86_400_000  # milliseconds
NEVER: Final = 365.0  # days since what was never done
PACES: Final = (1.0, 5.0, 20.0, 80.0)  # days: half-lives of the counts
GROUPS: Final[Mapping[str, tuple[EventKind, ...]]] = {
    "any": KINDS,
    "search": ("search", "reformulation"),
    "look": ("view", "click", "dwell"),
    "favourite": ("favourite",),
    "cart": ("cart",),
    "purchase": ("purchase",),
}
NAMES: Final = (
    *(f"{group}_{pace:g}" for group in GROUPS for pace in PACES),
    *(f"since_{group}" for group in GROUPS),
    "tenure",
    "active_days",
    "active_share",
    "rhythm",
    "overdue",
    "spent",
    "open_cart",
    "unhappy",
)


@dataclass(frozen=True, slots=True)
class Features:
    """`values` Float64[n, k] of n shoppers (`shopper`: codes in the table), columns as NAMES."""

    shopper: Int64
    values: Float64


def features(table: EventTable, at: int) -> Features:
    """The features of all shoppers who did something up to a moment."""
    table = table.where(table.time <= at)
    shoppers, place = np.unique(table.shopper, return_inverse=True)
    n = len(shoppers)
    age = (at - table.time) / DAY
    columns: list[Float64] = []
    since: list[Float64] = []
    for kinds in GROUPS.values():
        rows = np.isin(table.kind, [KINDS.index(kind) for kind in kinds])
        who, old = place[rows], age[rows]
        columns += [np.log1p(np.bincount(who, np.exp2(-old / pace), minlength=n)) for pace in PACES]
        latest = np.full(n, NEVER)
        np.minimum.at(latest, who, old)
        since.append(np.log1p(latest))
    first = np.zeros(n)
    np.maximum.at(first, place, age)
    rhythm = _rhythm(table, place, n, at)
    columns += [*since, np.log1p(first), *rhythm, *_money(table, place, n)]
    return Features(shoppers.astype(np.int64), np.column_stack(columns) if n else np.zeros((0, len(NAMES))))


def _rhythm(table: EventTable, place: Int64, n: int, at: int) -> tuple[Float64, ...]:
    """Days with an event; their share of all days since the first; the mean days between them; how late the next is."""
    days = np.unique(np.column_stack([place, table.time // DAY]), axis=0)
    counts = np.bincount(days[:, 0], minlength=n).astype(np.float64)
    first, last = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(first, days[:, 0], days[:, 1])
    np.maximum.at(last, days[:, 0], days[:, 1])
    today = at // DAY
    gap = (last - first + 1) / np.maximum(counts, 1)
    silence = today - last
    return (
        np.log1p(counts),
        counts / np.maximum(today - first + 1, 1),
        np.log1p(gap),
        np.log1p(np.minimum(silence / np.maximum(gap, 1), NEVER)),
    )


def _money(table: EventTable, place: Int64, n: int) -> tuple[Float64, ...]:
    """Money spent; more put into the cart than taken out or bought; returns and low ratings."""

    def count(*kinds: EventKind) -> Float64:
        rows = np.isin(table.kind, [KINDS.index(kind) for kind in kinds])
        return np.asarray(np.bincount(place[rows], minlength=n), np.float64)

    bought = table.kind == KINDS.index("purchase")
    value = np.nan_to_num(table.value.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    spent = np.bincount(place[bought], np.maximum(value[bought], 0), minlength=n)
    rated = np.isin(table.kind, [KINDS.index("rating"), KINDS.index("review")])
    low = rated & (table.value < 3)
    unhappy = count("return") + np.bincount(place[low], minlength=n)
    open_cart = (count("cart") > count("uncart", "purchase")).astype(np.float64)
    return np.log1p(spent), open_cart, np.log1p(unhappy)
