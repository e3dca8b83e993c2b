"""Files of rows (CSV, TSV, JSONL, Parquet; .gz, .zst) by the columns that a source needs, whatever they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from shelfwise.catalog.base import BadRow
from shelfwise.catalog.feeds import open_reader
from shelfwise.errors import InputError
from shelfwise.evaluation.table import Faults

Columns: TypeAlias = Mapping[str, Sequence[str]]  # name in our words → headers that mean it, the surest first


def read_rows(
    path: Path, needed: Columns, optional: Columns | None = None, faults: Faults | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file as (number of the row in the file, column → text stripped); an optional column may be "".

    Headers mean the same in any case, with blanks or underscores. A row that cannot be read becomes a fault.

    Raises:
        FeedError: there is no such file, or none of a known kind.
        InputError: a needed column is missing; the message names the headers that were found.
    """
    _, reader = open_reader(path)
    headers: dict[str, str] = {}
    for header in reader.columns(path):
        headers.setdefault(_plain(header), header)
    places: dict[str, str | None] = {name: _place(path, headers, name, names) for name, names in needed.items()}
    for name, names in (optional or {}).items():
        places[name] = _find(headers, names)
    for row in reader.rows(path):
        if isinstance(row, BadRow):
            if faults is not None:
                faults.add(row.row, row.column, row.found, row.expected)
            continue
        yield row.number, {name: _text(row.values.get(place)) if place else "" for name, place in places.items()}


def _plain(header: str) -> str:
    return "_".join(header.casefold().replace("_", " ").split())


def _find(headers: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((headers[name] for name in names if name in headers), None)


def _place(path: Path, headers: Mapping[str, str], name: str, names: Sequence[str]) -> str:
    found = _find(headers, names)
    if found is None:
        shown = ", ".join(headers.values()) or "no header"
        raise InputError(f"{path}: row 1, {name}: found {shown}; expected a column named {' or '.join(names)}.")
    return found


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
