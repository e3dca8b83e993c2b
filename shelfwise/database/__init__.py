"""Databases of a shop: opening them, transactions, and the form of each room's tables."""
