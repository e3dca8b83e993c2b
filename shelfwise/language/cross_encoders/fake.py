"""A cross-encoder without a model, for tests: the share of the query's words that the text has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shelfwise.language.encoders.fake import words_of
from shelfwise.types import Float32


class FakeCrossEncoder:
    """s = |words of the query ∩ words of the text| / |words of the query|.

    >>> FakeCrossEncoder().score("red shoes", ["Red boots", "shoes, red", "手机"]).tolist()
    [0.5, 1.0, 0.0]
    """

    name = "fake"

    def score(self, query: str, texts: Sequence[str]) -> Float32:
        """Float32[len(texts)], 0 to 1."""
        wanted = set(words_of(query))
        found = [len(wanted & set(words_of(text))) / max(len(wanted), 1) for text in texts]
        return np.array(found, np.float32)
