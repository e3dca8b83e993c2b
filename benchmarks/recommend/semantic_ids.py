"""Semantic ids: products as codes of their texts, and what comes after what counted between codes."""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy import sparse
from sklearn.cluster import KMeans

from shelfwise.recommend.generators.item_knn import without_diagonal
from shelfwise.recommend.generators.transitions import Transitions, steps
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import Float32


class SemanticIds:
    """Transitions between codes of the texts, each level smoothed with the one above, the products being the last.

        P_l(b | a) = (n_l(a, b) + μ P_(l−1)(b | a)) / (n_l(a) + μ),   P(b) uniform above all

    Codes are those of residual k-means (Rajput et al., Recommender systems with generative retrieval, NeurIPS 2023); in
    place of a decoder, counts: a product that nobody touched has the transitions of those with the same beginning.
    """

    name = "semantic_ids"
    sizes, mu, decay = (256, 256, 256), 1.0, 0.8

    def __init__(self, vectors: Float32, seed: int) -> None:
        rest, prefix = vectors.copy(), np.zeros(len(vectors), np.int64)
        self.levels = [prefix]
        for size in self.sizes:
            found = KMeans(min(size, len(rest)), n_init=1, random_state=seed).fit(rest)
            rest -= found.cluster_centers_[found.labels_]
            prefix = np.unique(prefix * size + found.labels_, return_inverse=True)[1]
            self.levels.append(prefix)
        self.levels.append(np.arange(len(vectors)))

    def learn(self, train: Interactions) -> Self:
        m = len(train.products)
        ahead = steps(train, Transitions.fade, Transitions.reach)
        ahead = without_diagonal(ahead + Transitions.back * ahead.T)
        chance = np.full((m, m), 1 / m)  # of the column after the row
        for level in self.levels:
            of = sparse.csr_matrix((np.ones(m), (np.arange(m), level)))  # [m, codes]
            n = (of.T @ ahead @ of).toarray()  # [codes, codes]
            before = (of.T @ chance) / np.bincount(level)[:, None]  # [codes, m]
            above = before @ of  # [codes, codes]
            chances = (n + self.mu * above) / (n.sum(axis=1, keepdims=True) + self.mu)
            chance = (chances[:, level] * before / np.maximum(above[:, level], 1e-12))[level]
        self.chance = chance.astype(np.float32)
        return self

    def scores(self, histories: Interactions) -> Float32:
        return np.asarray(histories.matrix(self.decay) @ self.chance, np.float32)
