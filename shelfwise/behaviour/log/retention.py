"""Events that a shop no longer wants to keep, taken out a few at a time."""

from __future__ import annotations

import sqlalchemy as sa

from shelfwise.behaviour.log.schema import NOBODY, events, shoppers
from shelfwise.behaviour.log.writer import Writer


def expire(writer: Writer, before: int, most: int) -> int:
    """Remove those of the `most` oldest events that came in before a time (microseconds since 1970); how many.

    Shoppers of whom nothing is left go too, with the visitors that were merged into them.
    """
    oldest = sa.select(events.c.number).order_by(events.c.number).limit(most).subquery()
    gone = sa.and_(events.c.number.in_(sa.select(oldest.c.number)), events.c.received < before)
    connection = writer.connection
    whose = set(connection.execute(sa.select(events.c.shopper).where(gone).distinct()).scalars())
    if not whose:
        return 0
    writer.delete_for_good()
    count = connection.execute(sa.delete(events).where(gone)).rowcount
    writer.count -= count
    for who in sorted(whose - {NOBODY}):
        if connection.execute(sa.select(events.c.number).where(events.c.shopper == who).limit(1)).scalar() is None:
            connection.execute(sa.delete(shoppers).where(sa.or_(shoppers.c.number == who, shoppers.c.same == who)))
    return count
