"""Two rankings made one: `weighted` scores or reciprocal ranks (`rrf`)."""

from __future__ import annotations

import numpy as np

from shelfwise.retrieval.base import FusionSettings, Scale
from shelfwise.retrieval.fusion import rrf, weighted
from shelfwise.types import Float32


def parts(lexical: Float32, dense: Float32, settings: FusionSettings) -> tuple[Float32, Float32]:
    """What each source adds to the fused score of each of n candidates; the two add up to it.

    lexical, dense: Float32[n], NaN where a source has no score (which adds 0).
    """
    if settings.method == "rrf":
        scaled = rrf.reciprocal(lexical, settings.rrf_k), rrf.reciprocal(dense, settings.rrf_k)
    else:
        scaled = _scaled(lexical, settings.lexical_scale), _scaled(dense, settings.dense_scale)
    total = settings.lexical_weight + settings.dense_weight
    shares = (settings.lexical_weight / total, settings.dense_weight / total) if total else (0.5, 0.5)
    both = [np.float32(share) * np.nan_to_num(part, nan=0.0) for share, part in zip(shares, scaled, strict=True)]
    return both[0].astype(np.float32), both[1].astype(np.float32)


def fuse(lexical: Float32, dense: Float32, settings: FusionSettings) -> Float32:
    """The fused score of each candidate, between 0 and 1."""
    left, right = parts(lexical, dense, settings)
    return left + right


def _scaled(scores: Float32, scale: Scale) -> Float32:
    if isinstance(scale, tuple):
        return weighted.between(scores, *scale)
    return {"max": weighted.by_max, "minmax": weighted.minmax, "zscore": weighted.zscore}[scale](scores)
