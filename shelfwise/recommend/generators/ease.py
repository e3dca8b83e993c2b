"""EASE: a linear autoencoder with a closed form."""

from __future__ import annotations

from typing import Final, Self

import numpy as np
from scipy import sparse

from shelfwise.behaviour.table import EventTable
from shelfwise.errors import InputError
from shelfwise.recommend.base import CatalogTable
from shelfwise.recommend.generators.content import catalog_labels
from shelfwise.recommend.generators.neighbours import ItemToItem
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import Float32, Int64

HEAD: Final = 12_500  # products at most: two matrices of that size take 1.25 GB


def inverse(gram: Float32, ridge: float) -> Float32:
    """(gram + ridge · I)^−1 of a symmetric positive matrix, Float32[h, h], by Cholesky, in the memory of `gram`.

    gram is destroyed. Raises InputError when the sum is not positive definite.
    """
    from scipy.linalg import lapack  # a shop that answers does without it

    gram[np.diag_indices(len(gram))] += ridge
    factor, bad = lapack.spotrf(gram.T, lower=1, overwrite_a=1)  # the transpose is in LAPACK's order: no copy
    if bad:
        raise InputError(
            f"the products' Gram matrix with ridge {ridge} is not positive definite, expected a larger one."
        )
    found, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    upper: Float32 = found.T  # filled above the diagonal
    rows = 1024
    for start in range(0, len(upper), rows):
        stop = min(start + rows, len(upper))
        upper[stop:, start:stop] = upper[start:stop, stop:].T
        block = upper[start:stop, start:stop]
        block[...] = np.triu(block) + np.triu(block, 1).T
    return upper


def autoencoder(gram: Float32, ridge: float) -> Float32:
    """B of the least squares X ≈ X B with a ridge and a zero diagonal: B_ij = −P_ij / P_jj, P = (XᵀX + ridge · I)^−1.

    Steck, Embarrassingly shallow autoencoders for sparse data, WWW 2019. gram: XᵀX, destroyed.
    """
    found = inverse(gram, ridge)
    found /= -np.diag(found)[None, :].copy()
    np.fill_diagonal(found, 0)
    return found


class Ease(ItemToItem):
    """EASE over the products with the most shoppers, with labels; the others have no row and no column.

    Labels (brand, categories) count as further shoppers: the Gram matrix is XᵀX + alike · L Lᵀ, L the unit rows of
    `labelled`, so that products with the same labels explain each other where few shoppers do.
    Jeunen, Van Balen and Goethals, Closed-form models for collaborative filtering with side-information, RecSys 2020.

    ridge: λ; a larger one trusts single co-occurrences less. head: how many products at most (memory is 2 · 4 · head²
    bytes while fitting, time grows with head³). labels: of `learn`; a shop's come from its catalogue.
    """

    name: str = "ease"
    decay = 0.6

    def __init__(
        self,
        ridge: float = 120.0,
        head: int = HEAD,
        labels: sparse.csr_matrix | None = None,
        alike: float = 4.0,
        name: str = "ease",
    ) -> None:
        super().__init__()
        self.ridge, self.head, self.labels, self.alike, self.name = ridge, head, labels, alike, name

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Fit on a log: touches of the catalogue's products, and their labels."""
        self.labels = catalog_labels(catalog)
        found = super().fit(events, catalog)
        self.labels = None  # needed no more
        return found

    def weigh(self, train: Interactions) -> sparse.csr_matrix:
        """B of the head, its positive values."""
        head, products = head_of(train.support, self.head), len(train.products)
        if not len(head):  # LAPACK complains of an empty matrix
            return sparse.csr_matrix((products, products), dtype=np.float32)
        matrix = train.matrix()[:, head]
        gram = (matrix.T @ matrix).toarray().astype(np.float32)
        if self.labels is not None:
            labels = self.labels[head]
            gram += self.alike * (labels @ labels.T).toarray()
        learnt = autoencoder(gram, self.ridge)
        return spread(learnt, head, products, self.kept_each)


def head_of(support: Int64, most: int) -> Int64:
    """Codes of the products with the most shoppers (those with any), in ascending order."""
    order = np.lexsort((np.arange(len(support)), -support))[:most]
    return np.sort(order[support[order] > 0])


def spread(learnt: Float32, head: Int64, products: int, most: int) -> sparse.csr_matrix:
    """A dense matrix over the head as a sparse one over all products, with the `most` largest of each row."""
    most = min(most, len(head))
    columns = np.argpartition(-learnt, most - 1, axis=1)[:, :most]  # [h, most]
    values = np.take_along_axis(learnt, columns, axis=1)
    rows = np.repeat(head, most)
    found = sparse.csr_matrix((values.ravel(), (rows, head[columns].ravel())), shape=(products, products))
    found.data[found.data < 0] = 0
    found.eliminate_zeros()
    return found
