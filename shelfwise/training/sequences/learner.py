"""A sequence model trained as a shop would, out of histories: as a model to measure and as a generator to serve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from shelfwise.errors import TrainingError
from shelfwise.recommend.generators.sequence import SequenceGenerator
from shelfwise.recommend.interactions import Interactions
from shelfwise.training.sequences.config import SequenceConfig
from shelfwise.training.sequences.export import export
from shelfwise.training.sequences.fit import Fitted, Run, fit, refit
from shelfwise.training.sequences.histories import Histories
from shelfwise.training.sequences.model import SequenceModel
from shelfwise.training.sequences.ranking import shopper_vectors
from shelfwise.types import Float32, Int32

CHUNK = 1_000  # shoppers whose scores are made odds at a time


class SequenceLearner:
    """A Model (recommend/offline/base.py). The first `learn` chooses the epochs; later ones keep their number.

    labels: of each product (brand, categories), numbers from 0. final: whether the first `learn` ends with a training
    on everything it was given; a blend, which learns again, needs none.
    """

    name: str = "sequence"

    def __init__(
        self,
        run: Run,
        config: SequenceConfig | None = None,
        labels: Sequence[Sequence[int]] | None = None,
        *,
        final: bool = True,
    ) -> None:
        self.run, self.config, self.labels, self.final = run, config or SequenceConfig(), labels, final
        self.fitted: Fitted | None = None
        self.unfinished = False  # a training on everything was stopped: what serves lacks what was held out
        self._model: SequenceModel | None = None
        self._products: tuple[str, ...] = ()

    def learn(self, train: Interactions) -> Self:
        """Train; see recommend/offline/base.py. Raises TrainingError where there is nothing to learn from."""
        histories = histories_of(train)
        attributes = None if self.labels is None else [[], *self.labels]
        if self.fitted is None:
            self.fitted = fit(histories, self.config, self.run, attributes=attributes)
            if not self.final:
                return self._stand(self.fitted.model, train)
        model = None
        if not self.run.over:
            model = refit(histories, self.config, self.run, self.fitted.epochs, attributes=attributes)
        self.unfinished = model is None
        return self._stand(model or self.fitted.model, train)

    def _stand(self, model: SequenceModel, train: Interactions) -> Self:
        self._model, self._products = model, train.products
        return self

    def scores(self, histories: Interactions) -> Float32:
        """Float32[u, m]: each product's odds beside the best one's, exp(s − max s); 0 without a history."""
        model = self._learnt()
        vectors = shopper_vectors(model, histories_of(histories))
        table = model.table().detach().float().cpu().numpy()[1:]
        found = vectors @ table.T
        for start in range(0, len(found), CHUNK):
            rows = found[start : start + CHUNK]
            rows -= rows.max(axis=1, keepdims=True)
            np.exp(rows, out=rows)
        found[histories.lengths == 0] = 0
        return np.asarray(found, np.float32)

    def generator(self) -> SequenceGenerator:
        """What serving reads."""
        return export(self._learnt(), self._products)

    def _learnt(self) -> SequenceModel:
        if self._model is None:
            raise TrainingError("the sequence model has not learnt yet.")
        return self._model


def histories_of(touches: Interactions) -> Histories:
    """The histories, product code c as item c + 1; one product several times in a row counts once."""
    items: Int32 = touches.product + np.int32(1)
    histories = Histories(items, touches.starts, len(touches.products))
    again = np.zeros(len(items), np.bool_)
    again[1:] = (items[1:] == items[:-1]) & (touches.shopper[1:] == touches.shopper[:-1])
    return histories.keep(~again)
