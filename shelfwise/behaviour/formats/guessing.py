"""A first mapping for a table of events, from the names of its columns and what stands in them. Meant to be read."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

from shelfwise.behaviour.formats.base import KIND_OF
from shelfwise.behaviour.formats.fields import epoch
from shelfwise.behaviour.formats.mapping import EventFields, EventMapping
from shelfwise.catalog import values
from shelfwise.catalog.base import FeedReader, Row
from shelfwise.catalog.guessing import SAMPLE_ROWS, choose, plain
from shelfwise.catalog.guessing_values import DATES, LISTS, separator, share
from shelfwise.catalog.values import Unusable

PREFIX = "properties."
OWN = tuple(field for field in EventFields.model_fields if field != "price")
DATE_TIMES = (
    *("%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%Y%m%d%H%M%S"),
    *("%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H", "%Y%m%d", "%m %d, %Y", "%d %b %Y", "%b %d, %Y"),
)
_ENOUGH = 0.8  # share of the values that must fit
_SOME = 0.3
_FILE = resources.files("shelfwise.behaviour.formats") / "column_names.toml"
_NAMES = {field: likely.split() for field, likely in tomllib.loads(_FILE.read_text("utf-8")).items()}


def mapping_for(path: Path, reader: FeedReader) -> EventMapping:
    """The guess for a file, which may have found no kind, shopper or time (see `missing`).

    Where the columns are an event's own names nothing is guessed: all its fields count, also those of later rows.
    """
    columns = reader.columns(path)
    if {"id", "kind", "shopper", "time"} <= set(columns):
        return EventMapping(fields=EventFields.model_validate({field: field for field in OWN}))
    rows = [row for row in islice(reader.rows(path), SAMPLE_ROWS) if isinstance(row, Row)]
    return guess(columns, [row.values for row in rows])


def guess(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> EventMapping:
    """A mapping for columns with such rows. A table of ratings, or of orders, needs no column that says so.

    >>> rows = [{"user_id": 5, "item_id": 7, "behavior_type": "pv", "timestamp": 1511544070}]
    >>> print(guess(list(rows[0]), rows).to_toml())
    timezone = "UTC"
    <BLANKLINE>
    [fields]
    kind = "behavior_type"
    shopper = "user_id"
    product = "item_id"
    <BLANKLINE>
    [fields.time]
    column = "timestamp"
    format = "unix"
    <BLANKLINE>
    """
    samples = {column: [row[column] for row in rows if row.get(column) not in (None, "")] for column in columns}
    names = {column: plain(column) for column in columns if not column.startswith(PREFIX)}
    chosen = choose(list(names), names, samples, known=_NAMES, fits=_fits, several=("shopper",))
    fields: dict[str, Any] = {
        field: [_source(field, column, samples[column]) for column in found]
        for field, found in chosen.items()
        if field != "rating"
    }
    if "kind" not in fields and (kind := _kind_of_all(chosen)):
        fields["kind"] = [{"constant": kind}]
    if "rating" in chosen and ("value" not in fields or "constant" in fields.get("kind", [{}])[0]):
        fields["value"] = list(chosen["rating"])
    where = [position for column in chosen.get("position", ()) for position in samples[column]]
    zero = any(share([position], _is_zero) for position in where)
    return EventMapping.model_validate({"fields": fields, "first_position": 0 if zero else 1})


def _kind_of_all(chosen: Mapping[str, Sequence[str]]) -> str | None:
    """What every row of a table without kinds is."""
    if "rating" in chosen:
        return "review" if "text" in chosen else "rating"
    return "purchase" if {"price", "value", "quantity"} & chosen.keys() else None


def _source(field: str, column: str, sample: Sequence[Any]) -> dict[str, Any]:
    options: dict[str, Any] = {"column": column}
    if field == "time" and (format := time_format(sample)):
        options["format"] = format
    if field == "slate" and (cut := separator(sample, LISTS)) and not any(_is_json(value) for value in sample):
        options["separator"] = cut
    return options


def time_format(sample: Sequence[Any]) -> str | None:
    """How times are written; None for ISO 8601.

    Numbers since 1970 are told by their size, dates by what fits most of them: with days up to 12 only, 03/04 is
    read as day and month.
    """
    if sample and share(sample, _number) >= _ENOUGH:
        sizes = [epoch(values.quantity(value)[0]) for value in sample if share([value], _number)]
        return max(sizes, key=sizes.count)
    if not sample or share(sample, values.time) >= _ENOUGH:
        return None
    shares = {format: share(sample, partial(_read_as, format)) for format in (*DATE_TIMES, *DATES)}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= _ENOUGH else None


def _read_as(format: str, value: Any) -> None:
    values.time(value, format)


def _number(value: Any) -> None:
    number = values.quantity(value)[0]
    if number <= 1e8 or len(str(value).split(".")[0]) in (8, 14):  # 20250131 and 20250131093000 are dates
        raise Unusable(value, "a number since 1970")


def _fits(field: str, sample: Sequence[Any]) -> bool:
    read = _CHECKS.get(field)
    enough = _SOME if field == "kind" else _ENOUGH  # a shop has kinds of its own, to be given names in the mapping
    return read is None or not sample or share(sample, read) >= enough


def _kind(value: Any) -> None:
    if str(value).strip().casefold() not in KIND_OF["table"]:
        raise Unusable(value, "a kind of event")


def _time(value: Any) -> None:
    if time_format([value]) is None:
        values.time(value)


def _stars(value: Any) -> None:
    if not 1 <= values.quantity(value)[0] <= 5:
        raise Unusable(value, "1 to 5 stars")


def _is_zero(value: Any) -> None:
    if values.quantity(value)[0] != 0:
        raise Unusable(value, "0")


def _is_json(value: Any) -> bool:
    return isinstance(value, list) or str(value).startswith("[")


def _consent(value: Any) -> None:
    if value not in ("personal", "anonymous", "none"):
        raise Unusable(value, "personal, anonymous or none")


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "kind": _kind,
    "time": _time,
    "position": values.quantity,
    "value": values.amount,
    "price": values.amount,
    "quantity": values.count,
    "rating": _stars,
    "consent": _consent,
}
