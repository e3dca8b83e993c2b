"""Many rows in one step.

SQLite's driver lets go of Python's interpreter lock at every row that it writes by `executemany` or reads. Where other
threads compute, one of them takes it, for up to five milliseconds: the thread that writes for all would wait for it
at each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final, TypeVar

import orjson
import sqlalchemy as sa

from shelfwise.behaviour.log.schema import shoppers

T = TypeVar("T")
AT_ONCE: Final = 1_000  # rows of one statement: SQLite takes 32,766 values


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows; each has all columns of the table, in its order."""
    columns = ",".join(column.name for column in table.columns)
    for part in parts(rows, AT_ONCE):
        values = _values(connection, part)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) VALUES {values}", _flat(part))


def update_last(connection: sa.Connection, newest: Sequence[tuple[int, int]]) -> None:
    """Keep the newest numbers of shoppers: (shopper, number)."""
    for part in parts(newest, AT_ONCE):
        values = _values(connection, part, "CAST({} AS BIGINT)")
        update = f"UPDATE {shoppers.name} SET last = new.column2 FROM (VALUES {values}) AS new"
        connection.exec_driver_sql(f"{update} WHERE number = new.column1", _flat(part))


def pairs(connection: sa.Connection, query: sa.Select[Any]) -> list[tuple[str, int]]:
    """The rows of a query for a text and a number."""
    if connection.dialect.name != "sqlite":
        return [(row[0], row[1]) for row in connection.execute(query)]
    found = query.subquery()
    one = sa.select(sa.func.json_group_array(sa.func.json_array(*found.c)))
    return [(text, number) for text, number in orjson.loads(connection.execute(one).scalar_one())]


def parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def _values(connection: sa.Connection, rows: Sequence[tuple[Any, ...]], form: str = "{}") -> str:
    mark = form.format("?" if connection.dialect.name == "sqlite" else "%s")
    row = f"({','.join([mark] * len(rows[0]))})"
    return ",".join([row] * len(rows))


def _flat(rows: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(chain.from_iterable(rows))
