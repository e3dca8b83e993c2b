"""Softmax over two blocks of features: dense ones (a vector) and sparse ones (n-grams)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shelfwise.types import Float32, Float64
from shelfwise.understanding.intent.features import Sparse


@dataclass(frozen=True, slots=True)
class Softmax:
    """z = v·A + t·B + b: `dense` A Float32[d, k], `sparse` B Float32[m, k], `bias` b Float32[k]."""

    dense: Float32
    sparse: Float32
    bias: Float32

    def logits(self, vectors: Float32, rows: list[Sparse]) -> Float64:
        """z of each text, Float64[n, k]. vectors: Float32[n, d]; rows: n sparse rows of m features."""
        found = (vectors @ self.dense + self.bias).astype(np.float64)  # [n, k]
        for at, row in enumerate(rows):
            found[at] += row.values @ self.sparse[row.columns].astype(np.float32)
        return found


def log_softmax(logits: Float64) -> Float64:
    """ln p of each row, Float64[n, k].

    >>> np.exp(log_softmax(np.log([[1.0, 3.0]]))).round(2).tolist()
    [[0.25, 0.75]]
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), np.float64)
