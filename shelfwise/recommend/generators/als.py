"""ALS: factors of shoppers and products by alternating least squares, each solved exactly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

import numpy as np
from scipy import sparse

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.generators.kept import keep, kept
from shelfwise.recommend.generators.request import nearest_touched, touched, withheld
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import Bool, Candidates, Float32, Int64

CELLS: Final = 1_000_000  # numbers of a batch of rows: what a processor keeps near


def solve_rows(weights: sparse.csr_matrix, factors: Float32, ridge: float) -> Float32:
    """The factors X of rows that fit best: for each row, over all columns j of Y = factors (Float32[m, k]),

        min_x Σ_j c_j (p_j − x · y_j)² + ridge |x|²,   c_j = 1 + w_j,  p_j = 1 where w_j > 0, else 0

    so x = (G + VᵀV)^−1 Vᵀq with G = YᵀY + ridge · I, V = √w Y over the row's n columns, and q = c / √w. With Y turned
    so that G becomes I this is x = Vᵀ(I + VVᵀ)^−1 q, a system of n where the other is one of k: histories are short,
    so that an exact solution costs no more than a few steps of conjugate gradient.

    weights: Float32[rows, m], sparse, above 0. Hu, Koren and Volinsky, ICDM 2008; the other form is Woodbury's.
    """
    turn = turn_of(factors, ridge)
    return _solved(weights, factors @ turn, turn)


def turn_of(factors: Float32, ridge: float) -> Float32:
    """T, Float32[k, k], with T Tᵀ = (YᵀY + ridge · I)^−1 for Y = factors."""
    gram = factors.T.astype(np.float64) @ factors + ridge * np.eye(factors.shape[1])
    found: Float32 = np.linalg.inv(np.linalg.cholesky(gram)).T.astype(np.float32)
    return found


def _solved(weights: sparse.csr_matrix, turned: Float32, turn: Float32) -> Float32:
    """What `solve_rows` says, with Y turned: Float32[m, k]."""
    k = len(turn)
    found = np.zeros((weights.shape[0], k), np.float32)
    for rows, columns, own in _batches(weights, k):
        root = np.sqrt(own)  # [r, n]
        v = turned[columns]  # [r, n, k]
        v *= root[:, :, None]
        q = np.where(own > 0, (1 + own) / np.where(own > 0, root, 1), 0)[:, :, None]  # [r, n, 1]
        across = v.transpose(0, 2, 1)  # [r, k, n]
        if columns.shape[1] < k:
            small = v @ across  # [r, n, n]
            small += np.eye(columns.shape[1], dtype=np.float32)
            found[rows] = (across @ np.linalg.solve(small, q))[:, :, 0]
        else:
            large = across @ v  # [r, k, k]
            large += np.eye(k, dtype=np.float32)
            found[rows] = np.linalg.solve(large, across @ q)[:, :, 0]
    return found @ turn.T


def _batches(weights: sparse.csr_matrix, k: int) -> Iterator[tuple[Int64, Int64, Float32]]:
    """Rows of like length together: which they are [r], their columns [r, n] and weights [r, n], 0 where padded."""
    lengths = np.diff(weights.indptr)
    sizes = np.where(lengths <= 16, lengths, 2 ** np.ceil(np.log2(np.maximum(lengths, 1)))).astype(np.int64)
    for size in np.unique(sizes[lengths > 0]).tolist():
        among = np.flatnonzero((sizes == size) & (lengths > 0))
        step = max(1, CELLS // (size * k))
        for start in range(0, len(among), step):
            rows = among[start : start + step]
            places = weights.indptr[rows][:, None] + np.arange(size)  # [r, n]
            there = np.arange(size) < lengths[rows][:, None]
            places = np.where(there, places, 0)
            yield rows, weights.indices[places], np.where(there, weights.data[places], 0).astype(np.float32)


class Als:
    """Implicit ALS: a shopper's factors are solved from the history at the request, so new shoppers need no fit.

    size: numbers of a factor. weight: w of a touch of strength 1. rounds: of both sides. decay: of the history, only
    when shoppers are asked for. The same seed gives the same factors.
    """

    name: str = "als"

    def __init__(
        self,
        *,
        size: int = 128,
        ridge: float = 1.0,
        weight: float = 40.0,
        rounds: int = 10,
        decay: float = 0.6,
        seed: int = 0,
    ) -> None:
        self.size, self.ridge, self.weight, self.rounds = size, ridge, weight, rounds
        self.decay, self.seed = decay, seed
        self.products: tuple[str, ...] = ()
        self.factors: Float32 = np.zeros((0, size), np.float32)
        self._turn: Float32 = np.zeros((size, size), np.float32)
        self._turned: Float32 = self.factors
        self._places: dict[str, int] = {}
        self._here: Bool = np.zeros(0, np.bool_)

    def learn(self, train: Interactions) -> Self:
        """Fit on histories; see recommend/offline/base.py."""
        matrix = (train.matrix(weighed=True) * self.weight).tocsr().astype(np.float32)
        turned = matrix.T.tocsr()
        random = np.random.default_rng(self.seed)
        factors = (random.standard_normal((len(train.products), self.size)) * 0.01).astype(np.float32)
        for _ in range(self.rounds):
            factors = solve_rows(turned, solve_rows(matrix, factors, self.ridge), self.ridge)
        self._stand(train.products, factors, train.products)
        return self

    def scores(self, histories: Interactions) -> Float32:
        """Float32[u, m]; see recommend/offline/base.py."""
        weights = (histories.matrix(self.decay) * self.weight).tocsr().astype(np.float32)
        return solve_rows(weights, self.factors, self.ridge) @ self.factors.T

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Fit on a log: touches of the catalogue's products."""
        return self.learn(Interactions.of_events(events, catalog.ids))

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        """Products that are gone are no longer given; new ones have no factors until the next fit."""
        self._stand(self.products, self.factors, catalog.ids)

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """The products whose factors fit the history's best."""
        known = [(self._places[id], strength) for id, strength in touched(request) if id in self._places]
        if not known:
            return Candidates((), {self.name: np.zeros(0, np.float32)})
        codes = np.array([code for code, _ in known])
        own = self.weight * np.array([strength * self.decay**age for age, (_, strength) in enumerate(known)])
        row = sparse.csr_matrix((own.astype(np.float32), (np.zeros(len(codes)), codes)), (1, len(self.products)))
        totals = self.factors @ _solved(row, self._turned, self._turn)[0]
        totals[~self._here] = -np.inf
        totals[[self._places[id] for id in withheld(request) if id in self._places]] = -np.inf
        best = np.argpartition(-totals, min(limit, len(totals)) - 1)[:limit]
        best = best[totals[best] > 0]
        best = best[np.lexsort((best, -totals[best]))]
        return Candidates(tuple(self.products[code] for code in best), {self.name: totals[best]})

    def because(self, request: RecommendRequest, product: str) -> Source:
        """The touched product whose factors are nearest."""
        return Source(self.name, nearest_touched(request, product, self._places, self.factors))

    def save(self, folder: Path) -> None:
        """Keep the products' factors."""
        here = [product for product, there in zip(self.products, self._here.tolist(), strict=True) if there]
        keep(folder, {"factors": self.factors}, {"products": self.products, "here": here})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what was kept; factors are memory-mapped."""
        arrays, rest = kept(folder, "factors")
        loaded = cls()
        loaded._stand(tuple(rest["products"]), arrays["factors"], tuple(rest["here"]))
        return loaded

    def _stand(self, products: tuple[str, ...], factors: Float32, here: tuple[str, ...]) -> None:
        there = set(here)
        if factors is not self.factors:
            self._turn = turn_of(factors, self.ridge)
            self._turned = factors @ self._turn
        self.products, self.factors = products, factors
        self._places = {product: place for place, product in enumerate(products)}
        self._here = np.array([product in there for product in products], np.bool_)
