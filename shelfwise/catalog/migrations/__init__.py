"""Steps that bring a shop's catalogue tables from any older version to the newest (Alembic), one file each."""
