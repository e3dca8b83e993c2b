"""Simulated shoppers with known tastes, who use a shop as real ones do."""
