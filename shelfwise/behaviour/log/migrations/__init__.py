"""Steps that bring the tables of a shop's event log from any older version to the newest (Alembic), one file each."""
