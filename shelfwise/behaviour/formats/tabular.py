"""Tables of events: CSV, TSV, JSON lines and Parquet, by a mapping of their columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from shelfwise.behaviour.formats.base import (
    FROM_ZERO,
    KIND_OF,
    PLAIN,
    Entry,
    Reading,
    checked,
    id_of,
    line,
    part_id,
    refused,
)
from shelfwise.behaviour.formats.fields import consent_of, properties_of, stamp, words
from shelfwise.behaviour.formats.guessing import PREFIX, mapping_for
from shelfwise.behaviour.formats.mapping import EventMapping, EventSource
from shelfwise.behaviour.table import KINDS
from shelfwise.behaviour.validate import MAX_ID, unknown_kind
from shelfwise.catalog import values
from shelfwise.catalog.base import BadRow, Row
from shelfwise.catalog.feeds import open_reader
from shelfwise.catalog.getters import BadValue, Getter, Read, first
from shelfwise.catalog.mapping import Source
from shelfwise.catalog.values import Unusable
from shelfwise.errors import FeedError
from shelfwise.types import Event, EventKind, Value

COLUMNS = (
    *("id", "kind", "shopper", "time", "product", "query_id", "position", "value", "quantity", "text", "slate"),
    *("placement", "device", "consent", "properties"),
)


class TabularFormat:
    """A table of events. Reading goes by `mapping`, or by one that is guessed from the file's columns.

    A row with several products (a list, or a text that the mapping cuts) is an event for each. A row without an id
    gets one made from everything that it says: two rows that are equal in every column are one event.
    Written are JSON lines or CSV with the fields of an event as columns; lists and properties are JSON in CSV.

    format: "csv", "tsv", "jsonl" or "parquet"; None lets the file's name say it.
    """

    def __init__(
        self, format: str | None = None, mapping: EventMapping | None = None, reading: Reading = PLAIN
    ) -> None:
        self.name = format or "table"
        self.writes = frozenset(KINDS) if format in ("csv", "jsonl") else frozenset[EventKind]()
        self._format = format
        self._mapping = mapping
        self._reading = reading

    def read(self, path: Path, start: int = 0) -> Iterator[Entry]:
        """What each row came to. Raises FeedError when no column can be the kind, the shopper or the time."""
        reader = self._reader(path)
        if self._mapping is None and next(reader.rows(path), None) is None:
            return  # nothing to guess from, and nothing to read
        mapping = self.mapping(path)
        if missing := mapping.missing():
            raise FeedError(
                f"{path}: no column is known to be the event's {missing[0]}.",
                hint="`shelfwise events import FILE --guess` prints a mapping file to edit.",
            )
        converter = Converter(mapping, path.name, self._reading)
        for row in reader.rows(path, start):
            yield Entry(row.row, bad=(row,)) if isinstance(row, BadRow) else converter.entry(row)

    def mapping(self, path: Path) -> EventMapping:
        """The mapping that a file is read by."""
        return self._mapping or mapping_for(path, self._reader(path))

    def _reader(self, path: Path) -> Any:
        given = self._mapping
        options = {} if given is None else {"delimiter": given.delimiter, "encoding": given.encoding}
        return open_reader(path, self._format or (given.format if given else None), **options)[1]

    def parts(self, event: Event) -> list[Event]:
        """One event each."""
        return [event]

    def write(self, events: Iterable[Event]) -> Iterator[bytes]:
        """One line an event; CSV begins with a line of columns."""
        if self._format == "csv":
            yield _csv_line(COLUMNS)
            for event in events:
                yield _csv_line(_cells(event))
        else:
            for event in events:
                yield line(record(event))


class Converter:
    """Makes events of a table's rows."""

    def __init__(self, mapping: EventMapping, file: str, reading: Reading) -> None:
        self._file = file
        self._reading = reading
        self._zone = ZoneInfo(mapping.timezone)
        self._shift = 1 - mapping.first_position
        fields = mapping.fields
        self._get: dict[str, Getter] = {
            field: first(sources, read)
            for field, read in self._readers().items()
            if (sources := getattr(fields, field))
        }
        self._properties = {key: first(sources, _as_it_is) for key, sources in mapping.properties.items()}

    def entry(self, row: Row) -> Entry:
        """What a row came to."""
        try:
            got = {field: get(row.values) for field, get in self._get.items()}
            if got.get("kind") == "":
                return Entry(row.number, passed=str(self._raw_kind))
            events = self._events(row, got)
        except (BadValue, Unusable) as bad:
            wrong = bad if isinstance(bad, BadValue) else BadValue("", bad)
            return refused(self._file, row.number, wrong)
        notes = [FROM_ZERO] if self._shift and got.get("position") is not None else []
        return checked(self._file, row.number, events, notes=notes)

    def _events(self, row: Row, got: dict[str, Any]) -> list[Event]:
        if got.get("time") is None:
            raise BadValue("time", Unusable("nothing", "the time of the event"))
        if got.get("kind") is None:
            raise BadValue("kind", Unusable("nothing", "a kind of event"))
        products, price = got.pop("product", None) or (None,), got.pop("price", None)
        quantity = got.pop("quantity", None)
        quantity = 1 if quantity is None else quantity
        if price is not None and got.get("value") is None and got["kind"] in ("purchase", "return"):
            got["value"] = price * quantity
        id = got.pop("id", None) or id_of("table", sorted(row.values.items(), key=lambda item: item[0]))
        consent = got.pop("consent", None) or self._reading.consent
        common = {key: value for key, value in got.items() if value is not None}
        common |= {"quantity": quantity, "consent": consent, "properties": self._read_properties(row.values)}
        common.setdefault("shopper", "")
        return [
            Event(id=id if len(products) == 1 else part_id(id, place), product=product, **common)
            for place, product in enumerate(products, 1)
        ]

    def _read_properties(self, row: Mapping[str, Any]) -> dict[str, Value]:
        """The mapping's properties, and the columns that are named so."""
        found = {key: value for key, get in self._properties.items() if (value := get(row)) is not None}
        inside = row.get("properties")
        if isinstance(inside, str) and inside.startswith("{"):
            found |= _json(inside, "properties")
        named = {key.removeprefix(PREFIX): value for key, value in row.items() if key.startswith(PREFIX)}
        return properties_of(found | {key: value for key, value in named.items() if value not in (None, "")})

    def _readers(self) -> dict[str, Read]:
        return {
            "id": _read_name,
            "kind": self._read_kind,
            "shopper": _read_name,
            "time": self._read_time,
            "product": _read_names,
            "query_id": _read_name,
            "position": self._read_position,
            "value": _read_amount,
            "price": _read_amount,
            "quantity": _read_whole,
            "text": _read_words,
            "slate": _read_slate,
            "placement": _read_name,
            "device": _read_name,
            "consent": _read_consent,
        }

    def _read_kind(self, value: Any, source: Source, row: Mapping[str, Any]) -> str:
        said = values.text(value, MAX_ID)
        named = source.values.get(said) if isinstance(source, EventSource) else None
        self._raw_kind = said
        if named is not None:
            return named
        if said in KINDS:
            return said
        kind = KIND_OF["table"].get(said.casefold())
        if kind is None:
            raise Unusable(said, unknown_kind(said).expected)
        return kind

    def _read_time(self, value: Any, source: Source, row: Mapping[str, Any]) -> Any:
        return values.time(value, source.format, self._zone)

    def _read_position(self, value: Any, source: Source, row: Mapping[str, Any]) -> int:
        return _read_whole(value, source, row) + self._shift


def _as_it_is(value: Any, source: Source, row: Mapping[str, Any]) -> Any:
    return value


def _read_name(value: Any, source: Source, row: Mapping[str, Any]) -> str | None:
    return values.text(value, MAX_ID) or None


def _read_slate(value: Any, source: Source, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Products that were shown; in a text they may be a JSON list."""
    if isinstance(value, str) and value.startswith("[") and not source.separator:
        value = _json(value, source.column or "slate")
    return _read_names(value, source, row)


def _read_names(value: Any, source: Source, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Products: a list, a text that is cut, or one."""
    if isinstance(value, str) and source.separator:
        value = value.split(source.separator)
    if not isinstance(value, list | tuple):
        value = (value,)
    if len(value) > values.MAX_LIST:
        raise Unusable(f"a list of {len(value):,}", f"at most {values.MAX_LIST:,} values")
    return tuple(values.text(each, MAX_ID) for each in value)


def _read_amount(value: Any, source: Source, row: Mapping[str, Any]) -> float:
    amount = values.amount(value)[0]
    return float(amount if source.scale is None else amount * values.scale(source.scale))


def _read_whole(value: Any, source: Source, row: Mapping[str, Any]) -> int:
    found = values.quantity(value)[0]
    if not found.is_integer():
        raise Unusable(value, "a whole number")
    return int(found)


def _read_words(value: Any, source: Source, row: Mapping[str, Any]) -> str | None:
    return words(value if isinstance(value, str) else values.text(value, MAX_ID), source.column or "text")


def _read_consent(value: Any, source: Source, row: Mapping[str, Any]) -> str:
    return consent_of(value, source.column or "consent", PLAIN.consent)


def _json(text: str, column: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadValue(column, Unusable(f"JSON with {error.msg}", "JSON")) from None


def record(event: Event) -> dict[str, Any]:
    """An event as the JSON object that `/v1/events` takes; what is empty is left out."""
    out: dict[str, Any] = {field: getattr(event, field) for field in COLUMNS}
    out |= {"time": stamp(event.time), "slate": list(event.slate), "properties": dict(event.properties)}
    needed = ("id", "kind", "shopper", "time", "consent")
    out = {field: value for field, value in out.items() if field in needed or value not in (None, [], {})}
    if event.quantity == 1:
        del out["quantity"]
    return out


def _cells(event: Event) -> list[Any]:
    told = record(event)
    for field in ("slate", "properties"):
        if field in told:
            told[field] = orjson.dumps(told[field]).decode()
    return [told.get(field, "") for field in COLUMNS]


def _csv_line(cells: Iterable[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()
