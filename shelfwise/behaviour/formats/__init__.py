"""Formats of events: one file a format, all with the contract `formats.base.EventFormat`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Final

from shelfwise.behaviour.formats.base import KIND_OF, PLAIN, EventFormat, Reading
from shelfwise.behaviour.formats.google import GoogleFormat
from shelfwise.behaviour.formats.mapping import EventMapping
from shelfwise.behaviour.formats.segment import SegmentFormat
from shelfwise.behaviour.formats.tabular import TabularFormat
from shelfwise.behaviour.formats.ubi import UbiFormat, is_action
from shelfwise.catalog.base import Row
from shelfwise.catalog.feeds import detect
from shelfwise.catalog.feeds.jsonl import JsonlReader
from shelfwise.errors import FeedError, InputError

TABLES: Final = ("csv", "tsv", "jsonl", "parquet")
_NAMED: Final[dict[str, Callable[[Reading], EventFormat]]] = {
    "ubi": UbiFormat,
    "google": GoogleFormat,
    "segment": SegmentFormat,
}
FORMATS: Final = (*_NAMED, *TABLES)
TEMPLATES: Final = (*_NAMED, "csv", "jsonl")
_SAMPLE = 200
_FOLDER = resources.files("shelfwise.behaviour.formats.templates")


def format_of(name: str, *, reading: Reading = PLAIN, mapping: EventMapping | None = None) -> EventFormat:
    """A format by its name. Raises InputError for an unknown one, or a mapping for one that needs none."""
    if name in _NAMED:
        if mapping is not None:
            raise InputError(f"found a mapping for the format {name!r}; expected one only for {', '.join(TABLES)}.")
        return _NAMED[name](reading)
    if name in TABLES:
        return TabularFormat(name, mapping, reading)
    raise InputError(f"unknown format {name!r}; expected one of {', '.join(FORMATS)}.")


def detect_format(path: Path) -> str:
    """The format of a file, by its name and the fields of its first lines. Raises FeedError."""
    if not path.is_file():
        raise FeedError(f"{path}: no such file.")
    found = detect(path)
    if found in ("icecat", "jsonl"):
        return _of_lines(path)
    if found in ("csv", "tsv", "parquet"):
        return found
    return {"google_merchant": "tsv", "shopify": "csv"}.get(found, "csv")


def _of_lines(path: Path) -> str:
    for row in islice(JsonlReader(whole=True).rows(path), _SAMPLE):
        if isinstance(row, Row):
            values = row.values
            if is_action(values) or "action_name" in values or {"user_query", "client_id"} <= values.keys():
                return "ubi"
            if values.get("eventType") in KIND_OF["google"] or "userEvents" in values or "visitorId" in values:
                return "google"
            if "messageId" in values or "batch" in values or values.get("type") in ("track", "identify", "page"):
                return "segment"
    return "jsonl"


def template(name: str) -> str:
    """An example of a format to start from: one line of each event that is worth sending. Raises InputError."""
    if name not in TEMPLATES:
        raise InputError(f"no template for {name!r}; expected one of {', '.join(TEMPLATES)}.")
    suffix = "csv" if name == "csv" else "jsonl"
    return (_FOLDER / f"{name}.{suffix}").read_text("utf-8")


def guide() -> str:
    """Which events to send, and from where."""
    return (_FOLDER / "README.txt").read_text("utf-8")
