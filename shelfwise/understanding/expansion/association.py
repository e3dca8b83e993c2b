"""How strongly two things go together: pure functions of counts.

Symbols: n products, a of them with the one, b with the other, j with both. All take arrays or numbers alike.
"""

from __future__ import annotations

import numpy as np

from shelfwise.types import Float64

Counts = Float64 | np.float64


def dice(j: Counts, a: Counts, b: Counts) -> Float64:
    """2 j / (a + b): 1 where the two always come together. (Dice 1945)

    >>> float(dice(np.float64(2), np.float64(2), np.float64(4)))
    0.6666666666666666
    """
    found: Float64 = np.asarray(2 * j / (a + b), np.float64)
    return found


def log_likelihood_ratio(j: Counts, a: Counts, b: Counts, n: float) -> Float64:
    """G² = 2 Σ O ln(O / E) over the four cells of (with, without) × (with, without). (Dunning 1993)

    About χ² with one degree of freedom where the two are independent: 10.83 is p = .001.

    >>> float(log_likelihood_ratio(np.float64(5), np.float64(10), np.float64(50), 100.0))
    0.0
    """
    observed = (j, a - j, b - j, n - a - b + j)
    expected = (a * b / n, a * (n - b) / n, (n - a) * b / n, (n - a) * (n - b) / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        cells = [np.where(o > 0, o * np.log(o / e), 0.0) for o, e in zip(observed, expected, strict=True)]
    found: Float64 = np.maximum(2 * np.sum(cells, axis=0), 0.0)
    return found


def npmi(j: float, a: float, b: float, n: float) -> float:
    """ln(j n / (a b)) / −ln(j / n): 1 where the two only come together, 0 where they are independent. (Bouma 2009)

    >>> round(npmi(10, 10, 10, 100), 6), npmi(1, 10, 10, 100)
    (1.0, 0.0)
    """
    if j >= n:
        return 1.0
    return float(np.log(j * n / (a * b)) / -np.log(j / n))
