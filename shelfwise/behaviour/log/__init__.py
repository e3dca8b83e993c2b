"""The durable log of events, in SQLite or PostgreSQL."""
