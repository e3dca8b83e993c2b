"""The contract of formats of events, and what all of them do: say what a row came to, derive ids."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final, Protocol

import orjson

from shelfwise.behaviour.validate import MAX_ID, wrong_with
from shelfwise.catalog.base import BadRow
from shelfwise.catalog.feeds.opening import lines
from shelfwise.catalog.getters import BadValue
from shelfwise.types import Consent, Event, EventKind

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

    >>> from datetime import UTC, datetime
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


def from_zero(path: Path, pattern: re.Pattern[bytes], mark: bytes) -> bool:
    """Whether a line of a file that has `mark` fits a pattern: how a position 0 is written."""
    return any(isinstance(each, bytes) and mark in each and pattern.search(each) is not None for each in lines(path))


def line(value: Mapping[str, Any]) -> bytes:
    """A JSON object as a line."""
    return orjson.dumps(value) + b"\n"
