"""One JSON object a line (.jsonl, .ndjson), plain, .gz or .zst. Objects inside become columns named "outer.inner"."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from shelfwise.catalog.base import BadRow, Row
from shelfwise.catalog.feeds.opening import lines

DEPTH = 4
ROWS_FOR_COLUMNS = 200


class JsonlReader:
    """Reads JSON lines; rows are numbered by line. `whole` leaves objects inside as they are."""

    def __init__(self, *, whole: bool = False) -> None:
        self._whole = whole

    def rows(self, path: Path, start: int = 0) -> Iterator[Row | BadRow]:
        """The objects after line `start`."""
        for number, line in enumerate(lines(path), 1):
            if number <= start:
                continue
            if isinstance(line, BadRow):
                yield line
            elif not line.isspace():
                yield _row(path, number, line, 0 if self._whole else DEPTH)

    def columns(self, path: Path) -> tuple[str, ...]:
        """Every column of the first rows."""
        found: dict[str, None] = {}
        for row in islice(self.rows(path), ROWS_FOR_COLUMNS):
            if isinstance(row, Row):
                found |= dict.fromkeys(row.values)
        return tuple(found)


def _row(path: Path, number: int, line: bytes, depth: int) -> Row | BadRow:
    try:
        values = orjson.loads(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
    except orjson.JSONDecodeError as error:
        return BadRow(path.name, number, "", f"{error.msg} at character {error.pos}", "one JSON object a line")
    if type(values) is not dict:
        return BadRow(path.name, number, "", f"a JSON {type(values).__name__}", "one JSON object a line")
    return Row(number, flat(values, depth))


def flat(values: dict[str, Any], depth: int = DEPTH) -> dict[str, Any]:
    """Objects inside as columns of their own.

    >>> flat({"id": 1, "price": {"amount": 5, "currency": "CNY"}})
    {'id': 1, 'price.amount': 5, 'price.currency': 'CNY'}
    """
    if depth == 0 or dict not in map(type, values.values()):
        return values
    out: dict[str, Any] = {}
    for key, value in values.items():
        if type(value) is dict:
            out |= {f"{key}.{inner}": item for inner, item in flat(value, depth - 1).items()}
        else:
            out[key] = value
    return out
