"""What generators have in common that are worked out of the catalogue alone, in no time."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable
from shelfwise.recommend.generators.kept import keep, kept


class Unkept:
    """A generator of which nothing is kept on disk but the format: `update` makes all of it."""

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Take the catalogue as it is now."""
        self.update(events, catalog)
        return self

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """Take the catalogue as it is now."""
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        """Keep nothing but the format."""
        keep(folder, {}, {})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """One that knows no product until the first `update`. Raises StorageError."""
        kept(folder)
        return cls()
