"""What is measured during training: the order of the texts of validation examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.base.evaluation import BaseEvaluator

from shelfwise.language.base import TextKind
from shelfwise.training.data.examples import Example
from shelfwise.training.rankings import Scores, encoder_scores, rank_examples
from shelfwise.training.running.precision import autocast
from shelfwise.types import Float32

METRIC: Final = "ndcg@10"
_BATCH: Final = 64


class Evaluator(BaseEvaluator):
    """Rankings of examples by the model as it is now; figures named `eval_ndcg@10` and so on."""

    def __init__(self, examples: Sequence[Example], precision: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.primary_metric = METRIC
        self._examples = list(examples)
        self._precision = precision

    def __call__(
        self, model: Any, output_path: str | None = None, epoch: int = -1, steps: int = -1
    ) -> dict[str, float]:
        """Means by name."""
        return self.measure(model)

    def measure(self, model: SentenceTransformer | CrossEncoder) -> dict[str, float]:
        """Means by name."""
        scores = encoder_scores(_Vectors(model)) if isinstance(model, SentenceTransformer) else _pair_scores(model)
        learning = model.training
        model.eval()
        with autocast(self._precision, model.device):
            found = rank_examples(scores, self._examples).means()
        model.train(learning)
        return found


class _Vectors:
    """The model in training behind the contract of encoders."""

    name = "in training"

    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model
        self.dim = int(model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        prompt = "query" if kind == "query" else "document"
        found = self._model.encode(
            list(texts),
            prompt_name=prompt if prompt in self._model.prompts else None,
            batch_size=_BATCH,
            convert_to_tensor=True,
            show_progress_bar=False,
        )
        vectors: Float32 = found.float().cpu().numpy()
        return vectors


def _pair_scores(model: CrossEncoder) -> Scores:
    def scores(asked: Sequence[tuple[str, Sequence[str]]]) -> list[Float32]:
        pairs = [(query, text) for query, texts in asked for text in texts]
        found = model.predict(pairs, batch_size=_BATCH, convert_to_tensor=True, show_progress_bar=False)
        ends = np.cumsum([len(texts) for _, texts in asked])[:-1]
        return list(np.split(found.float().cpu().numpy().reshape(-1), ends))

    return scores
