"""CSV and TSV as people and spreadsheets write them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from shelfwise.catalog.base import BadRow, Row
from shelfwise.catalog.feeds.opening import SAMPLE, encoding, is_cut, lines
from shelfwise.errors import FeedError

MAX_CELL = 2**20  # also how far a quotation mark that is never closed can swallow rows
DELIMITERS = ",;\t|"


class DelimitedReader:
    """Reads a table with a header. Rows are numbered as in a spreadsheet: the header is row 1.

    `delimiter` and `encoding` are found out when not given. A row with fewer cells than the header ends in empty
    ones; one with more is refused.
    """

    def __init__(self, delimiter: str | None = None, encoding: str | None = None) -> None:
        self.delimiter = delimiter
        self.encoding = encoding

    def rows(self, path: Path, start: int = 0) -> Iterator[Row | BadRow]:
        """The rows after row `start`. Raises FeedError when there is no usable header."""
        table = self._table(path)
        names = _header(path, next(table, None))
        for number, cells in enumerate(table, 2):
            if isinstance(cells, BadRow):
                if number > start:
                    yield BadRow(cells.file, number, cells.column, cells.found, cells.expected)
            elif number > start and cells:
                yield _row(path, number, names, cells)

    def columns(self, path: Path) -> tuple[str, ...]:
        """The header."""
        return _header(path, next(self._table(path), None))

    def _table(self, path: Path) -> Iterator[list[str] | BadRow]:
        """Rows of cells; bytes that are not text are kept as lone surrogates, to be named by cell."""
        csv.field_size_limit(MAX_CELL)
        sample = _sample(path)
        try:
            charset = self.encoding or encoding(sample)
            text = sample.decode(charset, "replace")
        except LookupError as error:
            raise FeedError(f"{path}: unknown encoding {self.encoding!r}.", hint="Try utf-8 or gb18030.") from error
        except FeedError as error:
            raise FeedError(f"{path}: {error.message}", hint=error.hint) from error
        bad: list[BadRow] = []
        reader = csv.reader(_decoded(path, charset, bad), delimiter=self.delimiter or _delimiter(path, text))
        while True:
            try:
                cells = next(reader)
                yield bad.pop() if bad and not cells else cells
            except StopIteration:
                break
            except csv.Error as error:
                yield BadRow(path.name, 0, "", str(error), "cells within quotation marks that are closed")
        yield from bad


def _sample(path: Path) -> bytes:
    sample = b""
    for line in lines(path):
        sample += b"" if isinstance(line, BadRow) else line[:SAMPLE]
        if len(sample) >= SAMPLE:
            break
    return sample


def _decoded(path: Path, charset: str, bad: list[BadRow]) -> Iterator[str]:
    """Lines as text. One that cannot be read goes to `bad`, and an empty line takes its place."""
    for number, line in enumerate(lines(path)):
        if not isinstance(line, BadRow):
            yield line.decode(charset.removesuffix("-sig") if number else charset, "surrogateescape")
            continue
        bad.append(line)
        if is_cut(line):
            return
        yield "\n"


def _delimiter(path: Path, text: str) -> str:
    if path.name.lower().removesuffix(".gz").removesuffix(".zst").endswith((".tsv", ".tab")):
        return "\t"
    header = text.split("\n", 1)[0]
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _header(path: Path, cells: list[str] | BadRow | None) -> tuple[str, ...]:
    if not isinstance(cells, list) or not any(cells):
        raise FeedError(f"{path}: row 1: expected a header with the names of the columns; found none.")
    names = tuple(cell.strip() or f"column {number}" for number, cell in enumerate(cells, 1))
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise FeedError(f"{path}: row 1: column {sorted(twice)[0]!r} appears twice; expected different names.")
    return names


def _row(path: Path, number: int, names: tuple[str, ...], cells: list[str]) -> Row | BadRow:
    if len(cells) > len(names):
        if any(cells[len(names) :]):
            return BadRow(path.name, number, "", f"{len(cells)} cells", f"{len(names)} cells, as in the header")
        cells = cells[: len(names)]
    for name, cell in zip(names, cells, strict=False):
        if not cell.isascii() and not _is_text(cell):
            found = repr(cell.encode("utf-8", "surrogateescape")[:60])
            return BadRow(path.name, number, name, found, "text in UTF-8")
    return Row(number, dict(zip(names, cells, strict=False)))


def _is_text(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True
