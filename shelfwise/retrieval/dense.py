"""Nearest products by vector (faiss): exact over few rows, inverted lists over many; filters never cost recall.

Vectors are kept once, as half-precision numbers in a file mapped into memory, and every score is an exact inner product
with these. While at most EXACT rows are allowed, all of them are compared. Beyond that, lists of like rows (IVF, one
byte a number) are read in order of likeness until they hold a share of the *allowed* rows. That share is measured when
the index is built: so many rows had to be read to find nearly all of the ten nearest, four times over to be safe (a
filter may leave the query's own surroundings empty, and queries are unlike products). Where vectors form no groups, the
share comes out near 1 and everything is compared, which is slower and still right.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np

from shelfwise.errors import InputError
from shelfwise.retrieval.arrays import from_half, load_array, products, save_array
from shelfwise.types import Bool, Float32, Int32, Int64

faiss: Any = _faiss  # its type hints do not know its own keyword arguments

EXACT = 8_000  # rows: about where reading lists begins to be faster, at the same recall of the ten nearest
NEEDED = 0.995  # of the nearest ten must lie within the measured share
MARGIN = 4.0
WORTH = 0.5  # with a larger share than this, lists save nothing
PROBES = 200  # rows that are asked for their neighbours to measure the share
NOISE = 0.5  # how far from a product such a question lies
FLOOR = 10  # rows read for each one wanted, at least
SPARE = 64  # rows taken beyond the limit, before scores are made exact
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
                lists = _filled(self._trained(vectors), vectors)
                share = measured_share(flat, lists, vectors, np.random.default_rng(self._seed))
                if share < WORTH:
                    faiss.write_index(lists, str(self._folder / "lists.faiss"))
                    save_array(self._folder / "share.npy", np.array([share]))
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
        index.cp.min_points_per_centroid = 1  # else it prints a warning for small catalogues
        index.train(vectors[np.sort(chosen)].astype(np.float32))
        return index


def _filled(index: Any, vectors: np.ndarray[Any, Any]) -> Any:
    for start in range(0, len(vectors), BATCH):
        index.add(vectors[start : start + BATCH].astype(np.float32))
    return index


def measured_share(flat: Any, lists: Any, vectors: np.ndarray[Any, Any], rng: np.random.Generator) -> float:
    """The share of all rows that must be read, in lists nearest first, to find nearly all of the ten nearest.

    Asked are products moved a little way in a random direction: queries are near products but are none.
    """
    chosen = np.sort(rng.choice(len(vectors), min(PROBES, len(vectors)), replace=False))
    noise = rng.standard_normal((len(chosen), vectors.shape[1]))
    asked = vectors[chosen] + NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)  # [probes, d]
    asked = np.ascontiguousarray(asked, np.float32)
    nearest = flat.search(asked, 10)[1]  # [probes, 10]
    order = lists.quantizer.search(asked, lists.nlist)[1]  # [probes, lists]
    list_of = _list_of(lists, len(vectors))
    read = np.cumsum(np.bincount(list_of, minlength=lists.nlist)[order], axis=1)  # [probes, lists]
    place = np.argsort(order, axis=1)  # place[i, l]: when list l is read
    needed = np.take_along_axis(read, np.take_along_axis(place, list_of[nearest].astype(np.int64), axis=1), axis=1)
    return min(1.0, MARGIN * float(np.quantile(needed, NEEDED)) / len(vectors))


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
            self._shape = ListShape.of(self._lists, self.n)
            self._share = float(load_array(folder / "share.npy")[0])

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
        if self._lists is not None and count > EXACT:
            near = products(self._shape.centres, query[0])  # [lists]
            order = np.argsort(-near, kind="stable")
            probes = self._probes(order, limit, allowed, count)
            if probes:
                return self._probe(query, limit, allowed, count, (order[:probes], near))
        if allowed is not None and count * self.dim < self.n:  # fewer numbers to read than bits to look through
            rows = np.flatnonzero(allowed)
            scores = self.scores(query[0], rows)
            best = np.lexsort((rows, -scores))[:limit]
            return rows[best].astype(np.int32), scores[best]
        selector = None if count == self.n else _Selector(allowed)  # named, since faiss does not keep it alive
        parameters = None if selector is None else faiss.SearchParameters(sel=selector.sel)
        scores, rows = self._flat.search(query, limit, params=parameters)
        return rows[0].astype(np.int32), scores[0]

    def _probe(
        self, query: Float32, limit: int, allowed: Bool | None, count: int, lists: tuple[Int64, Float32]
    ) -> tuple[Int32, Float32]:
        """The best of the rows in some lists; `lists` are their numbers and the products of all centres."""
        selector = None if allowed is None else _Selector(allowed)
        probed = lists[0].astype(np.int64)[None]
        near = np.ascontiguousarray(lists[1][lists[0]], np.float32)[None]
        taken = min(count, limit + SPARE)
        rough, found = np.empty((1, taken), np.float32), np.empty((1, taken), np.int64)
        parameters = faiss.SearchParametersIVF(nprobe=probed.shape[1], sel=selector and selector.sel)
        addresses = [faiss.swig_ptr(array) for array in (query, probed, near, rough, found)]
        asked, *rest = addresses
        self._lists.search_preassigned_c(1, asked, taken, *rest, False, parameters)
        rows = found[0][found[0] >= 0]
        scores = self.scores(query[0], rows)
        best = np.lexsort((rows, -scores))[:limit]
        return rows[best].astype(np.int32), scores[best]

    def _probes(self, order: Int64, limit: int, allowed: Bool | None, count: int) -> int:
        """How many lists to read in this order, nearest first; 0 when all rows had better be compared.

        They must hold `share` of the allowed rows. A filter that thins out the query's surroundings by a factor f more
        than the rest leaves its nearest rows scattered over many lists; the share then grows by f².
        """
        everything = np.cumsum(self._shape.sizes[order])
        if allowed is None:
            return int(np.searchsorted(everything, max(self._share * count, FLOOR * limit))) + 1
        near = int(np.searchsorted(everything, self._share * self.n))
        held = self._shape.held(order[: near + 1], allowed)
        thinned = max(1.0, self._share * count / max(1, int(held[-1])))
        share = self._share * thinned**2
        if share >= WORTH:
            return 0
        wanted = max(share * count, FLOOR * limit)
        while held[-1] < wanted and len(held) < len(order):  # counting on is dear, so only as far as needed
            more = order[len(held) : 2 * len(held)]
            held = np.concatenate([held, held[-1] + self._shape.held(more, allowed)])
        return int(np.searchsorted(held, wanted)) + 1

    def scores(self, vector: Float32, rows: Int32 | Int64) -> Float32:
        """Inner products of `vector` with the given rows, Float32[len(rows)]; NaN for rows without a vector."""
        out = products(from_half(self.vectors[rows]), vector)
        if self._present is not None:
            out[~self._present[rows]] = np.nan
        return out

    def rows(self, rows: Int32 | Int64) -> Float32:
        """The vectors of rows, Float32[len(rows), d]; NaN for rows without one."""
        out = from_half(self.vectors[rows])
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


@dataclass(frozen=True, slots=True)
class ListShape:
    """Where rows lie: list l has the rows rows[starts[l] : starts[l] + sizes[l]] and the centre centres[l]."""

    centres: Float32
    rows: Int64
    starts: Int64
    sizes: Int64

    @classmethod
    def of(cls, lists: Any, n: int) -> ListShape:
        """The shape of an index of lists over n rows."""
        list_of = _list_of(lists, n)
        sizes = np.bincount(list_of, minlength=lists.nlist)
        centres = lists.quantizer.reconstruct_n(0, lists.nlist)
        return cls(centres, np.argsort(list_of, kind="stable"), np.cumsum(sizes) - sizes, sizes)

    def held(self, order: Int64, allowed: Bool) -> Int64:
        """How many allowed rows the first list holds, the first two, and so on."""
        sizes = self.sizes[order]
        ends = np.cumsum(sizes)
        places = np.repeat(self.starts[order] - (ends - sizes), sizes) + np.arange(ends[-1])  # [rows of the lists]
        passed = np.concatenate([[0], np.cumsum(allowed[self.rows[places]])])
        return passed[ends]


def _list_of(index: Any, n: int) -> Int32:
    lists = np.zeros(n, np.int32)
    for number in range(index.nlist):
        size = index.invlists.list_size(number)
        if size:
            lists[faiss.rev_swig_ptr(index.invlists.get_ids(number), size)] = number
    return lists
