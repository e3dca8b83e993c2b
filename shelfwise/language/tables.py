"""The room's data files: UTF-8 lines, `#` begins a comment line."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from shelfwise.errors import ShelfwiseError

FOLDER = Path(__file__).parent / "data"


def read_lines(name: str) -> tuple[str, ...]:
    """The lines of a data file, without comments, blank lines and outer spaces."""
    lines = (line.strip() for line in (FOLDER / name).read_text("utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def read_rows(name: str, columns: int) -> list[list[str]]:
    """A file of columns parted by tabs. Raises ShelfwiseError naming file and line when their number is another."""
    rows = [line.split("\t") for line in read_lines(name)]
    for row in rows:
        if len(row) != columns:
            raise ShelfwiseError(f"{name}: found {row!r}, expected {columns} columns parted by tabs.")
    return rows


@cache
def data_digest() -> str:
    """A digest over every data file."""
    digest = sha256()
    for file in sorted(FOLDER.iterdir()):
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
