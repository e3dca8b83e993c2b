"""Events, shoppers and the counters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Key = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "events",
        sa.Column("number", Number, primary_key=True, autoincrement=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("shopper", Number, nullable=False),
        sa.Column("time", Number, nullable=False),
        sa.Column("received", Number, nullable=False),
        sa.Column("marks", sa.SmallInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_events_key", "events", ["key"], unique=True)
    op.create_index("ix_events_shopper", "events", ["shopper", "time"])
    op.create_table(
        "shoppers",
        sa.Column("number", Number, primary_key=True, autoincrement=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("same", Number, nullable=True),
        sa.Column("last", Number, nullable=False),
    )
    op.create_index("ix_shoppers_name", "shoppers", ["name"], unique=True)
    op.create_index("ix_shoppers_same", "shoppers", ["same"])
    state = op.create_table(
        "event_state",
        sa.Column("one", sa.Integer, primary_key=True),
        sa.Column("number", Number, nullable=False),
        sa.Column("count", Number, nullable=False),
        sa.Column("shoppers", Number, nullable=False),
    )
    op.bulk_insert(state, [{"one": 1, "number": 0, "count": 0, "shoppers": 0}])
