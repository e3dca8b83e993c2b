"""The contract of formats of events, and what all of them do: read single values, name what is wrong, derive ids."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final, Protocol

import orjson

from shelfwise.behaviour.validate import MAX_ID, wrong_with
from shelfwise.catalog import values
from shelfwise.catalog.base import BadRow
from shelfwise.catalog.feeds.opening import lines
from shelfwise.catalog.getters import BadValue
from shelfwise.catalog.values import Unusable
from shelfwise.types import Consent, Event, EventKind, Value

_FILE = resources.files("shelfwise.behaviour.formats") / "names.toml"
# Format → its name of an action → the kind; and format → kind → the name that is written.
_TABLES: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))
KIND_OF: Final[Mapping[str, Mapping[str, EventKind]]] = {
    format: {name: kind for kind, names in table.items() for name in names}  # type: ignore[misc]
    for format, table in _TABLES.items()
}
NAME_OF: Final[Mapping[str, Mapping[str, str]]] = {
    format: {kind: names[0] for kind, names in table.items()} for format, table in _TABLES.items()
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How events are read that do not say it themselves.

    consent: that of events without a word about it. currency: the shop's; amounts in another one are kept as
    properties, not as values.
    """

    consent: Consent = "personal"
    currency: str = "CNY"


PLAIN: Final = Reading()
FROM_ZERO: Final = "positions counted from 0: 1 was added"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row of a file came to.

    number: of the row or line, from 1. events: what it says; an order of three products says three. bad: what of it
    cannot be used. passed: why a good row says nothing here, as the name of its action. notes: what had to be changed,
    in few fixed words, for counting. person: an anonymous visitor's id and the customer's whom the row says it is.
    """

    number: int
    events: tuple[Event, ...] = ()
    bad: tuple[BadRow, ...] = ()
    passed: str | None = None
    notes: tuple[str, ...] = ()
    person: tuple[str, str] | None = None


class EventFormat(Protocol):
    """A way of writing events down.

    read gives what each row after number `start` came to, in bounded memory; a row that cannot be used is told in its
    entry and reading goes on. Ids are made from the row where it has none, so that the same file twice counts once.
    write gives lines (with their ends) for events of the kinds in `writes`; `parts` says what is read back of each.
    Raises FeedError when the file as a whole cannot be read.
    """

    name: str
    writes: frozenset[EventKind]

    def read(self, path: Path, start: int = 0) -> Iterator[Entry]: ...

    def write(self, events: Iterable[Event]) -> Iterator[bytes]: ...

    def parts(self, event: Event) -> list[Event]: ...


def checked(
    file: str, number: int, events: Iterable[Event], *, passed: str | None = None, notes: Sequence[str] = ()
) -> Entry:
    """The entry of a row with these events, those that cannot be taken refused."""
    good: list[Event] = []
    bad: list[BadRow] = []
    for event in events:
        wrong = wrong_with(event)
        if wrong is None:
            good.append(event)
        else:
            bad.append(BadRow(file, number, wrong.field, wrong.found, wrong.expected))
    return Entry(number, tuple(good), tuple(bad), passed, tuple(notes))


def person_of(visitor: Any, customer: Any) -> tuple[str, str] | None:
    """A visitor's id with the customer's, where a row has both and they differ."""
    if not isinstance(visitor, str | int) or not isinstance(customer, str | int):
        return None
    pair = str(visitor).strip(), str(customer).strip()
    return pair if all(pair) and pair[0] != pair[1] and max(map(len, pair)) <= MAX_ID else None


def refused(file: str, number: int, bad: BadValue) -> Entry:
    """The entry of a row with a value that cannot be read."""
    return Entry(number, bad=(BadRow(file, number, bad.column, bad.reason.found, bad.reason.expected),))


# --- ids -----------------------------------------------------------------------------------------------------


def id_of(*parts: object) -> str:
    """An id made from what an event says: the same parts, the same id.

    >>> id_of("click", "ann", 3) == id_of("click", "ann", 3) != id_of("click", "ann", 4)
    True
    """
    text = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def part_id(id: str, part: int) -> str:
    """The id of one of the events that a row came to.

    >>> part_id("order-7", 2), len(part_id("x" * 200, 2))
    ('order-7:2', 32)
    """
    made = f"{id}:{part}"
    return made if len(made) <= MAX_ID else id_of(id, part)


def single(event: Event) -> list[Event]:
    """An impression of several products as impressions of one product each, with their positions; others as they are.

    >>> shown = Event("i", "impression", "ann", datetime(2026, 1, 1, tzinfo=UTC), position=4, slate=("a", "b"))
    >>> [(each.id, each.product, each.position) for each in single(shown)]
    [('i:1', 'a', 4), ('i:2', 'b', 5)]
    """
    if not event.slate:
        return [event]
    first = event.position
    return [
        dataclasses.replace(
            event,
            id=part_id(event.id, place),
            product=product,
            position=None if first is None else first + place - 1,
            slate=(),
        )
        for place, product in enumerate(event.slate, 1)
    ]


# --- values --------------------------------------------------------------------------------------------------


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


def from_zero(path: Path, pattern: re.Pattern[bytes], mark: bytes) -> bool:
    """Whether a line of a file that has `mark` fits a pattern: how a position 0 is written."""
    return any(isinstance(each, bytes) and mark in each and pattern.search(each) is not None for each in lines(path))


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


def line(value: Mapping[str, Any]) -> bytes:
    """A JSON object as a line."""
    return orjson.dumps(value) + b"\n"


def stamp(time: datetime) -> str:
    """A time as written: ISO 8601 in UTC."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
