"""The refused rows of an import: their file, and how a report tells of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import orjson

from shelfwise.catalog.base import BadRow
from shelfwise.database.engine import disk_errors


def refusals(bad: Sequence[BadRow], count: int, file: str | None, place: str = "column") -> Iterator[str]:
    """Lines for people: the first of `count` refused rows, and where the rest is. place: how a column is called."""
    for row in bad:
        column = f", {place} {row.column}" if row.column else ""
        yield f"{row.file}, row {row.row}{column}: found {row.found}; expected {row.expected}"
    if count > len(bad):
        yield f"… and {count - len(bad):,} more" + (f" in {file}" if file else "")


class BadRows:
    """One JSON object a line; writes are on disk before the checkpoint that counts them.

    `keep_bytes` is how much of the file the last checkpoint counts; what lies behind is written anew.
    """

    def __init__(self, path: Path | None, feed: str, keep_bytes: int) -> None:
        self.feed = feed
        self._path = path
        self._keep = keep_bytes
        self._file: IO[bytes] | None = None

    def write(self, rows: Sequence[BadRow]) -> int:
        """Add rows; gives the length of the file."""
        if self._path is None or (not rows and self._file is None):
            return self._keep
        with disk_errors(self._path):
            self._file = file = self._file or self._open(self._path)
            file.write(b"".join(orjson.dumps(row) + b"\n" for row in rows))
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def _open(self, path: Path) -> IO[bytes]:
        path.parent.mkdir(exist_ok=True)
        file = path.open("ab")
        file.truncate(self._keep)  # what an interrupted import wrote after its last checkpoint
        file.seek(0, os.SEEK_END)
        return file

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
