"""Multinomial logistic regression over a vector and n-grams.

    p(c | x) ∝ exp(z_c),   z = v·A + t·B + b
    minimise  −(1/n) Σᵢ ln p(yᵢ | xᵢ) + (‖A‖² + ‖B‖²) / (2·C·n)

By L-BFGS (Liu and Nocedal 1989) from zero, so the same data give the same weights. The blocks are kept apart, so that
the dense one is multiplied as a dense one.

Few texts have many more n-grams than there are texts, and B never leaves the span of the rows of t: B = Q·B′ with
t = L·Qᵀ, L·Lᵀ = t·tᵀ. L-BFGS takes the same way in both (it commutes with rotations), B′ is much the smaller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import minimize
from scipy.sparse import csr_array

from shelfwise.types import Float32, Float64
from shelfwise.understanding.intent.features import Sparse
from shelfwise.understanding.intent.softmax import Softmax, log_softmax

ITERATIONS: Final = 60
MEMORY: Final = 6  # past steps that L-BFGS remembers
SMALL: Final = 4_096  # texts up to which their n-grams are rotated
_JITTER: Final = 1e-8

Classes: TypeAlias = npt.NDArray[np.intp]


def fit_softmax(
    vectors: Float32, texts: csr_array, classes: Classes, k: int, *, strength: float, iterations: int = ITERATIONS
) -> Softmax:
    """The weights that fit best. vectors: Float32[n, d]; texts: [n, m]; classes: Int[n] below k; strength: C."""
    n, m = texts.shape
    if m <= n or n > SMALL:
        return _fit(_Objective(vectors, texts, classes, k, strength), iterations)
    exact = texts.astype(np.float64)  # in float32 the product of near copies has no root
    product = (exact @ exact.T).toarray()
    product[np.diag_indices(n)] += _JITTER  # equal texts would make it singular
    factor = cholesky(product, lower=True)
    found = _fit(_Objective(vectors, factor.astype(np.float32), classes, k, strength), iterations)
    coefficients = solve_triangular(factor, found.sparse.astype(np.float64), lower=True, trans="T")  # [n, k]
    return Softmax(found.dense, np.asarray(texts.T @ coefficients, np.float32), found.bias)


def _fit(objective: _Objective, iterations: int) -> Softmax:
    options = {"maxiter": iterations, "maxcor": MEMORY, "gtol": 1e-6}
    found = minimize(objective, np.zeros(objective.size), method="L-BFGS-B", jac=True, options=options)
    return objective.weights(found.x)


def matrix(rows: Sequence[Sparse], columns: int, weight: float = 1.0) -> csr_array:
    """Sparse rows as one matrix [n, columns], times `weight`."""
    ends = np.cumsum([0, *(len(row.columns) for row in rows)])
    values = np.concatenate([np.empty(0, np.float32), *(row.values for row in rows)]) * np.float32(weight)
    places = np.concatenate([np.empty(0, np.int32), *(row.columns for row in rows)])
    return csr_array((values, places, ends), shape=(len(rows), columns))


class _Objective:
    """What is minimised, and its gradient, at the flat vector [A; B; b] of all weights."""

    def __init__(self, vectors: Float32, texts: csr_array | Float32, classes: Classes, k: int, strength: float) -> None:
        self._vectors, self._texts = vectors, texts
        self._turned = texts.T if isinstance(texts, np.ndarray) else csr_array(texts.T)
        self._classes = classes
        self._n, self._k = len(classes), k
        self._shrink = 1 / (strength * self._n)
        self.size = (vectors.shape[1] + texts.shape[1] + 1) * k

    def weights(self, flat: Float64) -> Softmax:
        """The three blocks."""
        rows = flat.reshape(-1, self._k).astype(np.float32)
        d = self._vectors.shape[1]
        return Softmax(rows[:d], rows[d:-1], rows[-1])

    def __call__(self, flat: Float64) -> tuple[float, Float64]:
        """Value and gradient."""
        now = self.weights(flat)
        logits = self._vectors @ now.dense + self._texts @ now.sparse + now.bias  # [n, k]
        log_p = log_softmax(logits.astype(np.float64))
        rows = np.arange(self._n)
        loss = -log_p[rows, self._classes].mean()
        error = np.exp(log_p)
        error[rows, self._classes] -= 1
        error = (error / self._n).astype(np.float32)
        parts = (self._vectors.T @ error, self._turned @ error, error.sum(axis=0, keepdims=True))
        gradient = np.concatenate(parts).astype(np.float64).reshape(-1)
        shrunk = flat.copy()
        shrunk[-self._k :] = 0  # the bias is free
        return float(loss + self._shrink / 2 * (shrunk @ shrunk)), gradient + self._shrink * shrunk
