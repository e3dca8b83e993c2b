"""The log's tables, as the newest migration leaves them.

events: one row an event. `key` is a hash of its id, `shopper` a number of `shoppers` (0: nobody, it came without
consent to a profile), `time` and `received` are microseconds since 1970 (UTC), `marks` are bits, the rest is in `body`.
shoppers: one row a name that events were sent under. `same` is the number of the customer that a merged visitor turned
out to be (never itself a merged one); `last` is the number of the newest event of a shopper, or of the last change to
the older ones.
ix_events_held: what a shopper holds must be found quickly among a million views.
event_state: one row. Whoever writes locks it first, so numbers are handed out in the order of commits, and who has read
up to number n has missed nothing before it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from shelfwise.behaviour.base import HOLDING
from shelfwise.behaviour.log.codec import KIND_CODES
from shelfwise.database.tables import Tables

TABLES: Final = Tables("event log", Path(__file__).parent / "migrations", head="0002", version_table="events_version")
NOBODY: Final = 0
HELD: Final = f"kind IN ({', '.join(str(KIND_CODES[kind]) for kind in HOLDING)})"

metadata = sa.MetaData()

Key = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

events = sa.Table(
    "events",
    metadata,
    sa.Column("number", Number, primary_key=True, autoincrement=False),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("kind", sa.SmallInteger, nullable=False),
    sa.Column("shopper", Number, nullable=False),
    sa.Column("time", Number, nullable=False),
    sa.Column("received", Number, nullable=False),
    sa.Column("marks", sa.SmallInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_events_key", "key", unique=True),
    sa.Index("ix_events_shopper", "shopper", "time"),
    sa.Index("ix_events_held", "shopper", "time", sqlite_where=sa.text(HELD), postgresql_where=sa.text(HELD)),
)

shoppers = sa.Table(
    "shoppers",
    metadata,
    sa.Column("number", Number, primary_key=True, autoincrement=False),
    sa.Column("name", Key, nullable=False),
    sa.Column("same", Number, nullable=True, index=True),
    sa.Column("last", Number, nullable=False),
    sa.Index("ix_shoppers_name", "name", unique=True),
)

state = sa.Table(
    "event_state",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True),
    sa.Column("number", Number, nullable=False),
    sa.Column("count", Number, nullable=False),
    sa.Column("shoppers", Number, nullable=False),
)
