"""The catalogue's columns brought in from the store: all of it at the beginning, then what changes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Final

from shelfwise.catalog.base import CatalogStore
from shelfwise.errors import StorageError
from shelfwise.recommend.catalogue import KeptProducts, LiveCatalog, VectorOf
from shelfwise.recommend.fitting import Opened

CATALOGUE: Final = "catalogue"  # a part of a generation beside its generators
BATCH: Final = 2_048  # products read at once


class CatalogFollower:
    """Reads columns out of a store and replays its changes.

    vectors: gives the vectors of the index in service. products: those asked for last; changes are dropped from them.
    """

    def __init__(self, store: CatalogStore, vectors: Callable[[], VectorOf]) -> None:
        self._store, self._vectors = store, vectors
        self.products = KeptProducts(store.get)

    def open(self, opened: Opened) -> tuple[LiveCatalog, int]:
        """The catalogue as columns, and the revision that it has.

        What was kept with the generators is taken, with the changes since; else all is read.
        """
        revision, vector, fitted = self._store.revision(), self._vectors(), opened.fitted
        if fitted and opened.folder and CATALOGUE not in opened.damaged and fitted.revision <= revision:
            try:
                catalog = LiveCatalog.load(opened.folder / CATALOGUE, vector)
                return catalog, self.replay(catalog, fitted.revision)[0]
            except StorageError as error:
                opened.damaged[CATALOGUE] = error.message
        catalog = LiveCatalog()
        products = self._store.products()
        while batch := list(islice(products, BATCH)):
            catalog.put([(product, vector(product.id)) for product in batch])
        return catalog, revision

    def replay(self, catalog: LiveCatalog, since: int) -> tuple[int, bool]:
        """Bring changes after a revision into the columns; the revision now, and whether any was more than an offer."""
        revision, stale, vector = self._store.revision(), False, self._vectors()
        changes = self._store.changes(since) if revision > since else iter(())
        while batch := list(islice(changes, BATCH)):
            put = [change.product for change in batch if change.product is not None]
            catalog.put([(product, vector(product.id)) for product in put])
            self.products.drop(change.id for change in batch)
            catalog.remove(change.id for change in batch if change.kind == "delete")
            stale = stale or any(change.kind != "offer" for change in batch)
        return revision, stale
