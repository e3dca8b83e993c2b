"""Everything that is written to a log within one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from shelfwise.behaviour.base import Mark
from shelfwise.behaviour.log.bulk import insert, pairs, parts, update_last
from shelfwise.behaviour.log.codec import Row, marks_of
from shelfwise.behaviour.log.schema import NOBODY, events, shoppers, state

_IN: Final = 500  # values of one IN (…)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one batch: new events, those that were there, marks of the new ones, the number of the last."""

    accepted: int
    repeated: int
    marks: Mapping[Mark, int]
    cursor: int


class Writer:
    """Writes on a connection that holds the write lock, and hands out numbers.

    `finish` must be called before the commit; it keeps the counters.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        columns = sa.select(state.c.number, state.c.count, state.c.shoppers).with_for_update()
        self.number, self.count, self._shoppers = (int(value) for value in connection.execute(columns).one())

    def append(self, batches: Sequence[Sequence[Row]]) -> list[Written]:
        """Write the events that are new; of several with one id the first counts."""
        seen = self._present({row.key for batch in batches for row in batch})
        numbers = self.numbers({row.shopper for batch in batches for row in batch if row.key not in seen} - {""})
        last: dict[int, int] = {}
        rows: list[tuple[Any, ...]] = []
        written: list[Written] = []
        for batch in batches:
            start, marked = self.number, Counter[int]()
            for row in batch:
                if row.key in seen:
                    continue
                seen.add(row.key)
                self.number += 1
                if row.marks:
                    marked[row.marks] += 1
                who = numbers.get(row.shopper, NOBODY)
                last[who] = self.number
                rows.append((self.number, row.key, row.kind, who, row.time, row.received, row.marks, row.body))
            new = self.number - start
            written.append(Written(new, len(batch) - new, _marks(marked), self.number))
        if rows:
            insert(self.connection, events, rows)
            last.pop(NOBODY, None)
            self.touch(last)
        self.count += len(rows)
        return written

    def touch(self, last: Mapping[int, int]) -> None:
        """Keep the newest numbers of shoppers."""
        update_last(self.connection, list(last.items()))

    def numbers(self, names: Iterable[str]) -> dict[str, int]:
        """The numbers of shoppers (of a merged visitor: the customer's), those of new names made."""
        wanted = sorted(set(names))
        found: dict[str, int] = {}
        for part in parts(wanted, _IN):
            query = sa.select(shoppers.c.name, _WHO).where(shoppers.c.name.in_(part))
            found |= dict(pairs(self.connection, query))
        new = [name for name in wanted if name not in found]
        for name in new:
            self._shoppers += 1
            found[name] = self._shoppers
        if new:
            insert(self.connection, shoppers, [(found[name], name, None, 0) for name in new])
        return found

    def delete_for_good(self) -> None:
        """SQLite leaves what is deleted readable in its file until it is written over; from now on it does not.

        Its write-ahead log may hold older copies: see `people.truncate`.
        """
        if self.connection.dialect.name == "sqlite":
            self.connection.exec_driver_sql("PRAGMA secure_delete=ON")

    def finish(self) -> None:
        """Keep the counters."""
        values = {"number": self.number, "count": self.count, "shoppers": self._shoppers}
        self.connection.execute(sa.update(state).values(**values))

    def _present(self, keys: set[bytes]) -> set[bytes]:
        found: set[bytes] = set()
        for part in parts(sorted(keys), _IN):
            found.update(self.connection.execute(sa.select(events.c.key).where(events.c.key.in_(part))).scalars())
        return found


_WHO = sa.func.coalesce(shoppers.c.same, shoppers.c.number)


def _marks(bits: Mapping[int, int]) -> dict[Mark, int]:
    counts: Counter[Mark] = Counter()
    for marked, count in bits.items():
        counts.update(dict.fromkeys(marks_of(marked), count))
    return dict(counts)
