"""Placements: which rows stand where, and how each is made (generators → blend → diversity → filters)."""
