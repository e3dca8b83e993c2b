"""What comes after what, carried over to products whose texts are alike: to and from those that nobody touched."""

from __future__ import annotations

from typing import Final, Self

import numpy as np
from scipy import sparse

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable
from shelfwise.recommend.generators.ease import HEAD, head_of
from shelfwise.recommend.generators.item_knn import without_diagonal
from shelfwise.recommend.generators.neighbours import ItemToItem, strongest
from shelfwise.recommend.generators.transitions import Transitions
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import Float32, Int64

BLOCK: Final = 512  # products worked out at once


class TextTransitions(ItemToItem):
    """Transitions in which a product stands for those whose texts are like its own.

        weights = S T Sᵀ,   S_ik = e_ik / Σ_k e_ik,   e_ik = exp(sharp · (cos(v_i, v_k) − 1))

    T are the weights of `Transitions`; k runs over the `near` products most like i among those with the most shoppers
    (HEAD at most), i itself among them if it is one. A product without a text stands for itself alone.

    Relations: with an endless `sharp` this is `Transitions`. It is meant to stand beside `Similar`, which knows what is
    like what was touched, and not what is wanted after it.

    vectors: unit rows of the products, Float32[m, d], of `learn`; a shop's come from its catalogue. Without them there
    are no weights: `Transitions` is there already.
    """

    name: str = "text_transitions"
    decay = 0.8
    near = 50
    sharp = 20.0
    kept_each = 50  # every row is full; beside `Similar` more add nothing

    def __init__(self, vectors: Float32 | None = None) -> None:
        super().__init__()
        self.vectors = vectors

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Fit on a log: touches of the catalogue's products, and their texts."""
        self.vectors = catalog.vectors
        found = super().fit(events, catalog)
        self.vectors = None  # needed no more
        return found

    def weigh(self, train: Interactions) -> sparse.csr_matrix:
        """S T Sᵀ, the strongest of each row on the way and at the end, the diagonal left out."""
        products, head = len(train.products), head_of(train.support, HEAD)
        if self.vectors is None or not len(head):
            return sparse.csr_matrix((products, products), dtype=np.float32)
        after = Transitions().weigh(train)
        alike = likeness(self.vectors, head, self.near, self.sharp)
        over, parts = alike.T.tocsr(), []
        for start in range(0, products, BLOCK):
            carried = strongest(alike[start : start + BLOCK] @ after, self.kept_each)
            parts.append(strongest(carried @ over, self.kept_each + 1))  # one may be the product itself
        return without_diagonal(sparse.vstack(parts))


def likeness(vectors: Float32, anchors: Int64, near: int, sharp: float) -> sparse.csr_matrix:
    """S of `TextTransitions`, Float32[m, m], sparse: rows that sum to 1, empty where no anchor is like the product.

    vectors: unit rows, zeros where there is no text; without a cosine above 0 nothing is alike. anchors: codes of
    the products that may stand for others, in ascending order.
    """
    m, near = len(vectors), min(near, len(anchors))
    others, place = vectors[anchors].T, np.full(m, -1)
    place[anchors] = np.arange(len(anchors))
    columns, values = np.empty((m, near), np.int64), np.empty((m, near), np.float32)
    for start in range(0, m, BLOCK):
        rows = slice(start, min(start + BLOCK, m))
        cosines = vectors[rows] @ others  # [block, anchors]
        own = np.flatnonzero(place[rows] >= 0)
        cosines[own, place[rows][own]] = 1  # also without a text
        best = np.argpartition(-cosines, near - 1, axis=1)[:, :near]
        found = np.take_along_axis(cosines, best, axis=1)
        columns[rows], values[rows] = anchors[best], np.where(found > 0, np.exp(sharp * (found - 1)), 0)
    sums = values.sum(axis=1, keepdims=True)
    values /= np.where(sums > 0, sums, 1)
    return sparse.csr_matrix((values.ravel(), (np.repeat(np.arange(m), near), columns.ravel())), shape=(m, m))
