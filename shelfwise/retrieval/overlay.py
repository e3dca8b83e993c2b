"""Live changes on top of an immutable generation.

The text index is opened as a private copy of hard links: its files never change once written, so that the copy costs
nothing and may be written to. Columns, ids and vectors of changed rows are kept in memory. Nothing of it outlives the
reader; whoever opens a generation applies the catalogue's newer changes again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import tantivy

from shelfwise.errors import InputError, StorageError
from shelfwise.locks import TemporaryFolder
from shelfwise.retrieval.arrays import products
from shelfwise.retrieval.dense import VectorIndex
from shelfwise.storage import is_refusal
from shelfwise.types import Bool, Float32, Int32

PREFIX = ".overlay-"
HEAP = 30_000_000


class Overlay:
    """A private, writable copy of a generation's text index."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._temporary: TemporaryFolder | None = TemporaryFolder(scratch, PREFIX)
        self._writer: tantivy.IndexWriter | None = None
        try:
            self.index = _opened(_copy(folder, self._temporary.path / "text"))
        except BaseException:
            self.close()
            raise

    def write(self, gone: Iterable[str], documents: Iterable[Mapping[str, Any]]) -> None:
        """Take out the products of these ids, add the documents, and let new searchers see it.

        Raises StorageError when the disk refuses; the index is then as before.
        """
        if self._writer is None:
            self._writer = self.index.writer(HEAP, 1)
        try:
            for id in gone:
                self._writer.delete_documents_by_term("id", id)
            for document in documents:
                self._writer.add_json(orjson.dumps(document).decode())
            self._writer.commit()
        except BaseException as error:
            self._writer = None  # whatever was begun must not come in with the next change
            if is_refusal(error):
                raise StorageError(f"The live change could not be written: {error}.") from error
            raise
        self.index.reload()

    def close(self) -> None:
        """Remove the copy."""
        if self._temporary is not None:
            if self._writer is not None:
                self._writer.wait_merging_threads()
                self._writer = None
            self._temporary.close()
            self._temporary = None


def _copy(folder: Path, copy: Path) -> Path:
    copy.mkdir()
    for file in folder.iterdir():
        if file.name in ("meta.json", ".managed.json"):
            shutil.copyfile(file, copy / file.name)
        elif not file.name.endswith(".lock"):
            _link(file, copy / file.name)
    return copy


def _opened(folder: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(folder))
    index.config_reader("manual")
    index.reload()
    return index


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(file, target)


@dataclass(frozen=True, slots=True)
class LiveVectors:
    """The vectors of a generation (n rows) and of the rows added since: extra Float32[k, d], present Bool[k].

    `extra` is the filled part of `room`, which states share: a row once written is never written again.
    """

    base: VectorIndex | None
    n: int
    extra: Float32
    present: Bool
    room: Float32

    @classmethod
    def on(cls, base: VectorIndex | None, n: int) -> LiveVectors:
        """The generation's vectors alone."""
        none = np.zeros((0, base.dim if base else 0), np.float32)
        return cls(base, n, none, np.zeros(0, bool), none)

    @property
    def dim(self) -> int:
        """d, or 0 while there are no vectors at all."""
        return int(self.extra.shape[1])

    def appended(self, vectors: Sequence[Float32 | None]) -> LiveVectors:
        """With the vectors of the next rows. Raises InputError when one is of another size."""
        present = np.array([vector is not None for vector in vectors], bool)
        dim = self.dim or next((len(vector) for vector in vectors if vector is not None), 0)
        if any(vector is not None and len(vector) != dim for vector in vectors):
            raise InputError(f"A vector of another size than the index's {dim}.", hint="Index again with the encoder.")
        used, size = len(self.extra), len(self.extra) + len(vectors)
        room = self.room if self.dim == dim else np.zeros((len(self.room), dim), np.float32)
        if size > len(room):
            room = np.concatenate([room[:used], np.zeros((2 * size - used, dim), np.float32)])
        for place, vector in enumerate(vectors, used):
            room[place] = 0 if vector is None else np.asarray(vector, np.float16)  # as exact as the generation's
        return LiveVectors(self.base, self.n, room[:size], np.concatenate([self.present, present]), room)

    def search(self, vector: Float32, limit: int, allowed: Bool | None) -> tuple[Int32, Float32]:
        """The `limit` nearest allowed rows and their scores, best first; equal scores in order of row."""
        rows, scores = np.empty(0, np.int32), np.empty(0, np.float32)
        if self.base is not None:
            rows, scores = self.base.search(vector, limit, None if allowed is None else allowed[: self.n])
        scores = np.round(scores, 5)
        if len(self.extra) and self.dim:
            new = np.flatnonzero(self.present if allowed is None else self.present & allowed[self.n :])
            found = np.round(products(self.extra, vector), 5)
            rows, scores = np.concatenate([rows, (self.n + new).astype(np.int32)]), np.concatenate([scores, found[new]])
        best = np.lexsort((rows, -scores))[:limit]
        return rows[best], scores[best]

    def scores(self, vector: Float32, rows: Int32) -> Float32:
        """Cosine of the vector with each row, to five decimals; NaN for a row without a vector."""
        return cosines(self.vectors(rows), vector)

    def vectors(self, rows: Int32) -> Float32:
        """The vectors of rows, Float32[len(rows), d]; NaN for a row without one."""
        if self.base is not None and not len(self.extra):
            return self.base.rows(rows)
        out = np.full((len(rows), self.dim), np.nan, np.float32)
        old = rows < self.n
        if self.base is not None and old.any():
            out[old] = self.base.rows(rows[old])
        places = rows[~old] - self.n
        if self.dim and len(places):
            out[~old] = np.where(self.present[places, None], self.extra[places], np.float32(np.nan))
        return out

    def vector(self, row: int) -> Float32 | None:
        """A row's vector, or None."""
        if row < self.n:
            return None if self.base is None else self.base.vector(row)
        return self.extra[row - self.n].copy() if self.present[row - self.n] else None


def cosines(vectors: Float32, vector: Float32) -> Float32:
    """Inner product of each row with a vector, to five decimals, so that equal products get equal scores."""
    return np.round(products(vectors, vector), 5)
