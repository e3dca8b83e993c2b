"""An encoder without a model, for tests: texts that share words get similar vectors, always the same ones."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from shelfwise.language.base import TextKind
from shelfwise.types import Float32

_WORD = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]")  # an English word or number, or one character of another script


class FakeEncoder:
    """v = c / ‖c‖ with cⱼ = how many words of the text hash to j; cosine is the share of words in common.

    Words are hashed by CRC-32, so vectors are the same in every process. A text without words points along axis 0.

    >>> a, b, c = FakeEncoder().encode(["red shoes", "Red boots", "手机"], "product")
    >>> round(float(a @ b), 3), round(float(a @ c), 3)
    (0.5, 0.0)
    """

    def __init__(self, dim: int = 256) -> None:
        self.dim = dim
        self.name = f"fake-{dim}"

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        """Unit rows, Float32[len(texts), dim]; queries and products alike."""
        counts = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            for word in words_of(text) or [""]:
                counts[row, zlib.crc32(word.encode("utf-8", "replace")) % self.dim] += 1.0
        unit: Float32 = counts / np.linalg.norm(counts, axis=1, keepdims=True)
        return unit


def words_of(text: str) -> list[str]:
    """The English words, numbers and single characters of other scripts, in lower case."""
    return _WORD.findall(text.lower())
