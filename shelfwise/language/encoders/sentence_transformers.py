"""Any Sentence-Transformers model, by folder or by name. Needs the extra `train`, which brings PyTorch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shelfwise.errors import EncoderError, MissingExtraError
from shelfwise.language.base import TextKind
from shelfwise.types import Float32

_PROMPTS = {"query": ("query",), "product": ("passage", "document", "corpus")}


class SentenceTransformersEncoder:
    """A SentenceTransformer behind the Encoder contract; the model's own prompts go before queries and products.

    Relations: for serving, an ONNX export of the same model (onnx.py) starts faster and needs no PyTorch.

    Raises MissingExtraError without the extra, EncoderError where the model cannot be loaded.
    """

    def __init__(self, model: str, *, batch: int = 32) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtraError.of("sentence-transformers", "train") from error
        try:
            self._model = SentenceTransformer(model)
        except Exception as error:  # files, network and configuration fail in many ways
            raise EncoderError(f"{model}: not a Sentence-Transformers model: {error}.") from error
        self._batch = batch
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self.name = f"sentence-transformers-{model}"

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        """Unit rows, Float32[len(texts), dim].

        Raises:
            EncoderError: the model failed (out of memory, for one).
        """
        if not texts:
            return np.empty((0, self.dim), np.float32)
        prompts = getattr(self._model, "prompts", None) or {}
        prompt = next((name for name in _PROMPTS[kind] if prompts.get(name)), None)
        try:
            vectors = self._model.encode(
                list(texts),
                prompt_name=prompt,
                batch_size=self._batch,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        except Exception as error:  # PyTorch raises RuntimeError and kin
            raise EncoderError(f"{self.name}: failed on {len(texts)} texts: {error}.") from error
        return np.asarray(vectors, np.float32)
