"""Constraints in a catalogue's own fields: what a filter of it would say, and whether products that fail are left out.

Several values of one kind (red or blue) are one wish: each of their constraints carries the same filter, any of all of
the values, so that the filters of a query can be joined by And. Negated ones each forbid their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from shelfwise.types import And, AnyOf, Filter, NoneOf, Or, Range
from shelfwise.understanding.base import Constraint
from shelfwise.understanding.constraints.catalogue import CatalogueDictionary
from shelfwise.understanding.constraints.numerals import about
from shelfwise.understanding.constraints.patterns import LETTERS

SURE: Final = 0.85  # confidence from which an explicit constraint is hard
COVERED: Final = 0.8  # share of the products that have a field before its values are hard
SEEN: Final = 0.05  # share that has one before it is filtered by at all
GOOD: Final = 4.0  # mean rating of what is "well rated"
FOREIGN: Final = 0.3  # confidence of a price in a currency that the shop does not use
NEAR: Final = 0.01  # tolerance of measures: 15.6 inches are 15.55 as well
MOST_KEYS: Final = 6  # numeric keys that a measure may stand for
SCALES: Final = {
    **{"mb": ("byte", 1.0), "gb": ("byte", 1024.0), "tb": ("byte", 1024.0**2)},
    **{"ml": ("volume", 1.0), "l": ("volume", 1000.0)},
    **{
        "g": ("mass", 1.0),
        "kg": ("mass", 1000.0),
        "jin": ("mass", 500.0),
        "oz": ("mass", 28.3495),
        "lb": ("mass", 453.592),
    },
    **{"mm": ("length", 1.0), "cm": ("length", 10.0), "m": ("length", 1000.0), "ft": ("length", 304.8)},
    **{"inch": ("inch", 1.0), "mah": ("charge", 1.0)},
}
SYSTEMS: Final = ("", "eu", "uk", "us")
VALUED: Final = frozenset({"brand", "colour", "material", "audience", "occasion", "feature", "size", "compatible"})


class Linker:
    """Gives constraints their filters. `currency` is the shop's; without a dictionary, prices and ratings have one."""

    def __init__(self, dictionary: CatalogueDictionary | None, currency: str) -> None:
        self._dictionary = dictionary
        self._currency = currency

    def __call__(self, constraints: Sequence[Constraint]) -> list[Constraint]:
        """The constraints with `filter` and `hard`."""
        linked = [self._linked(one, _beside(one, constraints)) for one in constraints]
        accessory = any(one.kind == "role" for one in constraints)  # whose brand may be that of what it fits
        return [replace(one, hard=False) if accessory and _is_made_by(one) else one for one in linked]

    def _linked(self, one: Constraint, beside: Sequence[Constraint]) -> Constraint:
        match one.kind:
            case "price":
                return self._price(one)
            case "rating":
                return self._rating(one)
            case "recency":
                return self._recency(one)
            case "size" | "capacity" | "feature" if one.low is not None or one.high is not None:
                return replace(one, filter=self._size(one) or self._measure(one))
            case _ if one.kind in VALUED:
                return self._valued(one, beside)
        return one

    def _price(self, one: Constraint) -> Constraint:
        if one.low is None and one.high is None:
            return one  # cheap for what it is: that needs the prices of its category
        if one.unit not in ("", self._currency):
            return replace(one, confidence=min(one.confidence, FOREIGN))
        if not self._covers("priced", SEEN):
            return one
        exact = one.low is not None and one.low == one.high
        low, high = about(one.low) if exact and one.low is not None else (one.low, one.high)
        return replace(one, filter=Range("price", low, high), hard=not exact and one.confidence >= SURE)

    def _rating(self, one: Constraint) -> Constraint:
        if not self._covers("rated", SEEN):
            return one
        if one.level:
            return replace(one, filter=Range("rating", GOOD))
        hard = one.confidence >= SURE and self._covers("rated", COVERED)
        return replace(one, filter=Range("rating", one.low, one.high), hard=hard)

    def _recency(self, one: Constraint) -> Constraint:
        if self._dictionary is None or not self._covers("released", SEEN):
            return one
        if one.level:
            return replace(one, filter=Range("released", self._dictionary.recent))
        low = None if one.low is None else _year(one.low)
        high = None if one.high is None else _year(one.high + 1) - 1
        return replace(one, filter=Range("released", low, high))

    def _covers(self, field: str, share: float) -> bool:
        return self._dictionary is None or self._dictionary.cover.get(field, 0.0) >= share

    def _valued(self, one: Constraint, beside: Sequence[Constraint]) -> Constraint:
        if self._dictionary is None:
            return one
        values = [one.value] if one.negated else [other.value for other in beside]
        keys = _merged(self._keys(one.kind, value, self._dictionary) for value in values)
        if not keys or not self._keys(one.kind, one.value, self._dictionary):
            return one
        field = "branded" if one.kind == "brand" else one.kind
        sure = one.confidence >= SURE and one.kind in ("brand", "colour", "material", "size")
        return replace(
            one, filter=_filter(keys, one.negated), hard=sure and (one.negated or self._covers(field, COVERED))
        )

    def _keys(self, kind: str, value: str, dictionary: CatalogueDictionary) -> dict[str, list[Any]]:
        """Filter field → values as the catalogue writes them."""
        if kind == "brand":
            return {"brand": dictionary.brands[value]} if value in dictionary.brands else {}
        if kind == "compatible":
            return _fitting(value, dictionary.values.get("compatible", {}))
        if kind == "feature":
            return _facts(value, dictionary)
        found = dictionary.values.get(kind, {}).get(value, {})
        if kind == "size" and not found:
            other = next((name for name, letter in LETTERS.items() if letter == value), value)
            found = dictionary.values.get("size", {}).get(other, {})
        return {f"attributes.{key}": list(values) for key, values in found.items()}

    def _size(self, one: Constraint) -> Filter | None:
        """The size of clothes or shoes that a number is."""
        if (
            self._dictionary is None
            or one.kind != "size"
            or one.low != one.high
            or one.unit not in ("", "eu", "uk", "us")
        ):
            return None
        keys = self._dictionary.values.get("size", {}).get(f"{one.low:g}", {})
        return _filter({f"attributes.{key}": values for key, values in keys.items()}, one.negated)

    def _measure(self, one: Constraint) -> Filter | None:
        """Any of the numeric attributes in a unit of the same dimension that has such values."""
        if self._dictionary is None or one.negated:
            return None
        dimension, scale = SCALES.get(one.unit, (one.unit, 1.0))
        parts: list[Filter] = []
        for key, (unit, least, most) in self._dictionary.numbers.items():
            other, factor = SCALES.get(unit.casefold(), (unit.casefold(), 1.0))
            if other != dimension or not unit:
                continue
            low = None if one.low is None else one.low * scale / factor * (1 - NEAR)
            high = None if one.high is None else one.high * scale / factor * (1 + NEAR)
            if (low is None or low <= most) and (high is None or high >= least):
                parts.append(Range(f"attributes.{key}", low, high))
        return _any(parts[:MOST_KEYS])


def _is_made_by(one: Constraint) -> bool:
    return one.kind == "brand" and not one.negated


def _beside(one: Constraint, constraints: Sequence[Constraint]) -> list[Constraint]:
    """The wishes of the same kind, which are one wish with it."""
    same = [other for other in constraints if other.kind == one.kind and other.value and not other.negated]
    return [one] if one.kind in ("feature", "compatible") else same


def _merged(found: Iterable[dict[str, list[Any]]]) -> dict[str, list[Any]]:
    merged: dict[str, list[Any]] = {}
    for keys in found:
        for key, values in keys.items():
            merged[key] = [*dict.fromkeys((*merged.get(key, ()), *values))]
    return merged


def _fitting(value: str, values: dict[str, dict[str, list[Any]]]) -> dict[str, list[Any]]:
    """The values that name a device as whole words: `iphone 13` in "Apple iPhone 13"."""
    keys = [keys for name, keys in values.items() if f" {value} " in f" {name} "]
    return {f"attributes.{key}": found[:100] for key, found in _merged(keys).items()}


def _facts(value: str, dictionary: CatalogueDictionary) -> dict[str, list[Any]]:
    """A fact as it is written under each key, longer ways of saying it as well: `laser` is in "Laser printing"."""
    facts = dictionary.values.get("fact", {})
    said = facts.get(value, {})
    longer = [keys for name, keys in facts.items() if f" {value} " in f" {name} "] if said else []
    alike = [{key: values for key, values in keys.items() if key in said} for keys in longer]
    found = _merged([said, *alike, dictionary.values.get("flag", {}).get(value, {})])
    return {f"attributes.{key}": values[:100] for key, values in found.items()}


def _filter(keys: dict[str, list[Any]], negated: bool) -> Filter | None:
    if negated:
        parts = tuple(NoneOf(key, tuple(values)) for key, values in keys.items())
        return parts[0] if len(parts) == 1 else And(parts)
    return _any([AnyOf(key, tuple(values)) for key, values in keys.items()])


def _any(parts: Sequence[Filter]) -> Filter | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _year(year: float) -> float:
    return datetime(int(year), 1, 1, tzinfo=UTC).timestamp()
