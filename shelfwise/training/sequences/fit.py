"""Trains a sequence model; with held-out items it finds the number of epochs, then fits again on all there is."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from shelfwise.errors import TrainingError
from shelfwise.training.sequences.config import SequenceConfig
from shelfwise.training.sequences.histories import Histories
from shelfwise.training.sequences.model import SequenceModel
from shelfwise.training.sequences.ranking import Hits, ranks_of
from shelfwise.training.sequences.spectral import spectral_vectors
from shelfwise.training.sequences.trainer import Trainer

Attributes = Sequence[Sequence[int]]
Report = Callable[[int, Hits | None], None]
ASKED: Final = 4_000  # shoppers whose last item is held out


@dataclass(frozen=True, slots=True)
class Run:
    """Where and from which seed a training runs.

    precision: fp32 or bf16. clock: gives seconds, for `deadline`. stop: asked after each epoch, ends the training with
    what is best so far. report: told of each epoch (from 1) and, while epochs are chosen, what it reached.
    """

    seed: int
    device: str = "cpu"
    precision: str = "fp32"
    deadline: float = math.inf
    clock: Callable[[], float] = time.monotonic
    stop: Callable[[], bool] = lambda: False
    report: Report = lambda epoch, hits: None

    @property
    def over(self) -> bool:
        """Whether no further epoch is to begin."""
        return self.stop() or self.clock() > self.deadline


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, its best epoch (from 1), validation by epoch, and the seconds it took."""

    model: SequenceModel
    epochs: int
    curve: tuple[Hits, ...]
    seconds: float


def fit(
    histories: Histories, config: SequenceConfig, run: Run, *, attributes: Attributes | None = None, asked: int = ASKED
) -> Fitted:
    """Trains without the last item of `asked` histories, and keeps the epoch that ranks those best (NDCG@10).

    The histories are drawn by the seed among those of three items or more (where there are none, of two).

    Raises:
        TrainingError: nothing to learn from, or the loss is not finite.
    """
    rows = _asked(histories, asked, np.random.default_rng([run.seed, 1]))
    known, targets = histories.without_last(rows), histories.last(1)[rows]
    before = known.only(rows)
    began, curve, best = run.clock(), list[Hits](), (0, -1.0, dict[str, Tensor]())
    for epoch, model in enumerate(_epochs(known, config, run, attributes), start=1):
        curve.append(Hits.of(ranks_of(model, before, targets, run.precision)))
        run.report(epoch, curve[-1])
        if curve[-1].ndcg > best[1]:
            best = (epoch, curve[-1].ndcg, copy.deepcopy(model.state_dict()))
        if epoch - best[0] >= config.patience or run.over:
            break
    if not curve:
        raise TrainingError("Nothing to learn from: no history of two items beside what is held out to choose by.")
    model.load_state_dict(best[2])
    return Fitted(model, best[0], tuple(curve), run.clock() - began)


def refit(
    histories: Histories, config: SequenceConfig, run: Run, epochs: int, *, attributes: Attributes | None = None
) -> SequenceModel | None:
    """Trains on all items for a number of epochs found by `fit`, with the same course of the rate.

    None when it was stopped before the end: what `fit` found is better than half a training.

    Raises:
        TrainingError: nothing to learn from, or the loss is not finite.
    """
    for epoch, model in enumerate(_epochs(histories, config, run, attributes), start=1):
        run.report(epoch, None)
        if epoch >= epochs:
            return model
        if run.over:
            return None
    raise TrainingError("Nothing to learn from: no history of two items.")


def _asked(histories: Histories, most: int, rng: np.random.Generator) -> np.ndarray:
    for least in (3, 2):
        rows = np.flatnonzero(histories.lengths >= least)
        if len(rows):
            break
    return np.sort(rng.permutation(rows)[: max(1, min(most, len(rows) // 2))])


def _epochs(
    histories: Histories, config: SequenceConfig, run: Run, attributes: Attributes | None
) -> Iterator[SequenceModel]:
    """After each epoch the model to serve; it is the same object each time."""
    rng = np.random.default_rng(run.seed)
    if not (histories.lengths >= 2).any():
        return
    with torch.random.fork_rng(devices=[run.device] if run.device.startswith("cuda") else []):
        torch.manual_seed(run.seed)
        model = SequenceModel(histories.count, config, attributes)
        model.begin_at(torch.from_numpy(spectral_vectors(histories, config.width, rng)))
        trainer = Trainer(model.to(run.device), histories, run.precision)
        for _ in range(config.epochs):
            trainer.epoch(rng)
            yield trainer.served
