"""What Alembic reads to run a room's steps."""
