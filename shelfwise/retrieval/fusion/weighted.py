"""Weighted fusion: both rankings' scores brought to one scale and added.

s = w_l · N(lexical) + w_d · N(dense), divided by w_l + w_d; a score that is missing counts as 0, the lowest.

Relations: keeps how far apart scores are, which reciprocal ranks (`rrf`) throw away; better when the weights and the
scale were chosen on judgments, as here. Hazard: N is taken over the candidates of one query, so fused scores of
different queries cannot be compared.
"""

from __future__ import annotations

import numpy as np

from shelfwise.types import Float32


def by_max(scores: Float32) -> Float32:
    """N(s) = s / max(s): 0 stays 0 and the best is 1. For scores that start at 0, as BM25 does."""
    top = _highest(scores)
    return np.asarray(scores / top, np.float32) if top > 0 else np.where(np.isnan(scores), scores, np.float32(0))


def minmax(scores: Float32) -> Float32:
    """N(s) = (s − min) / (max − min): the worst candidate is 0 and the best 1; all 1 when all are equal."""
    if np.all(np.isnan(scores)):
        return scores
    low, high = np.nanmin(scores), np.nanmax(scores)
    if high - low <= 0:
        return np.where(np.isnan(scores), scores, np.float32(1))
    return np.asarray((scores - low) / (high - low), np.float32)


def zscore(scores: Float32) -> Float32:
    """N(s) = ½ + (s − mean) / (6 · deviation), cut to [0, 1]: three deviations either way fill the scale."""
    if np.all(np.isnan(scores)):
        return scores
    deviation = np.nanstd(scores)
    if deviation <= 0:
        return np.where(np.isnan(scores), scores, np.float32(0.5))
    return np.asarray(np.clip(0.5 + (scores - np.nanmean(scores)) / (6 * deviation), 0, 1), np.float32)


def between(scores: Float32, low: float, high: float) -> Float32:
    """N(s) = (s − low) / (high − low), cut to [0, 1]: the scale is fixed beforehand (cosines of one encoder)."""
    return np.asarray(np.clip((scores - low) / (high - low), 0, 1), np.float32)


def _highest(scores: Float32) -> float:
    return 0.0 if np.all(np.isnan(scores)) else float(np.nanmax(scores))
