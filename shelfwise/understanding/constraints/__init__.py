"""Entities and constraints of a query: what the results must or should be, by rules and by the catalogue's names."""
