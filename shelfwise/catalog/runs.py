"""Imports in the database: where each one stands, and which ids its feed has had so far."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from shelfwise.catalog.report import ImportReport, Tally
from shelfwise.catalog.schema import import_ids, imports, products
from shelfwise.catalog.writer import IDS_AT_ONCE, Writer, chunks
from shelfwise.errors import ShopError


@dataclass(slots=True)
class Run:
    """One import. `row` is the checkpoint: all rows up to it are dealt with, durably."""

    id: int
    row: int
    tally: Tally


def begin(writer: Writer, feed: str, fingerprint: str, mode: str, resume: bool) -> Run:
    """The interrupted import of the same content, or a new one. Other interrupted ones of this feed are given up."""
    connection = writer.connection
    same = (imports.c.fingerprint == fingerprint) & (imports.c.mode == mode)
    open_runs = sa.select(imports).where(~imports.c.finished, (imports.c.feed == feed) | same)
    kept = None
    for row in connection.execute(open_runs.order_by(imports.c.id.desc())).all():
        if resume and kept is None and row.fingerprint == fingerprint and row.mode == mode:
            kept = Run(row.id, row.row, Tally.from_json(orjson.loads(row.report)))
        else:
            connection.execute(sa.delete(import_ids).where(import_ids.c.run == row.id))
            connection.execute(sa.delete(imports).where(imports.c.id == row.id))
    if kept is not None:
        return kept
    tally = Tally(before=writer.count)
    values = {"feed": feed, "fingerprint": fingerprint, "mode": mode, "finished": False, "row": 0}
    id = connection.execute(
        sa.insert(imports).values(**values, report=_dump(tally)).returning(imports.c.id)
    ).scalar_one()
    return Run(id, 0, tally)


def note_ids(writer: Writer, run: Run, ids: Iterable[str]) -> list[str]:
    """Remember that the feed has these ids (once each); gives back those that it had already."""
    unique = list(ids)
    known: list[str] = []
    for part in chunks(unique, IDS_AT_ONCE):
        query = sa.select(import_ids.c.id).where(import_ids.c.run == run.id, import_ids.c.id.in_(part))
        known += writer.connection.execute(query).scalars()
    fresh = set(unique).difference(known)
    if fresh:
        writer.connection.execute(sa.insert(import_ids), [{"run": run.id, "id": id} for id in sorted(fresh)])
    return known


def checkpoint(writer: Writer, run: Run, row: int) -> None:
    """Move the checkpoint to `row`. Raises ShopError when another process moved it meanwhile."""
    where = (imports.c.id == run.id) & (imports.c.row == run.row) & ~imports.c.finished
    moved = writer.connection.execute(sa.update(imports).where(where).values(row=row, report=_dump(run.tally)))
    if moved.rowcount != 1:
        raise ShopError("another process is importing the same feed.", hint="Let it finish, or stop it first.")
    run.row = row


def finish(writer: Writer, run: Run, report: ImportReport) -> None:
    """Keep the report, and forget what only a resumed import would need."""
    values = {"finished": True, "report": orjson.dumps(report.to_json())}
    writer.connection.execute(sa.update(imports).where(imports.c.id == run.id).values(values))
    writer.connection.execute(sa.delete(import_ids).where(import_ids.c.run == run.id))


def count_vanished(writer: Writer, run: Run) -> int:
    """How many products the feed of this import does not have."""
    return int(
        writer.connection.execute(sa.select(sa.func.count()).select_from(_vanished(run).subquery())).scalar_one()
    )


def vanished(writer: Writer, run: Run) -> Iterator[list[str]]:
    """Ids that the feed does not have, some at a time; the caller deletes them before asking for the next."""
    query = _vanished(run).limit(IDS_AT_ONCE)
    while rows := writer.connection.execute(query).all():
        yield [row.id for row in rows]


def _vanished(run: Run) -> sa.Select[tuple[str]]:
    seen = sa.exists().where(import_ids.c.run == run.id, import_ids.c.id == products.c.id)
    return sa.select(products.c.id).where(~products.c.deleted, ~seen)


def _dump(tally: Tally) -> bytes:
    return orjson.dumps(dataclasses.asdict(tally))
