"""Ways to make one ranking of two."""
