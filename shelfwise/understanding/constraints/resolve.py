"""Readings of the same words: the longest is kept, of equal ones the surest; a role stands beside all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shelfwise.understanding.base import Constraint

MOST: Final = 100  # readings that are looked at
_FIRST: Final = {"compatible": 0, "price": 1, "rating": 1, "size": 2, "capacity": 2, "quantity": 4, "feature": 5}


def resolved(readings: Iterable[Constraint]) -> list[Constraint]:
    """The readings that stand, in order of their places; none says twice the same."""
    kept: list[Constraint] = []
    for one in sorted(readings, key=_rank)[:MOST]:
        if one.kind == "role":
            if not any(other.kind == "feature" and other.start < one.end and one.start < other.end for other in kept):
                kept.append(one)  # the battery of `all-day battery laptop` is none
        elif all(one.end <= other.start or other.end <= one.start for other in kept if other.kind != "role"):
            kept.append(one)
    return sorted(_once(kept), key=lambda one: (one.start, one.end, one.kind))


def _rank(one: Constraint) -> tuple[int, int, float, int]:
    return one.start - one.end, _FIRST.get(one.kind, 3), -one.confidence, one.start


def _once(kept: list[Constraint]) -> list[Constraint]:
    """Each meaning once; a year says more than `new`."""
    found: dict[tuple[object, ...], Constraint] = {}
    years = any(one.kind == "recency" and (one.low or one.high) for one in kept)
    for one in sorted(kept, key=lambda one: one.start):
        if one.kind == "recency" and one.level and years:
            continue
        key = (one.kind, one.value, one.low, one.high, one.unit, one.level, one.negated)
        found.setdefault(key, one)
    return list(found.values())
