"""Item vectors from co-occurrence, where a training starts.

    C_ab = Σ over histories, a and b in them, gap g ≥ 1 between:  fade^(g−1)        S = D^(−½) (C + Cᵀ) D^(−½)

with D the counts of items. The leading eigenvectors of S, each times the root of its eigenvalue: items taken by the
same shoppers shortly after each other lie near each other. Found by subspace iteration with random vectors.

Source: Halko, Martinsson & Tropp, SIAM Review 2011.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from shelfwise.training.sequences.histories import Histories
from shelfwise.types import Float32


def cooccurrence(histories: Histories, *, fade: float = 0.8, span: int = 50) -> sparse.csr_matrix:
    """S over items 0 … count (float32, item 0 empty); pairs more than `span` places apart do not count."""
    owner = np.repeat(np.arange(len(histories)), histories.lengths)
    first, second, weights = [], [], []
    for gap in range(1, min(span, int(histories.lengths.max(initial=1)))):
        same = np.flatnonzero(owner[gap:] == owner[:-gap])
        first.append(histories.items[same])
        second.append(histories.items[same + gap])
        weights.append(np.full(len(same), fade ** (gap - 1), dtype=np.float32))
    size = histories.count + 1
    values = np.concatenate([*weights, np.zeros(0, np.float32)])
    pairs = tuple(np.concatenate([*places, np.zeros(0, np.int32)]) for places in (first, second))
    counts = sparse.csr_matrix((values, pairs), shape=(size, size), dtype=np.float32)
    scale = sparse.diags(1 / np.sqrt(np.maximum(np.bincount(histories.items, minlength=size), 1)).astype(np.float32))
    return sparse.csr_matrix(scale @ (counts + counts.T) @ scale)


def spectral_vectors(histories: Histories, width: int, rng: np.random.Generator, *, rounds: int = 5) -> Float32:
    """Float32[count + 1, width], scaled so that the mean square of all numbers is 1; row 0 is zero."""
    matrix = cooccurrence(histories)
    size = matrix.shape[0]
    basis = np.linalg.qr(rng.standard_normal((size, min(size, width + 32))).astype(np.float32))[0]
    for _ in range(rounds):
        basis = np.linalg.qr(matrix @ basis + basis)[0]  # the identity added: no eigenvalue below zero leads
    values, turn = np.linalg.eigh(basis.T @ (matrix @ basis))
    leading = np.argsort(values)[::-1][:width]
    vectors = (basis @ turn[:, leading]) * np.sqrt(np.maximum(values[leading], 0))
    vectors = np.pad(vectors, ((0, 0), (0, width - vectors.shape[1])))
    vectors[0] = 0
    return np.asarray(vectors / np.sqrt(np.mean(vectors[1:] ** 2) + 1e-12), dtype=np.float32)
