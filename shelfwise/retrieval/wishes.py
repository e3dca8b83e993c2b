"""What results had better be: points for those that pass a filter, have a word, or have little or much of a number.

    s'_j = s_j + Σ over wishes and marks of w · [j is so]  +  Σ over leanings of w · share of candidates with less of it

A wish moves what matches anyway; it finds nothing and leaves nothing out. Its w is taken times the share of candidates
of which the field is known at all.
"""

from __future__ import annotations

import numpy as np

from shelfwise.retrieval.base import Mark, Wish, Wishes
from shelfwise.retrieval.filters import fields_of, resolve
from shelfwise.retrieval.state import State
from shelfwise.types import Exists, Filter, Float32, Float64, Int32, Or


def wished(wishes: Wishes, state: State, rows: Int32) -> Float32:
    """Points for each of n rows, Float32[n]. Raises InputError for a filter that cannot be used."""
    points = np.zeros(len(rows), np.float32)
    for wish in wishes:
        if isinstance(wish, Wish):
            filter = resolve(wish.filter, state.columns.fields)
            points += np.float32(wish.weight * _known(filter, state, rows)) * state.allowed(filter)[rows]
        elif isinstance(wish, Mark):
            if state.lexicon.frequency(wish.field, wish.token):
                query = state.lexicon.tokens_query(wish.field, (wish.token,))
                points += np.float32(wish.weight) * ~np.isnan(state.lexicon.scores(query, rows))
        elif wish.field in state.columns.fields.numbers:
            points += np.float32(wish.weight) * share_below(wish.sign * state.columns.numbers(wish.field, rows))
    return points


def _known(filter: Filter, state: State, rows: Int32) -> float:
    """The share of the rows of which any field of the filter is known: a fact that few state tells little."""
    fields = [Exists(field) for field in dict.fromkeys(fields_of(filter))]
    has = state.allowed(fields[0] if len(fields) == 1 else Or(tuple(fields)))[rows]
    return float(has.mean()) if len(rows) else 0.0


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
