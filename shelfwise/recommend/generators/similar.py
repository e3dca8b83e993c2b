"""Products near to what was touched, by the vectors of their texts: also those that nobody has touched yet."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.generators.kept import keep, kept
from shelfwise.recommend.generators.request import touched, withheld
from shelfwise.retrieval.dense import VectorIndex, VectorWriter
from shelfwise.types import Bool, Candidates, Float32, Int64

SEEDS: Final = 3  # products asked about, the newest
DECAY: Final = 0.9
INDEX: Final = "index"
BLOCK: Final = 512  # vectors compared at once


class Similar:
    """The nearest products of each touched one, and of v_behavior where nothing was touched.

        s(p) = max_i .9^i · cosine(v_p, v_i)        i counts the touched products, the newest first

    Fitting keeps an index of all vectors; products that came later are compared one by one. Without an encoder, or
    with another one than the index was built with, the products themselves are compared.
    """

    name: str = "similar"

    def __init__(self) -> None:
        self._index: VectorIndex | None = None
        self._indexed: tuple[str, ...] = ()
        self._catalog: CatalogTable | None = None
        self._places: dict[str, int] = {}
        self._rows: Int64 = np.zeros(0, np.int64)  # of the catalogue, by row of the index; −1: gone or changed
        self._others: Int64 = np.zeros(0, np.int64)  # rows of the catalogue that the index does not have

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Take the catalogue's vectors; what shoppers did does not matter."""
        self.update(events, catalog)
        return self

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """The products become those of the catalogue."""
        if catalog is self._catalog:
            return  # events alone change nothing here, and comparing all vectors takes long
        self._catalog = catalog
        self._places = {id: row for row, id in enumerate(catalog.ids)}
        vectors, index = catalog.vectors, self._index
        if vectors is None or index is None or index.dim != vectors.shape[1]:
            self._rows, self._others = np.zeros(0, np.int64), np.arange(len(catalog))
            return
        self._rows = np.array([self._places.get(id, -1) for id in self._indexed], np.int64)
        here = np.flatnonzero(self._rows >= 0)
        same = _same(vectors, self._rows[here], index.vectors, here)
        self._rows[here[~same]] = -1
        others = np.ones(len(catalog), np.bool_)
        others[self._rows[here[same]]] = False
        self._others = np.flatnonzero(others & np.any(vectors != 0, axis=1))

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """The nearest to what was touched."""
        catalog, out = self._catalog, withheld(request)
        best: dict[int, float] = {}
        for place, vector in enumerate(self._asked(request)):
            rows, scores = self._nearest(vector, limit + len(out))
            for row, score in zip(rows.tolist(), (DECAY**place * scores).tolist(), strict=True):
                best[row] = max(score, best.get(row, 0.0))
        if catalog is None or not best:
            return Candidates((), {self.name: np.zeros(0, np.float32)})
        found = [row for row in sorted(best, key=lambda row: (-best[row], row)) if catalog.ids[row] not in out][:limit]
        scores = np.array([best[row] for row in found], np.float32)
        return Candidates(tuple(catalog.ids[row] for row in found), {self.name: scores})

    def because(self, request: RecommendRequest, product: str) -> Source:
        """The touched product that is nearest."""
        catalog, row = self._catalog, self._places.get(product)
        if catalog is None or catalog.vectors is None or row is None:
            return Source(self.name)
        seeds = self._seeds(request)
        near = [float(catalog.vectors[row] @ catalog.vectors[self._places[id]]) for id in seeds]
        return Source(self.name, seeds[int(np.argmax(near))] if near else None)

    def save(self, folder: Path) -> None:
        """Keep the index of the vectors, and the products that its rows stand for."""
        catalog = self._catalog
        vectors = None if catalog is None else catalog.vectors
        ids = () if catalog is None or vectors is None else catalog.ids
        keep(folder, {}, {"products": ids})
        if vectors is None:
            return
        (folder / INDEX).mkdir()
        writer = VectorWriter(folder / INDEX, seed=0)
        for vector in vectors:
            writer.add(vector if vector.any() else None)
        writer.finish()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what was kept; the vectors are memory-mapped. Products come with the first `update`."""
        loaded = cls()
        loaded._indexed = tuple(kept(folder)[1]["products"])
        if (folder / INDEX / "flat.faiss").exists():
            loaded._index = VectorIndex(folder / INDEX)
        return loaded

    def _seeds(self, request: RecommendRequest) -> list[str]:
        """The touched products that have a vector."""
        catalog = self._catalog
        if catalog is None or catalog.vectors is None:
            return []
        known = (id for id, _ in touched(request) if id in self._places and catalog.vectors[self._places[id]].any())
        return [id for id, _ in zip(known, range(SEEDS), strict=False)]

    def _asked(self, request: RecommendRequest) -> list[Float32]:
        catalog = self._catalog
        if catalog is None or catalog.vectors is None:
            return []
        seeds, behaviour = self._seeds(request), request.profile.vector
        if not seeds and behaviour is not None and len(behaviour) == catalog.vectors.shape[1]:
            return [behaviour]
        return [catalog.vectors[self._places[id]] for id in seeds]

    def _nearest(self, vector: Float32, limit: int) -> tuple[Int64, Float32]:
        """Rows of the catalogue and their cosines, above 0, in no order."""
        catalog = self._catalog
        if catalog is None or catalog.vectors is None:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        rows, scores = np.zeros(0, np.int64), np.zeros(0, np.float32)
        if self._index is not None and len(self._rows):
            found, scores = self._index.search(vector, limit)
            rows = self._rows[found]
            rows, scores = rows[rows >= 0], scores[rows >= 0]
        if len(self._others):
            near = catalog.vectors[self._others] @ vector
            best = np.argsort(-near, kind="stable")[:limit]
            rows, scores = np.concatenate([rows, self._others[best]]), np.concatenate([scores, near[best]])
        return rows[scores > 0], scores[scores > 0]


def _same(vectors: Float32, rows: Int64, kept: npt.NDArray[np.float16], places: Int64) -> Bool:
    """Which of `rows` still have the vector that the index keeps at `places`, as near as half precision can tell.

    In blocks that stay in the processor's cache: a catalogue's vectors are looked through at every change of it.
    """
    found = np.empty(len(rows), np.bool_)
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        there = kept[places[part]].astype(np.float32)
        found[part] = (np.abs(vectors[rows[part]] - there) <= 2e-3 + 1e-5 * np.abs(there)).all(axis=1)
    return found
