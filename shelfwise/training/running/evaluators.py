"""What is measured during training: the order of the texts of validation examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.base.evaluation import BaseEvaluator

from shelfwise.training.data.examples import Example
from shelfwise.training.rankings import Scores, encoder_scores, rank_examples
from shelfwise.training.running.precision import autocast
from shelfwise.training.vectors import BATCH, InTraining
from shelfwise.types import Float32

METRIC: Final = "ndcg@10"


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
        scores = encoder_scores(InTraining(model)) if isinstance(model, SentenceTransformer) else _pair_scores(model)
        learning = model.training
        model.eval()
        with autocast(self._precision, model.device):
            found = rank_examples(scores, self._examples).means()
        model.train(learning)
        return found


def _pair_scores(model: CrossEncoder) -> Scores:
    def scores(asked: Sequence[tuple[str, Sequence[str]]]) -> list[Float32]:
        pairs = [(query, text) for query, texts in asked for text in texts]
        found = model.predict(pairs, batch_size=BATCH, convert_to_tensor=True, show_progress_bar=False)
        ends = np.cumsum([len(texts) for _, texts in asked])[:-1]
        return list(np.split(found.float().cpu().numpy().reshape(-1), ends))

    return scores
