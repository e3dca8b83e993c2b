"""Visitors who turn out to be customers, and shoppers who want to be forgotten."""

from __future__ import annotations

from contextlib import closing

import sqlalchemy as sa

from shelfwise.behaviour.log.schema import events, shoppers
from shelfwise.behaviour.log.writer import Writer
from shelfwise.database.engine import storage_errors
from shelfwise.errors import InputError


def merge(writer: Writer, visitor: str, customer: str) -> int:
    """Make a visitor's events, past and to come, those of a customer; how many there were.

    A customer who was merged stands for whom they were merged into. The same merge again changes nothing. Raises
    InputError for one into itself, in a circle, or of a visitor who already is another customer.
    """
    whose = writer.numbers([visitor, customer])
    own = writer.connection.execute(sa.select(shoppers.c.number).where(shoppers.c.name == visitor)).scalar_one()
    source, target = whose[visitor], whose[customer]
    if source == target:
        if own != target:
            return 0  # that is known already
        raise InputError(f"{visitor!r} cannot be merged into {customer!r}: they are the same shopper.")
    if source != own:
        hint = "A visitor who turns out to be somebody else needs a new id; start one when a customer signs out."
        raise InputError(f"{visitor!r} was merged into another customer before.", hint=hint)
    update = sa.update(shoppers).where(sa.or_(shoppers.c.number == source, shoppers.c.same == source))
    writer.connection.execute(update.values(same=target))
    moved = sa.update(events).where(events.c.shopper == source).values(shopper=target)
    count = writer.connection.execute(moved).rowcount
    writer.number += 1  # the customer's past is another one: who asks for `last` must see that
    writer.touch({target: writer.number})
    return count


def erase(writer: Writer, shopper: str) -> int:
    """Remove a shopper's events and every name they had; how many events there were."""
    connection = writer.connection
    query = sa.select(sa.func.coalesce(shoppers.c.same, shoppers.c.number)).where(shoppers.c.name == shopper)
    who = connection.execute(query).scalar()
    if who is None:
        return 0
    writer.delete_for_good()
    count = connection.execute(sa.delete(events).where(events.c.shopper == who)).rowcount
    connection.execute(sa.delete(shoppers).where(sa.or_(shoppers.c.number == who, shoppers.c.same == who)))
    writer.count -= count
    return count


def truncate(engine: sa.Engine) -> None:
    """Empty SQLite's write-ahead log; as long as another process reads from it, that is left to the next write."""
    if engine.dialect.name == "sqlite":
        with storage_errors(engine), closing(engine.raw_connection()) as raw:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
