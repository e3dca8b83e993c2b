"""v_behavior: a shopper as a point among the products.

    v = Σ strength(p) · v_p,  scaled to length 1,   over the products p that have a vector

Products without one are left out of the sum, so they neither pull nor shrink it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shelfwise.behaviour.profiles.base import Facts
from shelfwise.behaviour.profiles.evidence import Evidence
from shelfwise.types import Float32

SMALLEST = 1e-6  # a sum shorter than this points nowhere


def behaviour_vector(evidence: Evidence, facts: Mapping[str, Facts], half_life: float) -> Float32 | None:
    """The unit vector Float32[d]; None where nothing with a vector is liked: dislikes alone do not say where to go."""
    strengths, rows = [], []
    for product, strength in zip(evidence.products, evidence.strength(half_life), strict=True):
        known = facts.get(product)
        if known is not None and known.vector is not None:
            strengths.append(strength)
            rows.append(known.vector)
    if not rows or max(strengths) <= 0:
        return None
    total = np.asarray(strengths, np.float32) @ np.stack(rows)  # [d]
    length = float(np.linalg.norm(total))
    return np.asarray(total / length, np.float32) if length > SMALLEST else None
