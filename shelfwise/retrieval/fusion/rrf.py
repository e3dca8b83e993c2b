"""Reciprocal rank fusion: s = Σ over sources of w / (k + rank), divided by Σ w / (k + 1) so that the best is 1.

Candidates of equal score share the average of their ranks, so that order never depends on how ties were stored.
A candidate that a source did not score adds nothing for it.

Relations: needs no scale and no tuning; `weighted` keeps the distances between scores and does better once tuned.
Source: Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning
methods", SIGIR 2009.
"""

from __future__ import annotations

import numpy as np

from shelfwise.types import Float32


def ranks(scores: Float32) -> Float32:
    """Rank 1 for the highest; equal scores share their average rank; NaN stays NaN.

    >>> ranks(np.array([3.0, 1.0, 3.0, np.nan], np.float32)).tolist()
    [1.5, 3.0, 1.5, nan]
    """
    out = np.full(len(scores), np.nan, np.float32)
    known = ~np.isnan(scores)
    _, group, size = np.unique(-scores[known], return_inverse=True, return_counts=True)
    last = np.cumsum(size)
    out[known] = (last - (size - 1) / 2)[group]
    return out


def reciprocal(scores: Float32, k: float) -> Float32:
    """(k + 1) / (k + rank): 1 for the first, NaN where there is no score."""
    return np.float32(k + 1) / (np.float32(k) + ranks(scores))
