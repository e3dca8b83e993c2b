"""Nearest neighbours of products: those that the same shoppers touched."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from shelfwise.recommend.generators.neighbours import ItemToItem
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import Int64


class ItemKnn(ItemToItem):
    """Cosine of co-occurrence: weights[i, j] = n_ij / √(n_i n_j), n_ij the shoppers that touched both.

    Sarwar et al., Item-based collaborative filtering, WWW 2001.
    """

    name: str = "item_knn"
    decay = 0.8
    kept_each = 500  # many cosines are equal: fewer cost accuracy

    def weigh(self, train: Interactions) -> sparse.csr_matrix:
        """Cosines, the diagonal left out."""
        matrix = train.matrix()
        return scaled(without_diagonal(matrix.T @ matrix), train.support, 0.5, 0.5)


def without_diagonal(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """The matrix with an empty diagonal."""
    matrix = matrix.tocsr()
    matrix.setdiag(0)
    matrix.eliminate_zeros()
    return matrix


def scaled(matrix: sparse.csr_matrix, support: Int64, rows: float, columns: float) -> sparse.csr_matrix:
    """matrix[i, j] / (support_i^rows · support_j^columns). A low `columns` leaves popular products more weight."""
    counts = np.maximum(support, 1).astype(np.float64)
    left, right = sparse.diags(counts**-rows), sparse.diags(counts**-columns)
    return (left @ matrix @ right).astype(np.float32).tocsr()
