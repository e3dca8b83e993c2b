"""What results had better be: points for candidates that pass a filter, or that have little or much of a number.

    s'_j = s_j + Σ over wishes of w · [j passes]  +  Σ over leanings of w · share of candidates with less of it than j

A wish moves what matches anyway; it finds nothing and leaves nothing out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shelfwise.retrieval.base import Leaning, Wish
from shelfwise.retrieval.filters import resolve
from shelfwise.retrieval.state import State
from shelfwise.types import Float32, Float64, Int32


def wished(wishes: Sequence[Wish | Leaning], state: State, rows: Int32) -> Float32:
    """Points for each of n rows, Float32[n]. Raises InputError for a filter that cannot be used."""
    points = np.zeros(len(rows), np.float32)
    for wish in wishes:
        if isinstance(wish, Wish):
            passes = state.allowed(resolve(wish.filter, state.columns.fields))[rows]
            points += np.float32(wish.weight) * passes
        elif wish.field in state.columns.fields.numbers:
            points += np.float32(wish.weight) * share_below(wish.sign * state.columns.numbers(wish.field, rows))
    return points


def share_below(values: Float64) -> Float32:
    """For each value the share of the others that are smaller, 0 to 1; unknown ones (NaN) have 0.

    >>> share_below(np.array([3.0, 1.0, 2.0, np.nan])).tolist()
    [1.0, 0.0, 0.5, 0.0]
    """
    known = ~np.isnan(values)
    shares = np.zeros(len(values), np.float32)
    ordered = np.sort(values[known])
    if len(ordered) > 1:
        shares[known] = np.searchsorted(ordered, values[known], side="left") / (len(ordered) - 1)
    return shares
