"""From the candidates of several generators to one order, with what each of them added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from shelfwise.types import Candidates, Float32

K: Final = 20.0  # of reciprocal ranks: how slowly they fall


@dataclass(frozen=True, slots=True)
class Blended:
    """n products, the best first: ids, score Float32[n], and per generator what it added, Float32[n] each.

    The parts of a product sum to its score.
    """

    ids: tuple[str, ...]
    score: Float32
    parts: Mapping[str, Float32]


class Blend(Protocol):
    """Makes one order of the candidates of several generators. `weights` are those of the recipe."""

    def blend(self, found: Mapping[str, Candidates], weights: Mapping[str, float]) -> Blended:
        """The products of all generators in one order."""
        ...


class ReciprocalRanks:
    """Weighted reciprocal rank fusion: it needs no fitting and no comparable scores.

        s(p) = Σ_g w_g · K / (K + rank_g(p))        rank from 0; a generator that did not find p adds nothing

    Cormack, Clarke, Büttcher: Reciprocal Rank Fusion outperforms Condorcet and individual rank learning methods, 2009.

    >>> one, two = Candidates(("a", "b"), {}), Candidates(("b",), {})
    >>> ReciprocalRanks().blend({"x": one, "y": two}, {"x": 1.0, "y": 0.5}).ids
    ('b', 'a')
    """

    def blend(self, found: Mapping[str, Candidates], weights: Mapping[str, float]) -> Blended:
        """The products of all generators; equal scores stay in the order in which they were found."""
        ranks = {name: np.arange(len(candidates.ids), dtype=np.float32) for name, candidates in found.items()}
        return summed(found, {name: weights[name] * K / (K + rank) for name, rank in ranks.items()})


def summed(found: Mapping[str, Candidates], added: Mapping[str, Float32]) -> Blended:
    """The products of all generators by the sum of what each adds; equal sums stay in the order of finding.

    added: generator → Float32[n], what it adds to each of its candidates.
    """
    place: dict[str, int] = {}
    for candidates in found.values():
        for id in candidates.ids:
            place.setdefault(id, len(place))
    parts, score = {}, np.zeros(len(place), np.float32)
    for name, candidates in found.items():
        parts[name] = np.zeros(len(place), np.float32)
        parts[name][np.array([place[id] for id in candidates.ids], np.int64)] = added[name]
        score += parts[name]
    order = np.argsort(-score, kind="stable")
    ids = tuple(place)
    return Blended(tuple(ids[row] for row in order), score[order], {name: part[order] for name, part in parts.items()})
