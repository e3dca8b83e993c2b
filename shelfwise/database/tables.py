"""The tables of one room, and the steps that bring them from any older form to the newest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from shelfwise.errors import ShopError

_MIGRATION_LOCK: Final = 0x5E1F  # any number; PostgreSQL lets one holder of it migrate at a time


@dataclass(frozen=True, slots=True)
class Tables:
    """Whose tables they are ("catalogue"), the folder of their steps, the newest of them (`head`), and the table that
    says which form a database has.
    """

    room: str
    steps: Path
    head: str
    version_table: str

    def version(self, connection: sa.Connection) -> str | None:
        """The form that a database has; None where there are no tables yet."""
        if not sa.inspect(connection).has_table(self.version_table):
            return None
        found = connection.execute(sa.text(f"select version_num from {self.version_table}")).scalar()
        return None if found is None else str(found)

    def upgrade(self, connection: sa.Connection, name: str) -> None:
        """Run the steps that are missing. The connection holds the write lock; `name` is what errors call the database.

        Raises ShopError for a form that this code does not know.
        """
        from alembic import command  # seldom needed, and slow to import
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrating"))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", str(self.steps).replace("%", "%%"))
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        found = self.version(connection)
        if found is not None and found not in known:
            raise ShopError(
                f"{name}: {self.room} version {found} is newer than this Shelfwise knows (newest: {self.head}).",
                hint="Install the newest Shelfwise.",
            )
        config.attributes.update(connection=connection, version_table=self.version_table)
        command.upgrade(config, "head")
