"""Pseudo-relevance feedback: what is near to the best candidates is probably wanted too.

The best k candidates are averaged, each by its score s, and every candidate gets the cosine to that average on top:

    c = Σ over the best k of exp(SHARPNESS · (s_i − s_1)) · v_i,   s'_j = s_j + w · N(v_j · c / ‖c‖)

with N scaling to 0…1 over the candidates. It moves accessories and odd ones out below a group of like products, at the
cost of one small matrix product. Source: Rocchio, "Relevance feedback in information retrieval" (1971), on dense
vectors as in Li et al., "Pseudo Relevance Feedback with Deep Language Models and Dense Retrievers" (TOIS 2023).
Hazard: when all the best are wrong, it confirms them; so w stays well below 1.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from shelfwise.retrieval.fusion.weighted import minmax
from shelfwise.types import Float32

SHARPNESS: Final = 5.0


def feedback(scores: Float32, vectors: Float32, depth: int) -> Float32:
    """N(v · c): how near each of n candidates is to the best ones, 0 to 1.

    scores: Float32[n], comparable within the query; vectors: Float32[n, d], unit rows, or NaN where there is none.
    """
    known = ~np.isnan(vectors[:, 0])  # [n]
    best = np.argsort(-np.where(known, scores, -np.inf), kind="stable")[: min(depth, int(known.sum()))]  # [k]
    if not len(best):
        return np.zeros(len(scores), np.float32)
    weights = np.exp(SHARPNESS * (scores[best] - scores[best[0]]))  # [k]
    centre = weights @ vectors[best]  # [d]
    length = float(np.linalg.norm(centre))
    nearness = vectors @ (centre / length) if length > 0 else np.zeros(len(scores))  # [n]
    return np.nan_to_num(minmax(nearness.astype(np.float32)), nan=0.0)
