"""Probabilities of labels, unit by unit, and the spans that they speak for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.types import Float64
from shelfwise.understanding.tagging.base import Span
from shelfwise.understanding.tagging.units import Unit, stretches

FLOOR: Final = 1e-6  # the least that a model is taken to give a label
_NEVER: Final = -1e9


@dataclass(frozen=True, slots=True)
class Lattice:
    """What a model thinks of each unit: marginals Float64[units, labels]; rows sum to 1."""

    units: tuple[Unit, ...]
    labels: tuple[str, ...]
    marginals: Float64

    def spans(self) -> list[Span]:
        """The spans of the most probable labels that fit together; confidence is the smallest marginal in a span."""
        path = best_path(self.marginals, self.labels)
        found = []
        for first, last, kind in stretches([self.labels[label] for label in path]):
            sure = min(float(self.marginals[i, path[i]]) for i in range(first, last))
            found.append(Span(self.units[first].start, self.units[last - 1].end, kind, min(1.0, sure)))
        return found


def best_path(marginals: Float64, labels: Sequence[str]) -> list[int]:
    """The columns y that maximise Σₜ ln marginals[t, yₜ] with every span begun and ended (Viterbi).

    >>> best_path(np.array([[0.5, 0.1, 0.4, 0.0], [0.1, 0.0, 0.2, 0.7]]), ["O", "S-x", "B-x", "E-x"])
    [2, 3]
    """
    if not len(marginals):
        return []
    allowed = np.array([[0.0 if _fits(a, b) else _NEVER for b in labels] for a in labels])  # [labels, labels]
    scores = np.log(np.maximum(marginals, 1e-12))
    best = scores[0] + [0.0 if _fits("O", label) else _NEVER for label in labels]
    came: list[np.ndarray] = []
    for row in scores[1:]:
        through = best[:, None] + allowed  # [from, to]
        came.append(through.argmax(axis=0))
        best = through.max(axis=0) + row
    path = [int((best + [0.0 if _fits(label, "O") else _NEVER for label in labels]).argmax())]
    for step in reversed(came):
        path.append(int(step[path[-1]]))
    return path[::-1]


def _fits(label: str, after: str) -> bool:
    """Whether `after` can follow `label`."""
    inside = label[0] in "BI"
    return (after[0] in "IE") == inside and (not inside or label[2:] == after[2:])


def mean(lattices: Sequence[Lattice]) -> Lattice:
    """The geometric mean of several models' marginals of one text, brought to rows that sum to 1.

        m[t, y] ∝ (Πᵢ max(mᵢ[t, y], FLOOR))^(1/n)

    The labels are those of the first; one that another model does not know has FLOOR there.
    """
    first = lattices[0]
    total = np.zeros(first.marginals.shape)
    for one in lattices:
        column = {label: at for at, label in enumerate(one.labels)}
        known = [at for at, label in enumerate(first.labels) if label in column]
        marginals = np.full(total.shape, FLOOR)
        marginals[:, known] = np.maximum(one.marginals[:, [column[first.labels[at]] for at in known]], FLOOR)
        total += np.log(marginals)
    mixed = np.exp(total / len(lattices))
    return Lattice(first.units, first.labels, mixed / mixed.sum(axis=1, keepdims=True))
