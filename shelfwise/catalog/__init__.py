"""Catalogue: feeds in, products kept."""

from shelfwise.catalog.catalog import Catalog

__all__ = ["Catalog"]
