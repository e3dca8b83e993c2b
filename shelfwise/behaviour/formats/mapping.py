"""From the columns of a table to the fields of an event, written in a TOML file that people can edit.

```toml
timezone = "Asia/Shanghai"                                  # of times that do not say theirs
first_position = 0                                          # the first place is 0 here

[fields]                                                    # a column, a table, or a list of them
shopper = ["customer_id", "visitor_id"]                     # the first that is not empty
time = { column = "ts", format = "unix_ms" }
product = "item"
kind = { column = "behavior", values = { pv = "view", buy = "purchase", scroll = "" } }    # "" passes over
value = { column = "fen", scale = 0.01 }
slate = { column = "shown", separator = "|" }

[properties]
session = "session_id"
```
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tomlkit
from pydantic import BeforeValidator, Field, field_validator

from shelfwise.catalog.mapping import Source, Table, as_sources, parsed, read_text, shorten
from shelfwise.errors import FeedError


class EventSource(Source):
    """Where a field's value comes from (see catalog/mapping.py). values: what a kind is called → the kind."""

    values: dict[str, str] = Field(default_factory=dict)


Sources = Annotated[tuple[EventSource, ...], BeforeValidator(as_sources)]


class EventFields(Table):
    """The sources of each field of an event. `price` is a piece's: a line without a value is price × quantity."""

    id: Sources = ()
    kind: Sources = ()
    shopper: Sources = ()
    time: Sources = ()
    product: Sources = ()
    query_id: Sources = ()
    position: Sources = ()
    value: Sources = ()
    price: Sources = ()
    quantity: Sources = ()
    text: Sources = ()
    slate: Sources = ()
    placement: Sources = ()
    device: Sources = ()
    consent: Sources = ()


class EventMapping(Table):
    """A mapping file. Columns named "properties.…" are properties without being named here."""

    format: Literal["csv", "tsv", "jsonl", "parquet"] | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    timezone: str = "UTC"
    first_position: Literal[0, 1] = 1
    fields: EventFields
    properties: dict[str, Sources] = Field(default_factory=dict)

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("expected a time zone such as UTC or Asia/Shanghai") from None
        return value

    def missing(self) -> tuple[str, ...]:
        """The fields without which no row is an event."""
        return tuple(name for name in ("kind", "shopper", "time") if not getattr(self.fields, name))

    def to_toml(self) -> str:
        """The file's text; `parse` reads the same mapping back."""
        values = self.model_dump(exclude_defaults=True, exclude_none=True)
        values["timezone"] = self.timezone  # shown even where it is guessed: times may be another zone's
        shorten(values["fields"])
        if "properties" in values:
            shorten(values["properties"])
        order = sorted(values, key=lambda key: (isinstance(values[key], dict), key))
        return tomlkit.dumps({key: values[key] for key in order})


def read_event_mapping(path: Path) -> EventMapping:
    """The mapping in a TOML file. Raises FeedError that names the key, what was found and what was expected."""
    return parse(read_text(path), str(path))


def parse(text: str, file: str = "mapping") -> EventMapping:
    """The mapping in a TOML text. Raises FeedError.

    >>> parse('[fields]\\nkind = "k"\\nshoper = "s"')
    Traceback (most recent call last):
    shelfwise.errors.FeedError: mapping: unknown key fields.shoper. Did you mean 'shopper'?
    """
    mapping = parsed(text, file, EventMapping)
    if missing := mapping.missing():
        raise FeedError(f"{file}: fields.{missing[0]}: no column given; expected kind, shopper and time.")
    return mapping
