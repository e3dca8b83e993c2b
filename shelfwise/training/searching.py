"""A model alone as a search over a catalogue: what its own figures are measured with. No PyTorch here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from shelfwise.language.base import CrossEncoder, Encoder
from shelfwise.retrieval.document import encoder_text
from shelfwise.training.rankings import Scores
from shelfwise.types import Float32, Product

Progress = Callable[[int, int | None], None]  # products encoded, in all
_CHUNK = 512


class EncoderSearch:
    """Products in the order of cosine similarity to the query, over all of them (exact)."""

    def __init__(self, encoder: Encoder, products: Iterable[Product], progress: Progress | None = None) -> None:
        self.products = known = list(products)
        self.ids = [product.id for product in known]
        self.texts = [encoder_text(product) for product in known]
        self._encoder = encoder
        self._rows = {id: row for row, id in enumerate(self.ids)}
        parts = []
        for at in range(0, len(known), _CHUNK):
            parts.append(encoder.encode(self.texts[at : at + _CHUNK], "product"))
            if progress is not None:
                progress(min(at + _CHUNK, len(known)), len(known))
        self._vectors: Float32 = np.concatenate(parts) if parts else np.empty((0, encoder.dim), np.float32)

    def search(self, text: str, limit: int) -> list[str]:
        """The nearest products."""
        scores = self._vectors @ self._encoder.encode([text], "query")[0]
        return [self.ids[row] for row in np.argsort(-scores, kind="stable")[:limit]]

    def among(self, text: str, ids: Sequence[str]) -> list[str]:
        """These products in order; unknown ones are left out."""
        rows = [self._rows[id] for id in ids if id in self._rows]
        scores = self._vectors[rows] @ self._encoder.encode([text], "query")[0]
        return [self.ids[rows[place]] for place in np.argsort(-scores, kind="stable")]

    def text_of(self, id: str) -> str:
        """What an encoder reads of a product."""
        return self.texts[self._rows[id]]

    def knows(self, id: str) -> bool:
        """Whether there is such a product."""
        return id in self._rows


class Reranked:
    """The first `depth` products of another search, put in order by a cross-encoder; the rest follows as it was."""

    def __init__(self, model: CrossEncoder, first: EncoderSearch, depth: int = 50) -> None:
        self._model = model
        self._first = first
        self._depth = depth

    def search(self, text: str, limit: int) -> list[str]:
        """The products found, best first."""
        found = self._first.search(text, max(limit, self._depth))
        return (self.among(text, found[: self._depth]) + found[self._depth :])[:limit]

    def among(self, text: str, ids: Sequence[str]) -> list[str]:
        """These products in order; unknown ones are left out."""
        known = [id for id in ids if self._first.knows(id)]
        scores = self._model.score(text, [self._first.text_of(id) for id in known])
        return [known[place] for place in np.argsort(-scores, kind="stable")]


def pair_scores(model: CrossEncoder) -> Scores:
    """A cross-encoder as the scores that rankings of examples take."""
    return lambda asked: [model.score(query, texts) for query, texts in asked]
