"""v_query: the one place where a request asks the encoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shelfwise.language.base import Encoder
from shelfwise.types import Float32
from shelfwise.understanding.base import Understanding

Centre = Callable[[Float32, str], Float32]  # vector, language → vector
ENGLISH: Final = "en"


class VectorStep:
    """Encodes, in one call, what is searched and (where it differs) the whole text, from which intent is read.

    `vector` is the mean of what is searched as typed and as its unknown words may read, moved by `centre`.
    """

    name = "vector"

    def __init__(self, encoder: Encoder, centre: Centre) -> None:
        self._encoder = encoder
        self._centre = centre

    def __call__(self, u: Understanding) -> Understanding:
        """Sets `vector` and `whole`. Raises EncoderError."""
        searched = [text for text in dict.fromkeys((u.reading.text, u.reading.searched, u.rewrite)) if text]
        texts = list(dict.fromkeys((*searched, u.text or u.original)))
        if not texts[0]:
            return u
        rows = self._encoder.encode(texts, "query")
        vector = None
        if searched:
            mean = rows[: len(searched)].mean(axis=0)
            vector = self._centre(mean, ENGLISH if u.language == ENGLISH else "zh")
        return u.but(vector=vector, whole=rows[texts.index(u.text or u.original)])
