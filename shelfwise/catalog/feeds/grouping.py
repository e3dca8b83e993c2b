"""Brings together the items that belong to one product, wherever in the feed they stand, in bounded memory."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import chain, groupby
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from shelfwise.catalog.base import BadRow, Row

Values: TypeAlias = dict[str, Any]


def products(
    rows: Iterable[Row | BadRow], key: Callable[[Row], str | BadRow], make: Callable[[list[Row]], Values], start: int
) -> Iterator[Row | BadRow]:
    """One row a group, made of its members; it has the number of the first. Groups and bad rows come in order.

    Those up to row `start` are passed over. `key` names the group of a row, or says why it has none.
    """
    bad: list[BadRow] = []
    groups = _groups(_keyed(rows, key, bad), start)
    first = next(groups, None)  # now every row was read, and `bad` is whole
    if first is not None:
        groups = chain([first], groups)
    made: Iterator[Row | BadRow] = (Row(members[0].number, make(members)) for members in groups)
    late: list[Row | BadRow] = [row for row in bad if row.row > start]
    yield from merge(made, sorted(late, key=_number), key=_number)


def _number(row: Row | BadRow) -> int:
    return row.number if isinstance(row, Row) else row.row


def _keyed(
    rows: Iterable[Row | BadRow], key: Callable[[Row], str | BadRow], bad: list[BadRow]
) -> Iterator[tuple[str, Row]]:
    for row in rows:
        found = row if isinstance(row, BadRow) else key(row)
        if isinstance(found, BadRow):
            bad.append(found)
        elif isinstance(row, Row):
            yield found, row


def _groups(rows: Iterable[tuple[str, Row]], start: int) -> Iterator[list[Row]]:
    """Rows of the same key together, in the order of the first of each.

    Rows wait in a temporary file on disk, because a group ends only where the feed ends.
    """
    with tempfile.TemporaryDirectory(prefix="shelfwise-") as folder:
        connection = sqlite3.connect(Path(folder) / "rows.db", isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, key TEXT, data BLOB)")
            connection.execute("BEGIN")
            connection.executemany(
                "INSERT INTO rows VALUES (?, ?, ?)", ((row.number, key, orjson.dumps(row.values)) for key, row in rows)
            )
            connection.execute("COMMIT")
            connection.execute("CREATE INDEX by_key ON rows (key, number)")
            yield from _read(connection, start)
        finally:
            connection.close()


def _read(connection: sqlite3.Connection, start: int) -> Iterator[list[Row]]:
    query = """
        SELECT first, number, data FROM (SELECT key, min(number) AS first FROM rows GROUP BY key)
        JOIN rows USING (key) WHERE first > ? ORDER BY first, number
    """
    for _, members in groupby(connection.execute(query, (start,)), key=_first):
        yield [Row(number, orjson.loads(data)) for _, number, data in members]


def _first(found: tuple[Any, ...]) -> Any:
    return found[0]
