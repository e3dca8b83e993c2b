"""Which weights learn: all, or few that are added."""
