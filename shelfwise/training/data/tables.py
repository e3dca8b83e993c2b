"""Files of rows (CSV, TSV, JSONL, Parquet; also .gz, .zst, .zip) by the columns that a source needs."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    with _unpacked(path) as file:
        yield from _rows(file, path, needed, optional or {}, faults)


def _rows(
    file: Path, path: Path, needed: Columns, optional: Columns, faults: Faults | None
) -> Iterator[tuple[int, dict[str, str]]]:
    _, reader = open_reader(file)
    headers: dict[str, str] = {}
    for header in reader.columns(file):
        headers.setdefault(_plain(header), header)
    places: dict[str, str | None] = {name: _place(path, headers, name, names) for name, names in needed.items()}
    for name, names in optional.items():
        places[name] = _find(headers, names)
    for row in reader.rows(file):
        if isinstance(row, BadRow):
            if faults is not None:
                faults.add(row.row, row.column, row.found, row.expected)
            continue
        yield row.number, {name: _text(row.values.get(place)) if place else "" for name, place in places.items()}


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The file itself, or the one table that a .zip holds, for as long as it is read."""
    if path.suffix.lower() != ".zip" or not path.is_file():
        yield path
        return
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            names = [name for name in archive.namelist() if not name.startswith("__MACOSX") and not name.endswith("/")]
            if len(names) != 1:
                raise InputError(f"{path}: found {len(names)} files in it, expected one table.")
            yield Path(archive.extract(names[0], folder))
    except zipfile.BadZipFile as error:
        raise InputError(f"{path}: cannot be read: {error}.") from error


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
