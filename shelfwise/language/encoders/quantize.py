"""Matrices in 8 bits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shelfwise.types import Float32

ALPHA = 0.6  # how much of the difficulty moves to the weights; for E5, 0.5 and 0.65 are as good and 0.8 is worse


def quantize_rows(matrix: Float32) -> tuple[npt.NDArray[np.int8], Float32]:
    """Int8[n, m] and scales Float32[n] with matrix ≈ scale · int8 (symmetric, the largest value becomes ±127).

    >>> q, s = quantize_rows(np.array([[0.0, 1.0, -2.0]], np.float32))
    >>> q.tolist(), s.round(5).tolist() == [np.float32(0.01575)]
    ([[0, 64, -127]], True)
    """
    scale = (np.abs(matrix).max(axis=1) / 127.0).astype(np.float32)
    scale[scale == 0] = 1.0
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale


def smoothing(inputs: Float32, matrix: Float32, alpha: float = ALPHA) -> Float32:
    """Scales s, Float32[m], for W·x = (W·diag s)·(x / s), with which both factors suffer less from 8 bits.

    sⱼ = aⱼ^α / wⱼ^(1−α), where aⱼ = max |xⱼ| (`inputs`, Float32[m]) and wⱼ = max |W₍·ⱼ₎| (`matrix`, Float32[n, m]),
    brought to a geometric mean of 1. A few inputs of a transformer are 30 times as large as the rest; without
    smoothing they take the whole range of the 8 bits.

    Source: Xiao et al., SmoothQuant, ICML 2023, equation 4.
    """
    a = np.maximum(inputs, max(0.05 * float(np.median(inputs)), 1e-6)).astype(np.float64)
    w = np.maximum(np.abs(matrix).max(axis=0), 1e-3).astype(np.float64)
    log = alpha * np.log(a) - (1.0 - alpha) * np.log(w)
    smooth: Float32 = np.exp(log - log.mean()).astype(np.float32)
    return smooth
