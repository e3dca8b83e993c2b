"""The next product by a transformer over the sequence of what was touched, run by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import onnxruntime

from shelfwise.behaviour.table import EventTable
from shelfwise.errors import InputError, StorageError
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.generators.kept import keep, kept
from shelfwise.recommend.generators.request import nearest_touched, touched, withheld
from shelfwise.types import Bool, Candidates, Float32, Int32, Int64

ENCODER: Final = "encoder.onnx"
NEAR: Final = 10  # trained products whose mean stands in for a new one
_NOTHING: Final = np.zeros((0, 0), np.float32)


class SequenceGenerator:
    """A product's score is that of a softmax over all products, beside the best of them:

        h = encoder(E[touched], the oldest first)        s(p) = exp(h · E[p] − max_q h · E[q])

    E: Float32[m, d], the vectors of products. `shelfwise train sequence` makes E and the encoder out of histories
    (training/sequences); here nothing is trained. What is not in E is passed over in a history. A product that came
    later gets the mean vector of the NEAR products that are most like it by their texts, without an encoder of texts
    that of its category and brand, so that it is recommended and understood without a training.
    """

    name: str = "sequence"

    def __init__(self) -> None:
        self.products: tuple[str, ...] = ()  # trained ones, then new ones
        self.vectors: Float32 = _NOTHING
        self._trained = 0
        self._length = 0
        self._graph = b""
        self._session: Any = None
        self._places: dict[str, int] = {}
        self._here: Bool = np.zeros(0, np.bool_)
        self._shelf: tuple[str, ...] = ()  # the catalogue's products when it was brought up to date

    @classmethod
    def of(cls, products: Sequence[str], vectors: Float32, graph: bytes, length: int) -> Self:
        """products: m names. vectors: Float32[m, d]. graph: an ONNX model, Float32[1, t, d] → Float32[1, d], for up to
        `length` products. Raises StorageError for a graph that ONNX Runtime cannot load."""
        made = cls()
        made._graph, made._length, made._session = graph, length, _session(graph)
        made._trained, made.vectors = len(products), np.ascontiguousarray(vectors, np.float32)
        made._stand(tuple(products), made.vectors, frozenset(products))
        return made

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Raises InputError: it is trained on its own."""
        raise InputError("a sequence model is not fitted with the others.", hint="Train it: shelfwise train sequence.")

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """Products that are gone are no longer given; new ones get the vectors of what is like them."""
        if catalog.ids == self._shelf:
            return
        trained, vectors = self.products[: self._trained], self.vectors[: self._trained]
        known = {id: place for place, id in enumerate(trained)}
        places = np.array([known.get(id, -1) for id in catalog.ids], np.int64)
        rows, new = _like(catalog, places, vectors)
        added = tuple(catalog.ids[row] for row in rows.tolist())
        self._stand((*trained, *added), np.concatenate([vectors, new]) if added else vectors, frozenset(catalog.ids))
        self._shelf = catalog.ids

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """The products that most likely come next; not those of the history, which are nearest to it by nature."""
        scores = self._scores(request)
        if scores is None:
            return Candidates((), {self.name: np.zeros(0, np.float32)})
        scores[~self._here] = -np.inf
        out = withheld(request).union(id for id, _ in touched(request))
        scores[[self._places[id] for id in out if id in self._places]] = -np.inf
        best = np.argpartition(-scores, min(limit, len(scores)) - 1)[:limit]
        best = best[np.isfinite(scores[best])]
        best = best[np.lexsort((best, -scores[best]))]
        odds = np.exp(scores[best] - scores[best].max(initial=-np.inf)) if len(best) else scores[best]
        return Candidates(tuple(self.products[place] for place in best), {self.name: odds})

    def because(self, request: RecommendRequest, product: str) -> Source:
        """The touched product whose vector is nearest."""
        return Source(self.name, nearest_touched(request, product, self._places, self.vectors))

    def save(self, folder: Path) -> None:
        """Keep the encoder and the vectors of trained products."""
        keep(
            folder,
            {"vectors": self.vectors[: self._trained]},
            {"products": self.products[: self._trained], "length": self._length},
        )
        (folder / ENCODER).write_bytes(self._graph)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what was kept. Raises StorageError for files that cannot be read or do not fit each other."""
        arrays, rest = kept(folder, "vectors")
        try:
            graph, length = (folder / ENCODER).read_bytes(), int(rest["length"])
            if arrays["vectors"].shape[:1] != (len(rest["products"]),):
                raise ValueError(f"found vectors {arrays['vectors'].shape} for {len(rest['products'])} products")
            return cls.of(rest["products"], np.array(arrays["vectors"]), graph, length)
        except (OSError, ValueError, KeyError, TypeError) as error:
            hint = "Train it again: shelfwise train sequence."
            raise StorageError(f"{folder}: a sequence model cannot be read: {error}.", hint=hint) from error

    def _stand(self, products: tuple[str, ...], vectors: Float32, here: frozenset[str]) -> None:
        self.products, self.vectors = products, vectors
        self._places = {product: place for place, product in enumerate(products)}
        self._here = np.array([product in here for product in products], np.bool_)

    def _scores(self, request: RecommendRequest) -> Float32 | None:
        """Float32[m], h · E; None where nothing that was touched is known."""
        known = [self._places[id] for id, _ in touched(request) if id in self._places][: self._length]
        if not known:
            return None
        history = self.vectors[known[::-1]][None]  # [1, t, d]
        (h,) = self._session.run(None, {self._session.get_inputs()[0].name: history})
        found: Float32 = self.vectors @ h[0]
        return found


def _session(graph: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # several classes that share no base but Exception
        raise StorageError(f"a sequence model's {ENCODER} cannot be loaded: {error}") from error


def _like(catalog: CatalogTable, places: Int64, vectors: Float32) -> tuple[Int64, Float32]:
    """Rows of the catalogue that have no place among the trained products, and a vector for each: Float32[n, d].

    places: Int64, of each of the catalogue's rows among the trained, −1 for none. Rows like nothing are left out.
    """
    old, new = np.flatnonzero(places >= 0), np.flatnonzero(places < 0)
    if not len(old) or not len(new):
        return np.zeros(0, np.int64), np.zeros((0, vectors.shape[1]), np.float32)
    if catalog.vectors is not None:
        new = new[catalog.vectors[new].any(axis=1)]
        return new, _by_text(catalog.vectors[new], catalog.vectors[old], vectors[places[old]])
    total, parts = np.zeros((len(new), vectors.shape[1]), np.float32), np.zeros(len(new), np.float32)
    for column in (catalog.category, catalog.brand):
        means, known = _means(column[old], vectors[places[old]], int(column.max(initial=0)) + 1)
        there = (column[new] >= 0) & known[column[new]]
        total[there] += means[column[new][there]]
        parts += there
    return new[parts > 0], total[parts > 0] / parts[parts > 0, None]


def _by_text(asked: Float32, texts: Float32, vectors: Float32, block: int = 256) -> Float32:
    """The mean vector of the NEAR rows whose texts are nearest to each that is asked about."""
    found = np.zeros((len(asked), vectors.shape[1]), np.float32)
    count = min(NEAR, len(texts))
    for start in range(0, len(asked), block):
        cosines = asked[start : start + block] @ texts.T
        near = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        found[start : start + block] = vectors[near].mean(axis=1)
    return found


def _means(groups: Int32, vectors: Float32, count: int) -> tuple[Float32, Bool]:
    """The mean vector of each group 0 … count − 1, and whether it has any member; group −1 is none."""
    inside = groups >= 0
    sizes = np.bincount(groups[inside], minlength=count)
    sums: Float32 = np.zeros((count, vectors.shape[1]), np.float32)
    np.add.at(sums, groups[inside], vectors[inside])
    return (sums / np.maximum(sizes, 1)[:, None]).astype(np.float32), sizes > 0
