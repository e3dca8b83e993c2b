"""The index in service: opened by the first call, kept current, exchanged for its successor."""

from __future__ import annotations

import threading
from collections.abc import Callable

from shelfwise.catalog.base import CatalogStore
from shelfwise.encoders import Encoders
from shelfwise.errors import NoIndexError, ShelfwiseError, ShopError
from shelfwise.indexing import versions_of
from shelfwise.opening import strangers
from shelfwise.retrieval.generations import Generations
from shelfwise.retrieval.labels import Labels
from shelfwise.searcher import Searcher


class Serving:
    """Holds one searcher. Threads may share it.

    store: the catalogue whose changes are replayed. encoders, labels: what the index should have been built with.
    opened: opens the generation in service without live changes (`opening.open_searcher`).
    """

    def __init__(
        self,
        generations: Generations,
        store: CatalogStore,
        encoders: Encoders,
        labels: Labels,
        opened: Callable[[], Searcher],
    ) -> None:
        self._generations, self._store, self._encoders, self._labels = generations, store, encoders, labels
        self._opened = opened
        self._lock = threading.RLock()
        self._searcher: Searcher | None = None
        self._looked_at: str | None = None  # the generation that was to be served when the searcher was opened

    def searcher(self) -> Searcher:
        """The open index, opened by the first call. Raises NoIndexError, CorruptIndexError."""
        if self._searcher is None:
            with self._lock:
                if self._searcher is None:
                    self._searcher = self._open()
        return self._searcher

    def catch_up(self) -> int:
        """Make visible what changed since the last look; how many products that was."""
        with self._lock:
            searcher = self._searcher
            if searcher is None:
                return 0
            if self._generations.current() not in (self._looked_at, None):
                try:
                    self._searcher = self._open()
                except ShelfwiseError:
                    self._replay(searcher)  # what is open stays current, whatever is wrong with its successor
                    raise
                searcher.close()
                return 0
            return self._replay(searcher)

    def status(self) -> dict[str, object]:
        """What is open: generation, revision, encoder, and what is missing or out of date."""
        try:
            searcher = self.searcher()
        except ShopError as error:
            problem = "no index yet" if isinstance(error, NoIndexError) else error.message
            return {"generation": self._generations.current(), "problems": [problem]}
        encoder, manifest = searcher.encoder, searcher.generation.manifest
        now = versions_of(searcher.analyzer, encoder, self._labels)
        outdated = [name for name, version in now.items() if manifest.versions.get(name) != version]
        if "encoder" not in outdated and self._encoders.outdated(manifest):
            outdated.append("encoder")
        problems = *searcher.problems, *strangers(searcher, self._store.revision()), *searcher.damaged.values()
        return {
            "generation": searcher.generation.name,
            "indexed_revision": searcher.revision,
            "encoder": encoder.name if encoder else None,
            "outdated": outdated,
            "problems": list(problems),
        }

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            if self._searcher is not None:
                self._searcher.close()
                self._searcher = None

    def _open(self) -> Searcher:
        looked_at = self._generations.current()
        searcher = self._opened()
        try:
            self._replay(searcher)
        except BaseException:
            searcher.close()
            raise
        self._looked_at = looked_at
        self._encoders.release(searcher.encoder)
        return searcher

    def _replay(self, searcher: Searcher) -> int:
        revision = self._store.revision()
        return searcher.apply(self._store.changes(searcher.revision)) if revision > searcher.revision else 0
