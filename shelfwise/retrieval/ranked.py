"""Rows in order with the scores that put them there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shelfwise.types import Float32, Int32


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows in order with their scores, column by column; NaN where a source does not know a row.

    parts: Float32[n, 4], what words, vectors, feedback and wishes added to a fused score; 0 where nothing was fused.
    """

    rows: Int32
    score: Float32
    lexical: Float32
    dense: Float32
    parts: Float32

    def take(self, order: Int32 | slice) -> Ranked:
        """The rows at these places."""
        return Ranked(*(getattr(self, name)[order] for name in self.__slots__))


def no_parts(rows: Int32) -> Float32:
    """Parts of rows for which nothing was fused, Float32[n, 4]."""
    return np.zeros((len(rows), 4), np.float32)


def joined(first: Ranked, second: Ranked) -> Ranked:
    """The one after the other."""
    return Ranked(*(np.concatenate([getattr(first, name), getattr(second, name)]) for name in Ranked.__slots__))
