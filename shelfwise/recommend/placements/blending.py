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
        place: dict[str, int] = {}
        for candidates in found.values():
            for id in candidates.ids:
                place.setdefault(id, len(place))
        parts = {name: np.zeros(len(place), np.float32) for name in found}
        for name, candidates in found.items():
            rows = np.array([place[id] for id in candidates.ids], np.int64)
            parts[name][rows] = weights[name] * K / (K + np.arange(len(rows), dtype=np.float32))
        score = np.zeros(len(place), np.float32)
        for part in parts.values():
            score += part
        order = np.argsort(-score, kind="stable")
        ids = tuple(place)
        return Blended(
            tuple(ids[row] for row in order), score[order], {name: part[order] for name, part in parts.items()}
        )
