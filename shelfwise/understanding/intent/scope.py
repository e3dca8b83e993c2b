"""What no label covers: a probability that a text is out of scope, and from where on it counts as such.

    s = z_o / 2 − max over c ≠ o of z_c,    p(o | x) = 1 / (1 + exp(−(a·s + b)))

z the logits of the head, o the label "out_of_scope". A text is out of scope when it is like those that were there to
learn from (z_o), and no less when it is like nothing (all z_c are low). On CLINC150's validation part s has an AUROC
of .989, z_o against the rest alone .977, the most likely label's probability alone .982.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.types import Float64
from shelfwise.understanding.intent.softmax import log_softmax

OWN: Final = 0.5  # what the label's own logit counts


@dataclass(frozen=True, slots=True)
class Scope:
    """place: of the label among the labels. slope, offset: a and b. threshold: of p(o | x), from which on a text
    counts as out of scope; 1 where none was good enough."""

    place: int
    slope: float
    offset: float
    threshold: float = 1.0

    def probabilities(self, logits: Float64, temperature: float) -> Float64:
        """p(o | x) in its place, and for the others (1 − p(o | x)) · softmax(z / τ) over them. Float64[n, k] both."""
        outside = 1 / (1 + np.exp(-(self.slope * outsideness(logits, self.place) + self.offset)))  # [n]
        inside = np.exp(log_softmax(np.delete(logits, self.place, axis=1) / temperature))  # [n, k − 1]
        return np.insert(inside * (1 - outside[:, None]), self.place, outside, axis=1)


def outsideness(logits: Float64, place: int) -> Float64:
    """s of each row, Float64[n].

    >>> outsideness(np.array([[4.0, 1.0, 2.0]]), 2)
    array([-3.])
    """
    return np.asarray(OWN * logits[:, place] - np.delete(logits, place, axis=1).max(axis=1), np.float64)


def outside_scores(probabilities: Float64, labels: Sequence[str], name: str) -> Float64:
    """How far each text is out of scope, Float64[n]: p of that label, or where there is none, 1 − max p."""
    if name in labels:
        return np.asarray(probabilities[:, labels.index(name)], np.float64)
    return np.asarray(1 - probabilities.max(axis=1), np.float64)
