"""Alembic's entry: runs the steps on the connection that `database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from shelfwise.catalog.database import VERSION_TABLE
from shelfwise.catalog.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
