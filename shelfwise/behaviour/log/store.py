"""The log in a SQL database: SQLite in a file of its own, or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import sqlalchemy as sa

from shelfwise.behaviour.base import Logged, Receipt
from shelfwise.behaviour.log import people
from shelfwise.behaviour.log.codec import BOT, KIND_CODES, Row, decode, encode, microseconds
from shelfwise.behaviour.log.group import GroupCommit
from shelfwise.behaviour.log.marking import Marker, Marking
from shelfwise.behaviour.log.retention import expire
from shelfwise.behaviour.log.schema import HELD, TABLES, events, shoppers, state
from shelfwise.behaviour.log.writer import Writer, Written
from shelfwise.database.engine import WAIT_SECONDS, connect, damage, reading, writing
from shelfwise.types import Event, EventKind

QUEUE: Final = 20_000
LOOKED_AT: Final = 4  # times as many events of a shopper as are asked for
AT_OPENING: Final = 10_000  # events that may be removed before the first request is answered


class SqlEventLog:
    """An `EventLog`; several processes may use one database at the same time, and threads one log.

    Events come in checked (behaviour/validate.py). In SQLite the log has a file of its own: a database has one writer
    at a time, and a catalogue's import, whose batches take long, would keep shoppers' events waiting.

    marking: the marks of events as they come in. queue: how many events may wait to be written. keep: how long events
    are kept; older ones are removed as new ones are written, two for each, and some when the log is opened.

    >>> import tempfile
    >>> from shelfwise.types import Event
    >>> click = Event("1", "click", "ann", datetime.now(UTC), product="p1", query_id="q1")
    >>> with tempfile.TemporaryDirectory() as folder, SqlEventLog.open(f"{folder}/events.db") as log:
    ...     log.append([click]).accepted, log.append([click]).repeated, log.shopper_events("ann") == [click]
    (1, 1, True)
    """

    def __init__(
        self,
        engine: sa.Engine,
        *,
        marking: Marker | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        queue: int = QUEUE,
        keep: timedelta | None = None,
    ) -> None:
        self.engine = engine
        self._keep = keep
        self._marking = marking or Marking(known=lambda ids: ids)
        self._clock = clock
        self._group: GroupCommit[Row, Written] = GroupCommit(self._write, queue)

    @classmethod
    def open(cls, place: str | Path, wait_seconds: float = WAIT_SECONDS, **options: Any) -> SqlEventLog:
        """The log in a SQLite file or at a PostgreSQL URL; made when it is not there, upgraded when it is old.

        Raises ShopError when it cannot be opened or comes from a newer Shelfwise.
        """
        log = cls(connect(place, TABLES, wait_seconds), **options)
        if log._keep is not None:
            log.expire(AT_OPENING)
        return log

    # --- writes ----------------------------------------------------------------------------------------------

    def append(self, events: Sequence[Event]) -> Receipt:
        """Keep events that were checked; durable when it returns. Raises StorageError, BusyError."""
        kept = [event for event in events if event.consent != "none"]
        withheld = len(events) - len(kept)
        if not kept:
            return Receipt(0, withheld=withheld, cursor=self.cursor())
        received = self._clock()
        marks = self._marking(kept, received)
        rows = [encode(event, received, found) for event, found in zip(kept, marks, strict=True)]
        written = self._group(rows)
        return Receipt(written.accepted, written.repeated, withheld, marks=written.marks, cursor=written.cursor)

    def _write(self, batches: Sequence[Sequence[Row]]) -> list[Written]:
        with self._transaction() as writer:
            written = writer.append(batches)
            self._expire(writer, 2 * sum(map(len, batches)))
        return written

    def expire(self, most: int) -> int:
        """Remove events that are older than the log keeps them, of the `most` oldest; how many that were."""
        with self._transaction() as writer:
            return self._expire(writer, most)

    def _expire(self, writer: Writer, most: int) -> int:
        return 0 if self._keep is None else expire(writer, microseconds(self._clock() - self._keep), most)

    @contextmanager
    def _transaction(self) -> Iterator[Writer]:
        with writing(self.engine) as connection:
            writer = Writer(connection)
            yield writer
            writer.finish()

    def merge(self, visitor: str, customer: str) -> int:
        """Make a visitor's events a customer's; see `people.merge`."""
        with self._transaction() as writer:
            return people.merge(writer, visitor, customer)

    def erase(self, shopper: str) -> int:
        """Remove a shopper's events and names; see `people.erase`."""
        with self._transaction() as writer:
            count = people.erase(writer, shopper)
        people.truncate(self.engine)
        return count

    # --- reads -----------------------------------------------------------------------------------------------

    def read(
        self, since: int = 0, kinds: Collection[EventKind] | None = None, *, bots: bool = False, batch: int = 10_000
    ) -> Iterator[Sequence[Logged]]:
        """Events after the number `since`, up to the last at the time of the call, in lists of at most `batch`."""
        query = _LOGGED if bots else _LOGGED.where(_PEOPLE)
        if kinds is not None:
            query = query.where(events.c.kind.in_([KIND_CODES[kind] for kind in kinds]))
        until, after = self.cursor(), since
        while after < until:
            page = query.where(events.c.number > after, events.c.number <= until)
            with reading(self.engine) as connection:
                rows = connection.execute(page.order_by(events.c.number).limit(batch)).all()
            if rows:
                yield [decode(row, row.name) for row in rows]
            if len(rows) < batch:
                return
            after = rows[-1].number

    def shopper_events(self, shopper: str, limit: int = 500, held: int = 0) -> list[Event]:
        """A shopper's latest events and the `held` latest of the kinds HOLDING, the newest first.

        Where most are a bot's, only the newest are looked through: a million of them must not make this slow.
        """
        with reading(self.engine) as connection:
            name = connection.execute(_NAME, {"name": shopper}).scalar() or shopper
            rows = connection.execute(_NEWEST, _asked(name, limit)).all()
            if held:
                there = {row.number for row in rows}
                older = connection.execute(_NEWEST_HELD, _asked(name, held))
                rows = [*rows, *(row for row in older if row.number not in there)]
        return [decode(row, name).event for row in rows]

    def last(self, shopper: str) -> int:
        """The number of a shopper's newest event, or of the merge that brought them older ones; 0: none."""
        return int(self._of(shopper, _LAST) or 0)

    def canonical(self, shopper: str) -> str:
        """The name that a shopper's events are under: a merged visitor's is the customer's."""
        return str(self._of(shopper, _NAME) or shopper)

    def count(self) -> int:
        """How many events there are."""
        return self._state(state.c.count)

    def cursor(self) -> int:
        """The number of the last event that was written; what comes in later has a greater one."""
        return self._state(state.c.number)

    def _of(self, shopper: str, query: sa.Select[Any]) -> Any:
        with reading(self.engine) as connection:
            return connection.execute(query, {"name": shopper}).scalar()

    def _state(self, column: sa.Column[Any]) -> int:
        with reading(self.engine) as connection:
            return int(connection.execute(sa.select(column)).scalar_one())

    def damage(self) -> tuple[str, ...]:
        """What is wrong with the database's file, read from end to end; nothing where a server keeps it."""
        return damage(self.engine)

    # --- its life --------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Write what is waiting and give the connections back; the log cannot be used afterwards."""
        self._group.close()
        self.engine.dispose()

    def __enter__(self) -> SqlEventLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _by_name(column: str) -> sa.Select[Any]:
    """A shopper's column by name; that of the customer that a visitor was merged into."""
    customer = shoppers.alias("customer")
    names = shoppers.outerjoin(customer, customer.c.number == shoppers.c.same)
    found = sa.func.coalesce(customer.c[column], shoppers.c[column])
    return sa.select(found).select_from(names).where(shoppers.c.name == sa.bindparam("name"))


def _asked(name: str, limit: int) -> dict[str, Any]:
    return {"name": name, "limit": limit, "seen": LOOKED_AT * limit}


def _newest(*only: sa.TextClause) -> sa.Select[Any]:
    """The `limit` newest events of a shopper that are no bot's, among the `seen` newest of which `only` holds."""
    first, last = events.c.time.desc(), events.c.number.desc()
    seen = sa.select(events).where(events.c.shopper == _WHO, *only).order_by(first, last)
    among = seen.limit(sa.bindparam("seen", type_=sa.Integer)).subquery()
    query = sa.select(among).where(among.c.marks.op("&")(BOT) == 0)
    ordered = query.order_by(among.c.time.desc(), among.c.number.desc())
    return ordered.limit(sa.bindparam("limit", type_=sa.Integer))


# Statements that every request needs are built once: building one takes longer than running it.
_LAST, _NAME = _by_name("last"), _by_name("name")
_WHO = sa.select(shoppers.c.number).where(shoppers.c.name == sa.bindparam("name")).scalar_subquery()
_NEWEST, _NEWEST_HELD = _newest(), _newest(sa.text(HELD))
_PEOPLE = events.c.marks.op("&")(BOT) == 0
_LOGGED = sa.select(events, shoppers.c.name).select_from(
    events.outerjoin(shoppers, shoppers.c.number == events.c.shopper)
)
