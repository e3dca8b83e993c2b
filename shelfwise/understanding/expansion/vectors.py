"""Terms as vectors, and how near they are: centred per language, scored by CSLS.

An encoder places all texts of a language in a cone of its own, so the mean of each language's terms is taken out first.
Some terms are near to everything (hubs); cross-domain similarity local scaling takes each term's mean nearness to its
k nearest of the other language, r, out of the cosine:

    csls(x, y) = 2 cos(x, y) − r(x) − r(y)

Conneau et al., "Word Translation Without Parallel Data" (ICLR 2018).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from shelfwise.language.base import Encoder
from shelfwise.types import Float32
from shelfwise.understanding.expansion.base import Progress

NEIGHBOURS: Final = 10  # k
CHUNK: Final = 256  # terms encoded at once


def encode_terms(encoder: Encoder, texts: Sequence[str], progress: Progress | None = None) -> Float32:
    """Unit rows, Float32[n, d]. As kind "product": a shop keeps these vectors on disk, a second run is quick."""
    parts = [np.zeros((0, encoder.dim), np.float32)]
    for start in range(0, len(texts), CHUNK):
        parts.append(encoder.encode(texts[start : start + CHUNK], "product"))
        if progress is not None:
            progress(min(start + CHUNK, len(texts)), len(texts))
    return np.concatenate(parts)


def centred(vectors: Float32) -> Float32:
    """The rows less their mean, of length 1 again (a row that equals the mean stays 0).

    >>> print(centred(np.array([[1, 0], [0, 1]], np.float32)).round(2))
    [[ 0.71 -0.71]
     [-0.71  0.71]]
    """
    moved = vectors - vectors.mean(axis=0) if len(vectors) else vectors
    length = np.linalg.norm(moved, axis=1, keepdims=True)  # [n, 1]
    found: Float32 = (moved / np.maximum(length, 1e-9)).astype(np.float32)
    return found


def csls(left: Float32, right: Float32, k: int = NEIGHBOURS) -> Float32:
    """csls of unit rows left [n, d] with right [m, d]: Float32[n, m]; k is at most the number of neighbours."""
    cosines: Float32 = left @ right.T  # [n, m]
    if not cosines.size:
        return cosines
    n, m = cosines.shape
    from_left = np.partition(cosines, m - min(k, m), axis=1)[:, m - min(k, m) :].mean(axis=1)  # [n]
    from_right = np.partition(cosines, n - min(k, n), axis=0)[n - min(k, n) :].mean(axis=0)  # [m]
    found: Float32 = (2 * cosines - from_left[:, None] - from_right[None, :]).astype(np.float32)
    return found


def mutual(scores: Float32) -> Iterator[tuple[int, int]]:
    """(row, column) that are each other's best, in order of rows; of equals the first.

    >>> list(mutual(np.array([[3.0, 1.0], [2.0, 0.0]], np.float32)))
    [(0, 0)]
    """
    if not scores.size:
        return
    best, back = scores.argmax(axis=1), scores.argmax(axis=0)
    for row, column in enumerate(best.tolist()):
        if back[column] == row:
            yield row, column
