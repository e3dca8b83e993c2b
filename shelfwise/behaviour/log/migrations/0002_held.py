"""An index of the events that say what shoppers hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HELD = sa.text("kind IN (7, 8, 9, 10, 11, 12)")


def upgrade() -> None:
    """Create the index."""
    op.create_index("ix_events_held", "events", ["shopper", "time"], sqlite_where=HELD, postgresql_where=HELD)
