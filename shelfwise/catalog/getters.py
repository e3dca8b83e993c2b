"""A mapping's sources compiled to functions from a row to a typed value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from shelfwise.catalog import values
from shelfwise.catalog.mapping import Source, TranslatedFields
from shelfwise.catalog.values import Unusable

MAX_ID = 512
MAX_TITLE = 10_000
MAX_TEXT = 2_000  # brand, category, tag, code, address
MAX_DEPTH = 20
_HUGE = 16 * 2**20

Values: TypeAlias = Mapping[str, Any]
Getter: TypeAlias = Callable[[Values], Any]
Read: TypeAlias = Callable[[Any, Source, Values], Any]


class BadValue(Exception):
    """An Unusable value and the column that it stands in."""

    def __init__(self, column: str, reason: Unusable) -> None:
        super().__init__(column, reason)
        self.column = column
        self.reason = reason


def _raw(source: Source) -> Getter:
    """The written value of one source; None when it is empty."""
    if source.column is None:
        return lambda row: source.constant
    column, only = source.column, re.compile(source.only) if source.only else None
    if only is None:
        return lambda row: row.get(column)

    def filtered(row: Values) -> Any:
        value = row.get(column)
        return value if value is not None and only.search(str(value)) else None

    return filtered


def _is_empty(value: Any) -> bool:
    return value is None or (type(value) is str and (not value or value.isspace())) or value == []


def first(sources: tuple[Source, ...], read: Read) -> Getter:
    """The first value that is not empty, read."""
    pairs = [(source, source.column or "", _raw(source)) for source in sources]

    def get(row: Values) -> Any:
        for source, column, raw in pairs:
            value = raw(row)
            if not _is_empty(value):
                try:
                    return read(value, source, row)
                except Unusable as reason:
                    raise BadValue(column, reason) from None
        return None

    return _or_default(get, read)


def _or_default(get: Getter, read: Read) -> Getter:
    """Fields that are never None have their own empty value."""
    if read not in _EMPTY_VALUES:
        return get
    empty = _EMPTY_VALUES[read]

    def filled(row: Values) -> Any:
        value = get(row)
        return empty if value is None else value

    return filled


def joined(sources: tuple[Source, ...], limit: int, separator: str | None) -> Getter:
    """All values of all sources, once each."""
    parts = [(source.column or "", _raw(source), source.separator or separator) for source in sources]

    def get(row: Values) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for column, raw, cut in parts:
            value = raw(row)
            if value is not None:
                try:
                    texts = values.texts(value, limit, cut)
                    found |= dict.fromkeys(addresses(texts) if separator is None else texts)
                except Unusable as reason:
                    raise BadValue(column, reason) from None
        return tuple(found)

    return get


def addresses(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The texts, if all of them may be followed."""
    return tuple(values.address(text) for text in texts)


def _read_text(value: Any, source: Source, row: Values, *, limit: int) -> str:
    return values.text(value, limit, html=source.html)


def _read_url(value: Any, source: Source, row: Values) -> str:
    return values.address(values.text(value, MAX_TEXT))


def _read_path(value: Any, source: Source, row: Values) -> tuple[str, ...]:
    parts = values.texts(value, MAX_TEXT, source.separator or ">")
    if len(parts) > MAX_DEPTH:
        raise Unusable(f"{len(parts)} levels", f"at most {MAX_DEPTH} levels")
    return parts


def _read_flag(value: Any, source: Source, row: Values) -> bool:
    return values.flag(value)


def _read_count(value: Any, source: Source, row: Values) -> int:
    return values.count(value)


def _read_rating(value: Any, source: Source, row: Values) -> float | None:
    number = values.quantity(value)[0]
    if number != 0 and not 1 <= number <= 5:
        raise Unusable(value, "a rating from 1 to 5")
    return number or None


def _read_time(value: Any, source: Source, row: Values) -> Any:
    return values.time(value, source.format)


_read_id = partial(_read_text, limit=MAX_ID)
_read_title = partial(_read_text, limit=MAX_TITLE)
_read_description = partial(_read_text, limit=_HUGE)
_read_short = partial(_read_text, limit=MAX_TEXT)
READERS: dict[str, Read] = {
    "id": _read_id,
    "title": _read_title,
    "description": _read_description,
    "brand": _read_short,
    "category": _read_path,
    "available": _read_flag,
    "stock": _read_count,
    "url": _read_url,
    "rating": _read_rating,
    "rating_count": _read_count,
    "language": _read_short,
    "released": _read_time,
    "updated": _read_time,
}
_EMPTY_VALUES: dict[Any, Any] = {_read_id: "", _read_title: "", _read_description: "", _read_path: (), _read_url: ""}


def translation(table: TranslatedFields) -> dict[str, Getter]:
    """A getter for each text of a translation that has a source."""
    out = {"title": first(table.title, _read_title)}
    if table.description:
        out["description"] = first(table.description, _read_description)
    if table.category:
        out["category"] = first(table.category, _read_path)
    return out
