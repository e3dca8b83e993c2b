"""Nearest products by vector (faiss): exact over few rows, inverted lists over many; filters never cost recall.

Vectors are kept once, as half-precision numbers in a file mapped into memory. Every answer's scores are exact inner
products with these. An exact scan is used while at most EXACT rows are allowed; beyond that, clusters of rows
(IVF, one byte a number) are probed in order of likeness until enough allowed rows lie in them.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np

from shelfwise.errors import InputError
from shelfwise.retrieval.arrays import load_array, save_array
from shelfwise.types import Bool, Float32, Int32, Int64

faiss: Any = _faiss  # its type hints do not know its own keyword arguments

EXACT = 25_000
SHARE = 0.04  # of the allowed rows must lie in the probed lists …
ROWS = 4_000  # … and at least so many
OVERSAMPLE = 2
SAMPLE = 40  # training vectors for each list
BATCH = 16_384

_thread = threading.local()


class VectorWriter:
    """Takes vectors row by row and writes the index; memory stays bounded however many there are."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._seed = folder, seed
        self._raw = (folder / "vectors.raw").open("wb")
        self._missing: list[int] = []
        self.n, self.dim = 0, 0

    def add(self, vector: Float32 | None) -> None:
        """The vector of the next row; None for a product without one."""
        if vector is None:
            self._missing.append(self.n)
        elif not self.dim:
            self.dim = len(vector)
            self._raw.write(bytes(2 * self.dim * self.n))
        elif len(vector) != self.dim:
            raise InputError(f"row {self.n}: a vector of {len(vector)} numbers, expected {self.dim}.")
        if self.dim:
            row = np.zeros(self.dim, np.float16) if vector is None else np.asarray(vector, np.float16)
            self._raw.write(row.tobytes())
        self.n += 1

    def close(self) -> None:
        """Close the file, finished or not."""
        self._raw.close()

    def finish(self) -> None:
        """Write the files; without any vector there are none."""
        self.close()
        raw = self._folder / "vectors.raw"
        if self.dim:
            vectors = np.memmap(raw, np.float16, "r", shape=(self.n, self.dim))
            flat = faiss.IndexScalarQuantizer(self.dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
            faiss.write_index(_filled(flat, vectors), str(self._folder / "flat.faiss"))
            save_array(self._folder / "missing.npy", np.array(self._missing, np.int32))
            if self.n > EXACT:
                faiss.write_index(_filled(self._trained(vectors), vectors), str(self._folder / "lists.faiss"))
            del vectors
        raw.unlink()

    def _trained(self, vectors: np.ndarray[Any, Any]) -> Any:
        lists = 1 << round(np.log2(4 * self.n**0.5))  # a power of two near 4 √n
        chosen = np.random.default_rng(self._seed).choice(self.n, min(self.n, SAMPLE * lists), replace=False)
        coarse = faiss.IndexFlatIP(self.dim)
        kind = faiss.ScalarQuantizer.QT_8bit
        index = faiss.IndexIVFScalarQuantizer(coarse, self.dim, lists, kind, faiss.METRIC_INNER_PRODUCT, True)
        index.cp.seed = self._seed
        index.cp.niter = 8
        index.train(vectors[np.sort(chosen)].astype(np.float32))
        return index


def _filled(index: Any, vectors: np.ndarray[Any, Any]) -> Any:
    for start in range(0, len(vectors), BATCH):
        index.add(vectors[start : start + BATCH].astype(np.float32))
    return index


class VectorIndex:
    """The vectors of n rows, open for search. Immutable, so any number of threads may search it."""

    def __init__(self, folder: Path) -> None:
        self._flat = faiss.read_index(str(folder / "flat.faiss"), faiss.IO_FLAG_MMAP_IFC)
        self.n, self.dim = self._flat.ntotal, self._flat.d
        codes = faiss.rev_swig_ptr(self._flat.codes.data(), 2 * self.n * self.dim)
        self.vectors = codes.view(np.float16).reshape(self.n, self.dim)
        missing = load_array(folder / "missing.npy")
        self._present: Bool | None = None
        if len(missing):
            self._present = np.ones(self.n, bool)
            self._present[missing] = False
        self._lists: Any = None
        if (folder / "lists.faiss").exists():
            self._lists = faiss.read_index(str(folder / "lists.faiss"))
            self._coarse = faiss.downcast_index(self._lists.quantizer)
            self._list_of = _list_of(self._lists, self.n)

    def search(self, vector: Float32, limit: int, allowed: Bool | None = None) -> tuple[Int32, Float32]:
        """The `limit` nearest allowed rows and their inner products with `vector` Float32[d], best first."""
        if not hasattr(_thread, "single"):
            faiss.omp_set_num_threads(1)  # holds for the calling thread
            _thread.single = True
        if self._present is not None:
            allowed = self._present if allowed is None else allowed & self._present
        count = self.n if allowed is None else int(np.count_nonzero(allowed))
        if not count:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        query = np.ascontiguousarray(vector, np.float32)[None]
        limit = min(limit, count)
        if self._lists is None or count <= EXACT:
            selector = None if count == self.n else _Selector(allowed)  # named, since faiss does not keep it alive
            parameters = None if selector is None else faiss.SearchParameters(sel=selector.sel)
            scores, rows = self._flat.search(query, limit, params=parameters)
            return rows[0].astype(np.int32), scores[0]
        return self._probe(query, limit, allowed, count)

    def _probe(self, query: Float32, limit: int, allowed: Bool | None, count: int) -> tuple[Int32, Float32]:
        wanted = min(count, max(int(SHARE * count), ROWS, 20 * limit))
        probes = self._probes(query[0], allowed, wanted)
        selector = None if allowed is None else _Selector(allowed)
        parameters = faiss.SearchParametersIVF(nprobe=probes, sel=selector and selector.sel)
        found = self._lists.search(query, min(count, OVERSAMPLE * limit), params=parameters)[1][0]
        found = found[found >= 0]
        scores = self.scores(query[0], found)
        best = np.lexsort((found, -scores))[:limit]
        return found[best].astype(np.int32), scores[best]

    def _probes(self, vector: Float32, allowed: Bool | None, wanted: int) -> int:
        """How many lists, nearest first, hold `wanted` allowed rows: where filters empty near lists, more are read."""
        sizes = np.bincount(self._list_of if allowed is None else self._list_of[allowed], minlength=self._lists.nlist)
        order = self._coarse.search(vector[None], self._lists.nlist)[1][0]
        return int(np.searchsorted(np.cumsum(sizes[order]), wanted)) + 1

    def scores(self, vector: Float32, rows: Int32 | Int64) -> Float32:
        """Inner products of `vector` with the given rows, Float32[len(rows)]; NaN for rows without a vector."""
        out: Float32 = self.vectors[rows].astype(np.float32) @ np.asarray(vector, np.float32)
        if self._present is not None:
            out[~self._present[rows]] = np.nan
        return out

    def rows(self, rows: Int32 | Int64) -> Float32:
        """The vectors of rows, Float32[len(rows), d]; NaN for rows without one."""
        out: Float32 = self.vectors[rows].astype(np.float32)
        if self._present is not None:
            out[~self._present[rows]] = np.nan
        return out

    def vector(self, row: int) -> Float32 | None:
        """The row's vector, or None when it has none."""
        if self._present is not None and not self._present[row]:
            return None
        return np.asarray(self.vectors[row], np.float32)


class _Selector:
    """faiss's view of a mask; keeps the bits alive as long as it lives."""

    def __init__(self, allowed: Bool | None) -> None:
        self._bits = np.packbits(np.asarray(allowed), bitorder="little")
        self.sel = faiss.IDSelectorBitmap(len(self._bits), faiss.swig_ptr(self._bits))


def _list_of(index: Any, n: int) -> Int32:
    lists = np.zeros(n, np.int32)
    for number in range(index.nlist):
        size = index.invlists.list_size(number)
        if size:
            lists[faiss.rev_swig_ptr(index.invlists.get_ids(number), size)] = number
    return lists
