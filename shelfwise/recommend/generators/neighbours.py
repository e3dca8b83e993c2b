"""What item-to-item models share: a sparse matrix of what goes with what, and a history that is looked up in it."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import numpy as np
from scipy import sparse

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.generators.kept import keep, kept, matrix_of, parts_of
from shelfwise.recommend.generators.request import touched, withheld
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import Bool, Candidates, Float32, Int64


class ItemToItem:
    """A product's score is the sum, over the history, of decay^age · weights[touched, product].

    Subclasses say what `weights` are (Float32[m, m], sparse; at most `kept_each` a row stay) and the decay.
    """

    name: str
    decay: float = 0.8
    kept_each: int = 200

    def __init__(self) -> None:
        self._shelf: tuple[str, ...] = ()  # the catalogue's products that `_here` was worked out for
        self._here: Bool = np.zeros(0, np.bool_)
        self._stand(Interactions.of_lists([]).products, sparse.csr_matrix((0, 0), dtype=np.float32), ())

    def weigh(self, train: Interactions) -> sparse.csr_matrix:
        """Float32[m, m]: what a touch of the row's product says of the column's."""
        raise NotImplementedError

    def learn(self, train: Interactions) -> Self:
        """Fit on histories; see recommend/offline/base.py."""
        self._stand(train.products, strongest(self.weigh(train), self.kept_each), train.products)
        return self

    def scores(self, histories: Interactions) -> Float32:
        """Float32[u, m]; see recommend/offline/base.py."""
        found: Float32 = (histories.matrix(self.decay) @ self.weights).toarray()
        return found

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Fit on a log: touches of the catalogue's products."""
        return self.learn(Interactions.of_events(events, catalog.ids))

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """Products that are gone are no longer given; what goes with what stays as it was fitted."""
        if catalog.ids != self._shelf:
            self._shelf, self._here = catalog.ids, _present(self.products, catalog.ids)

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """The products that go best with what was touched."""
        codes, weights = self._codes(request)
        columns, values = self._added(codes, weights)
        if not len(columns):
            return Candidates((), {self.name: np.zeros(0, np.float32)})
        totals = np.bincount(columns, values, len(self.products))
        totals[~self._here] = 0
        totals[[self._places[id] for id in withheld(request) if id in self._places]] = 0
        found = np.flatnonzero(totals > 0)
        if len(found) > limit:
            found = found[np.argpartition(-totals[found], limit - 1)[:limit]]
        found = found[np.lexsort((found, -totals[found]))]
        return Candidates(tuple(self.products[code] for code in found), {self.name: totals[found].astype(np.float32)})

    def because(self, request: RecommendRequest, product: str) -> Source:
        """The touched product that added most."""
        place = self._places.get(product)
        codes, weights = self._codes(request)
        if place is None or not len(codes):
            return Source(self.name)
        added = [weight * self._weight(int(code), place) for code, weight in zip(codes, weights.tolist(), strict=True)]
        best = int(np.argmax(added))
        return Source(self.name, self.products[int(codes[best])] if added[best] > 0 else None)

    def save(self, folder: Path) -> None:
        """Keep the matrix and the products' names."""
        here = [product for product, there in zip(self.products, self._here.tolist(), strict=True) if there]
        keep(folder, parts_of(self.weights), {"products": self.products, "here": here})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what was kept; the matrix is memory-mapped."""
        arrays, rest = kept(folder, "starts", "columns", "values")
        products = tuple(rest["products"])
        loaded = cls()
        loaded._stand(products, matrix_of(arrays, (len(products), len(products))), tuple(rest["here"]))
        return loaded

    def _stand(self, products: tuple[str, ...], weights: sparse.csr_matrix, here: tuple[str, ...]) -> None:
        self.products = products
        self.weights = weights
        self._places = {product: place for place, product in enumerate(products)}
        self._shelf, self._here = here, _present(products, here)

    def _weight(self, code: int, place: int) -> float:
        """weights[code, place], faster than the matrix finds it: the columns of a row rise."""
        start, end = int(self.weights.indptr[code]), int(self.weights.indptr[code + 1])
        at = start + int(np.searchsorted(self.weights.indices[start:end], place))
        return float(self.weights.data[at]) if at < end and self.weights.indices[at] == place else 0.0

    def _codes(self, request: RecommendRequest) -> tuple[Int64, Float32]:
        """Codes of what was touched and what each weighs (decay by place, times the strength of the touch)."""
        found = [(self._places[id], strength) for id, strength in touched(request) if id in self._places]
        codes = np.array([code for code, _ in found], np.int64)
        strengths = np.array([strength for _, strength in found], np.float32)
        return codes, strengths * np.power(self.decay, np.arange(len(found)), dtype=np.float32)

    def _added(self, codes: Int64, weights: Float32) -> tuple[Int64, Float32]:
        """Columns and values of the rows of `codes`, one after the other."""
        matrix = self.weights
        spans = [slice(matrix.indptr[code], matrix.indptr[code + 1]) for code in codes]
        if not spans:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        columns = np.concatenate([matrix.indices[span] for span in spans])
        values = [matrix.data[span] * weight for span, weight in zip(spans, weights, strict=True)]
        return columns, np.concatenate(values)


def _present(products: tuple[str, ...], here: tuple[str, ...]) -> Bool:
    """Bool[m], which products are among those that are here."""
    there = set(here)
    return np.array([product in there for product in products], np.bool_)


def strongest(matrix: sparse.csr_matrix, most: int) -> sparse.csr_matrix:
    """The `most` largest values of each row that are above 0, columns in ascending order."""
    matrix = matrix.tocsr()
    columns, values, counts = [], [], []
    for row in range(matrix.shape[0]):
        span = slice(matrix.indptr[row], matrix.indptr[row + 1])
        own, data = matrix.indices[span], matrix.data[span]
        if len(own) > most:
            best = np.argpartition(-data, most - 1)[:most]
            own, data = own[best], data[best]
        above = data > 0
        order = np.argsort(own[above])
        columns.append(own[above][order])
        values.append(data[above][order])
        counts.append(len(order))
    starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    flat = np.concatenate([*values, np.zeros(0, np.float32)]).astype(np.float32)
    return sparse.csr_matrix((flat, np.concatenate([*columns, np.zeros(0, np.int32)]), starts), shape=matrix.shape)
