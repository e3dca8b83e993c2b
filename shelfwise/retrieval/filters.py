"""Filters as people write them, read into `types.Filter` and checked against the fields that exist.

JSON: {"price": [1000, 5000], "brand": ["A", "B"], "color": {"none": ["red"]}, "rating": {"exists": true},
"or": [...], "not": {...}}. URL: price:1000..5000, brand:A|B, -brand:A, rating:4.., has:rating.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shelfwise.errors import InputError
from shelfwise.types import AllOf, And, AnyOf, Exists, Filter, NoneOf, Not, Or, Range, Value

KEYWORDS = ("brand", "category", "tags", "language")
NUMBERS = ("price", "rating", "available", "released")
ID = "id"
PREFIX = "attributes."
MAX_DEPTH = 8
MAX_VALUES = 1000
MAX_LENGTH = 8192


@dataclass(frozen=True, slots=True)
class Fields:
    """Which filter fields hold texts and which hold numbers; a field may be in both ("16 GB" and 16)."""

    keywords: frozenset[str]
    numbers: frozenset[str]

    @classmethod
    def of(cls, keywords: Iterable[str], numbers: Iterable[str]) -> Fields:
        """The fields given, and those that every shop has."""
        return cls(frozenset((*keywords, *KEYWORDS, ID)), frozenset((*numbers, *NUMBERS)))

    def name(self, field: str) -> str:
        """The field meant by `field`: itself, or the attribute of that name.

        Raises InputError naming the nearest field when there is none.

        >>> Fields.of(["attributes.color"], []).name("color")
        'attributes.color'
        """
        for name in (field, PREFIX + field):
            if name in self.keywords or name in self.numbers:
                return name
        known = {name.removeprefix(PREFIX) for name in self.keywords | self.numbers}
        near = difflib.get_close_matches(field.removeprefix(PREFIX), sorted(known), 1, 0.4)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known fields: {', '.join(sorted(known)[:20])}."
        raise InputError(f"Unknown filter field {field[:80]!r}.", hint=hint)


# --- from JSON -----------------------------------------------------------------------------------------------


def parse_filter(given: Any) -> Filter | None:
    """The filter written as JSON (or as Python values); None and {} let everything pass.

    Several keys of one object must all pass. Raises InputError saying where, what was found and what was expected.

    >>> parse_filter({"price": [1000, 5000]})
    Range(field='price', low=1000.0, high=5000.0)
    >>> parse_filter({"brand": ["A", "B"]})
    AnyOf(field='brand', values=('A', 'B'))
    """
    if given is None or isinstance(given, AnyOf | AllOf | NoneOf | Range | Exists | And | Or | Not):
        return given
    return _object(given, "filters", 1)


def _object(given: Any, where: str, depth: int) -> Filter | None:
    if depth > MAX_DEPTH:
        raise InputError(f"{where}: nested deeper than {MAX_DEPTH} levels.")
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: found {_show(given)}, expected an object of field and condition.")
    if len(given) > MAX_VALUES:
        raise InputError(f"{where}: {len(given)} conditions, expected at most {MAX_VALUES}.")
    parts = [_entry(key, value, f"{where}.{key}"[:200], depth) for key, value in given.items()]
    return _joined([part for part in parts if part is not None])


def _joined(parts: Sequence[Filter]) -> Filter | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _entry(key: Any, value: Any, where: str, depth: int) -> Filter | None:
    if not isinstance(key, str) or not key or len(key) > MAX_LENGTH:
        raise InputError(f"{where}: a field's name must be a text that is not empty.")
    if key in ("and", "or"):
        if isinstance(value, str | Mapping) or not isinstance(value, Sequence) or not value or len(value) > MAX_VALUES:
            raise InputError(f"{where}: found {_show(value)}, expected a list of 1 to {MAX_VALUES} filters.")
        parts = [_object(item, f"{where}[{number}]", depth + 1) for number, item in enumerate(value)]
        given = tuple(part for part in parts if part is not None)
        if key == "or":
            return Or(given) if len(given) == len(parts) else None  # an empty filter lets everything pass
        return And(given) if given else None
    if key == "not":
        inner = _object(value, where, depth + 1)
        if inner is None:
            raise InputError(f"{where}: an empty filter cannot be negated.")
        return Not(inner)
    return _condition(key, value, where)


def _condition(field: str, value: Any, where: str) -> Filter:
    if isinstance(value, Mapping):
        return _operators(field, value, where)
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) == 2 and all(end is None or _is_number(end) for end in value) and tuple(value) != (None, None):
            return Range(field, _bound(value[0], where), _bound(value[1], where))
        return AnyOf(field, _values(value, where))
    return AnyOf(field, _values([value], where))


def _operators(field: str, given: Mapping[str, Any], where: str) -> Filter:
    makers: dict[str, Callable[[str, tuple[Value, ...]], Filter]] = {"any": AnyOf, "all": AllOf, "none": NoneOf}
    known = (*makers, "min", "max", "exists")
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1, 0.4)
            raise InputError(f"{where}: unknown operator {str(name)[:80]!r}; expected {', '.join(near or known)}.")
    parts: list[Filter] = [make(field, _values(given[name], where)) for name, make in makers.items() if name in given]
    if "min" in given or "max" in given:
        parts.append(Range(field, _bound(given.get("min"), where), _bound(given.get("max"), where)))
    if "exists" in given:
        if not isinstance(given["exists"], bool):
            raise InputError(f"{where}.exists: found {_show(given['exists'])}, expected true or false.")
        parts.append(Exists(field) if given["exists"] else Not(Exists(field)))
    joined = _joined(parts)
    if joined is None:
        raise InputError(f"{where}: an empty condition; expected one of {', '.join(known)}.")
    return joined


def _values(given: Any, where: str) -> tuple[Value, ...]:
    if isinstance(given, str | int | float):
        given = [given]
    if isinstance(given, Mapping) or not isinstance(given, Sequence) or not 1 <= len(given) <= MAX_VALUES:
        raise InputError(f"{where}: found {_show(given)}, expected 1 to {MAX_VALUES} values.")
    return tuple(_value(value, where) for value in given)


def _value(value: Any, where: str) -> Value:
    if isinstance(value, str):
        if len(value) > MAX_LENGTH:
            raise InputError(f"{where}: a value of {len(value)} characters, expected at most {MAX_LENGTH}.")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise InputError(f"{where}: found {_show(value)}, expected whole characters.")
    if isinstance(value, str | bool):
        return value
    if _is_number(value) and math.isfinite(value):
        return float(value)
    raise InputError(f"{where}: found {_show(value)}, expected a text, a number, true or false.")


def _bound(value: Any, where: str) -> float | None:
    if value is None:
        return None
    if not _is_number(value) or not math.isfinite(value):
        raise InputError(f"{where}: found {_show(value)} as a bound, expected a number.")
    return float(value)


def _is_number(value: Any) -> bool:
    # a whole number too large for a float has no place among the products
    return isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63)


def _show(value: Any) -> str:
    return text if len(text := repr(value)) <= 80 else f"{text[:77]}..."


# --- from a URL ----------------------------------------------------------------------------------------------


def parse_url(given: Sequence[str]) -> Filter | None:
    """The filter written as URL parameters; all of them must pass. Raises InputError as `parse_filter` does.

    `field:value`, `field:A|B` (any of), `-field:A` (none of), `field:low..high` (either end may be left out),
    `has:field`, `-has:field`.

    >>> parse_url(["price:1000..5000", "-brand:A"])
    And(filters=(Range(field='price', low=1000.0, high=5000.0), NoneOf(field='brand', values=('A',))))
    """
    if len(given) > MAX_VALUES:
        raise InputError(f"{len(given)} filters, expected at most {MAX_VALUES}.")
    return _joined([_parameter(text) for text in given])


def _parameter(text: str) -> Filter:
    positive, _, value = text.removeprefix("-").partition(":")
    where = f"filter {text[:80]!r}"
    if not positive or not value or len(text) > MAX_LENGTH:
        raise InputError(f"{where}: expected field:value, field:low..high or has:field.")
    negated = text.startswith("-")
    if positive == "has":
        return Not(Exists(value)) if negated else Exists(value)
    bounds = _range(value, where)
    if bounds is not None:
        return Not(Range(positive, *bounds)) if negated else Range(positive, *bounds)
    values = _values([part for part in value.split("|") if part], where)
    return NoneOf(positive, values) if negated else AnyOf(positive, values)


def _range(value: str, where: str) -> tuple[float | None, float | None] | None:
    low, dots, high = value.partition("..")
    if not dots or not (low or high):
        return None
    try:
        ends = tuple(float(end) if end else None for end in (low, high))
    except ValueError:
        return None  # a text with dots in it, as in "Dr..Oetker"
    return _bound(ends[0], where), _bound(ends[1], where)


# --- against the fields --------------------------------------------------------------------------------------


def resolve(given: Filter, fields: Fields, depth: int = 1) -> Filter:
    """The same filter with full field names, texts for keywords and floats for numbers.

    Raises InputError for an unknown field (naming the nearest), a range over texts, a value of the wrong type,
    bounds that are not finite, or a filter that is too deep or too long.
    """
    if depth > MAX_DEPTH:
        raise InputError(f"The filter is nested deeper than {MAX_DEPTH} levels.")
    match given:
        case And(filters) | Or(filters):
            if len(filters) > MAX_VALUES:
                raise InputError(f"{len(filters)} filters side by side, expected at most {MAX_VALUES}.")
            return type(given)(tuple(resolve(part, fields, depth + 1) for part in filters))
        case Not(inner):
            return Not(resolve(inner, fields, depth + 1))
        case Exists(field):
            return Exists(fields.name(field))
        case Range(field, low, high):
            return _resolved_range(fields.name(field), low, high, fields)
        case AnyOf(field, values) | AllOf(field, values) | NoneOf(field, values):
            name = fields.name(field)
            typed = tuple(_typed(name, value, fields) for value in _values(values, field))
            return type(given)(name, typed)
    raise InputError(f"Found {_show(given)}, expected a filter.")


def _resolved_range(name: str, low: float | None, high: float | None, fields: Fields) -> Range:
    if name not in fields.numbers:
        raise InputError(f"{name} holds texts, so it has no range.", hint=f"Use any of its values: {name}: [...].")
    return Range(name, _bound(low, name), _bound(high, name))


def _typed(name: str, value: Value, fields: Fields) -> Value:
    is_text, is_number = name in fields.keywords, name in fields.numbers
    if isinstance(value, bool):
        return float(value) if is_number else str(value).lower()
    if isinstance(value, float):
        return value if is_number else f"{value:g}"
    if not isinstance(value, str):
        raise InputError(f"{name}: found {_show(value)}, expected a text or a number.")
    if is_text:
        return value
    number = {"true": 1.0, "false": 0.0}.get(value.lower())
    try:
        number = float(value) if number is None else number
    except ValueError:
        raise InputError(f"{name}: found {_show(value)}, expected a number.") from None
    if not math.isfinite(number):
        raise InputError(f"{name}: found {_show(value)}, expected a number.")
    return number


def conditions(given: Filter | None) -> tuple[Filter, ...]:
    """The parts that must all pass: those of an And, nested ones too, or the filter alone."""
    if given is None:
        return ()
    if isinstance(given, And):
        return tuple(part for inner in given.filters for part in conditions(inner))
    return (given,)


def field_of(condition: Filter) -> str | None:
    """The one field that a condition speaks of, or None when it speaks of several."""
    match condition:
        case AnyOf(field) | AllOf(field) | NoneOf(field) | Range(field) | Exists(field):
            return field
        case Not(inner):
            return field_of(inner)
        case And(filters) | Or(filters):
            names = {field_of(part) for part in filters}
            return names.pop() if len(names) == 1 else None
    return None


def fields_of(given: Filter) -> Iterator[str]:
    """Every field that a filter speaks of."""
    if isinstance(given, And | Or):
        for inner in given.filters:
            yield from fields_of(inner)
    elif isinstance(given, Not):
        yield from fields_of(given.filter)
    else:
        yield given.field


def without_field(given: Filter | None, field: str) -> Filter | None:
    """The filter without its conditions on one field: what a multi-select facet is counted under."""
    return _joined([part for part in conditions(given) if field_of(part) != field])
