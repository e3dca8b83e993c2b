"""Products in: feeds, checks, the store."""
