"""Single values of a row of events, read from whatever a format holds; where one is wrong, its column is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shelfwise.behaviour.formats.base import Reading
from shelfwise.behaviour.validate import MAX_ID
from shelfwise.catalog import values
from shelfwise.catalog.getters import BadValue
from shelfwise.catalog.values import Unusable
from shelfwise.types import Consent, Value


def table(value: Any) -> Mapping[str, Any]:
    """An object inside an object; nothing where there is none."""
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def name(value: Any, column: str) -> str | None:
    """An id or another short name, numbers written out; None when there is none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return values.text(value, MAX_ID) or None
    except Unusable as reason:
        raise BadValue(column, reason) from None


def words(value: Any, column: str) -> str | None:
    """A text as it was written, without space around it. Messages do not repeat it."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadValue(column, Unusable(f"a {type(value).__name__}", "a text"))
    return values.text(value, len(value)) or None


def number(value: Any, column: str) -> float | None:
    """A number, also one written as a text; None when there is none."""
    if value is None or value == "":
        return None
    try:
        return values.quantity(value)[0]
    except Unusable as reason:
        raise BadValue(column, reason) from None


def whole(value: Any, column: str) -> int | None:
    """A whole number; None when there is none."""
    found = number(value, column)
    if found is None:
        return None
    if not found.is_integer():
        raise BadValue(column, Unusable(value, "a whole number"))
    return int(found)


def money(value: Any, column: str) -> float | None:
    """An amount of money; None when there is none."""
    if value is None or value == "":
        return None
    try:
        return float(values.amount(value)[0])
    except Unusable as reason:
        raise BadValue(column, reason) from None


def instant(value: Any, column: str) -> datetime:
    """A time in ISO 8601 (UTC when it does not say its zone), or a number since 1970 whose size tells its unit."""
    try:
        if value is None or value == "":
            raise Unusable("nothing", "the time of the event")
        if isinstance(value, int | float) or (isinstance(value, str) and value.strip().isdigit()):
            return values.time(value, epoch(values.quantity(value)[0]))
        return values.time(value)
    except Unusable as reason:
        raise BadValue(column, reason) from None


def epoch(number: float) -> str:
    """The unit of a number since 1970 that is a time in living memory.

    >>> epoch(1_700_000_000), epoch(1_700_000_000_000)
    ('unix', 'unix_ms')
    """
    bounds = {"unix": 1e11, "unix_ms": 1e14, "unix_us": 1e17}
    return next((unit for unit, most in bounds.items() if number < most), "unix_ns")


def shares(total: float | None, prices: Sequence[float | None], quantities: Sequence[int]) -> list[float | None]:
    """What each line of an order came to: price × quantity; where a price is missing, the total by quantity.

    >>> shares(30.0, [19.0, 3.0], [1, 2]), shares(30.0, [None, 3.0], [1, 2]), shares(None, [None], [1])
    ([19.0, 6.0], [10.0, 20.0], [None])
    """
    if all(price is not None for price in prices):
        return [price * count for price, count in zip(prices, quantities, strict=True)]  # type: ignore[operator]
    pieces = sum(quantities)
    if total is None or pieces <= 0:
        return [None] * len(prices)
    return [total * count / pieces for count in quantities]


def foreign(value: float | None, currency: Any, reading: Reading) -> tuple[float | None, dict[str, Value], list[str]]:
    """An amount as a value, or, in another currency than the shop's, as properties with a note."""
    code = currency.strip().upper() if isinstance(currency, str) and currency.strip() else reading.currency
    if value is None or code == reading.currency:
        return value, {}, []
    note = f"amounts in {code[:10]}, the shop has {reading.currency}: kept as properties, not as values"
    return None, {"amount": value, "currency": code[:10]}, [note]


def consent_of(value: Any, column: str, default: Consent) -> Consent:
    """What a shopper agreed to; the default when nothing is said."""
    if value is None or value == "":
        return default
    if value in ("personal", "anonymous", "none"):
        return value  # type: ignore[no-any-return]
    raise BadValue(column, Unusable(value, "personal, anonymous or none"))


def properties_of(given: Mapping[str, Any]) -> dict[str, Value]:
    """Values that an event may keep as its properties; whole numbers become floats, lists become tuples of texts."""
    out: dict[str, Value] = {}
    for key, value in given.items():
        if isinstance(value, bool | str | float):
            out[key] = value
        elif isinstance(value, int):
            out[key] = float(value)
        elif isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            out[key] = tuple(value)
    return out


def stamp(time: datetime) -> str:
    """A time as written: ISO 8601 in UTC."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
