"""CSV tables with flexible headers, whose faults are reported by file, row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from shelfwise.errors import InputError

_SHOWN = 10  # faults named in one message


class Faults:
    """Faults found while reading a file; `raise_any` raises them together, the first ten in full."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[str] = []

    def add(self, row: int, column: str, found: object, expected: str) -> None:
        """Note a fault; rows count from 1 as in the file (the header is row 1)."""
        self.found.append(f"row {row}, column {column!r}: found {found!r}, expected {expected}")

    def raise_any(self) -> None:
        """Raise InputError when there is a fault."""
        if self.found:
            more = len(self.found) - _SHOWN
            tail = f"\n  … and {more} more" if more > 0 else ""
            raise InputError(f"{self.path}:\n  " + "\n  ".join(self.found[:_SHOWN]) + tail)


def read_text(path: Path) -> str:
    """The file as UTF-8 text, without a byte order mark. Raises InputError when there is no such file or text."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path}: row {row}: found bytes that are not UTF-8, expected UTF-8.") from error


def read_table(path: Path, columns: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a comma- or tab-separated file with a header, as (row in the file, column → text stripped).

    columns: name in our words → headers that mean it, in any case. Other columns are passed over.

    Raises InputError for a missing or ambiguous header, or a row with another number of cells than the header.
    """
    text = read_text(path)
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        places = {name: _place(path, header, name, headers) for name, headers in columns.items()}
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise InputError(f"{path}: row {reader.line_num}: found {len(cells)} cells, expected {len(header)}.")
            yield reader.line_num, {name: cells[place].strip() for name, place in places.items()}
    except csv.Error as error:
        raise InputError(f"{path}: row {reader.line_num}: not valid CSV: {error}.") from error


def _place(path: Path, header: list[str], name: str, headers: tuple[str, ...]) -> int:
    found = [place for place, cell in enumerate(header) if cell in headers]
    if len(found) == 1:
        return found[0]
    wanted = f"one column named {' or '.join(headers)}"
    shown = ", ".join(header) or "no header"
    raise InputError(f"{path}: row 1, {name}: found {shown}; expected {wanted}.")
