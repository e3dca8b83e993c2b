"""A model of Sentence-Transformers that is being trained, behind the contract of encoders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sentence_transformers import SentenceTransformer

from shelfwise.language.base import TextKind
from shelfwise.types import Float32

BATCH: Final = 64  # texts at a time


class InTraining:
    """An Encoder over the weights as they are now; the model's own prompts go before queries and products.

    Relations: language/encoders/sentence_transformers.py opens a finished model by name, with errors for shops.
    """

    name = "in training"

    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model
        self.dim = int(model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        """Rows as the model gives them, Float32[len(texts), dim]."""
        prompt = "query" if kind == "query" else "document"
        found = self._model.encode(
            list(texts),
            prompt_name=prompt if prompt in self._model.prompts else None,
            batch_size=BATCH,
            convert_to_tensor=True,
            show_progress_bar=False,
        )
        vectors: Float32 = found.float().cpu().numpy()
        return vectors
