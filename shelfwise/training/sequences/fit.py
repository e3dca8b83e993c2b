"""Trains a sequence model; with a held-out item it finds the number of epochs, then fits again on all there is."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from shelfwise.errors import TrainingError
from shelfwise.training.running.precision import autocast
from shelfwise.training.sequences.augmentation import changed
from shelfwise.training.sequences.batches import Batch, batches
from shelfwise.training.sequences.config import SequenceConfig
from shelfwise.training.sequences.histories import Histories
from shelfwise.training.sequences.loss import full_loss, sampled_loss
from shelfwise.training.sequences.model import SequenceModel
from shelfwise.training.sequences.ranking import Hits, ranks_of
from shelfwise.training.sequences.spectral import spectral_vectors

Attributes = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Run:
    """Where and from which seed a training runs. precision: fp32 or bf16. clock: gives seconds, for `deadline`."""

    seed: int
    device: str = "cpu"
    precision: str = "fp32"
    deadline: float = math.inf
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, its best epoch (from 1), validation by epoch, and the seconds it took."""

    model: SequenceModel
    epochs: int
    curve: tuple[Hits, ...]
    seconds: float


def fit(
    histories: Histories,
    config: SequenceConfig,
    run: Run,
    *,
    attributes: Attributes | None = None,
    report: Callable[[int, Hits], None] | None = None,
) -> Fitted:
    """Trains on all but the last item of each history, and keeps the epoch that ranks that item best (NDCG@10).

    Raises:
        TrainingError: nothing to learn from, the loss is not finite, or no epoch ended before the deadline.
    """
    known, targets = histories.before(1), histories.last(1)
    began, curve, best = run.clock(), list[Hits](), (0, -1.0, dict[str, Tensor]())
    for epoch, model in enumerate(_epochs(known, config, run, attributes), start=1):
        rows = np.flatnonzero((targets > 0) & (known.lengths > 0))
        curve.append(Hits.of(ranks_of(model, known, targets, run.precision)[rows]))
        if report is not None:
            report(epoch, curve[-1])
        if curve[-1].ndcg > best[1]:
            best = (epoch, curve[-1].ndcg, copy.deepcopy(model.state_dict()))
        if epoch - best[0] >= config.patience or run.clock() > run.deadline:
            break
    if not curve:
        raise TrainingError("No epoch ended: give more time or more histories of two items.")
    model.load_state_dict(best[2])
    return Fitted(model, best[0], tuple(curve), run.clock() - began)


def refit(
    histories: Histories, config: SequenceConfig, run: Run, epochs: int, *, attributes: Attributes | None = None
) -> SequenceModel:
    """Trains on all items for a number of epochs found by `fit`, with the same course of the rate.

    Raises:
        TrainingError: nothing to learn from, or the loss is not finite.
    """
    model = None
    for epoch, model in enumerate(_epochs(histories, config, run, attributes), start=1):  # noqa: B007
        if epoch >= epochs:
            break
    if model is None:
        raise TrainingError("Nothing to learn from: no history of two items.")
    return model


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
        if config.spectral:
            model.begin_at(torch.from_numpy(spectral_vectors(histories, config.width, rng)))
        trainer = Trainer(model.to(run.device), config, run, histories)
        for _ in range(config.epochs):
            trainer.epoch(rng)
            yield trainer.served


class Trainer:
    """A model in training: its optimiser, the course of the rate, the running mean of weights."""

    def __init__(self, model: SequenceModel, config: SequenceConfig, run: Run, histories: Histories) -> None:
        self.model, self.config, self.run, self.histories = model, config, run, histories
        self.device = torch.device(run.device)
        plain = [parameter for parameter in model.parameters() if parameter.ndim < 2]
        decayed = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
        groups: list[dict[str, Any]] = [{"params": decayed}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, config.rate, (0.9, 0.98), weight_decay=config.decay, fused=True)
        self.steps_an_epoch = max(1, math.ceil(int((histories.lengths >= 2).sum()) / config.batch))
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self._rate)
        averaging = get_ema_multi_avg_fn(config.average)  # type: ignore[no-untyped-call]
        self.mean = AveragedModel(model, multi_avg_fn=averaging) if config.average else None
        self.popularity = self._popularity()

    @property
    def served(self) -> SequenceModel:
        """The model whose weights are used for answers."""
        if self.mean is None:
            return self.model
        mean: Any = self.mean.module
        served: SequenceModel = mean
        return served

    def _rate(self, step: int) -> float:
        epoch = step / self.steps_an_epoch
        if epoch < self.config.warmup:
            return (step + 1) / (self.config.warmup * self.steps_an_epoch)
        done = (epoch - self.config.warmup) / max(self.config.epochs - self.config.warmup, 1e-9)
        return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))

    def _popularity(self) -> Tensor:
        """How likely each item is drawn: as the root of its count (plus one)."""
        counts = np.bincount(self.histories.items, minlength=self.histories.count + 1).astype(np.float64) + 1
        counts[0] = 0
        return torch.from_numpy(np.sqrt(counts) / np.sqrt(counts).sum()).float().to(self.device)

    def epoch(self, rng: np.random.Generator) -> None:
        """One pass over all histories, changed anew."""
        config = self.config
        data = changed(self.histories, rng, drop=config.drop, swap=config.swap, reverse=config.reverse)
        self.model.train()
        total = torch.zeros((), device=self.device)
        for batch in batches(data, rng, size=config.batch, length=config.length, horizon=config.horizon):
            total += self._step(batch)
        if not math.isfinite(float(total)):
            raise TrainingError(f"The loss is no longer finite: found {float(total)}; a smaller rate may help.")

    def _step(self, batch: Batch) -> Tensor:
        with autocast(self.run.precision, self.device):
            loss = self._loss(batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0, foreach=True)
        self.optimizer.step()
        self.schedule.step()
        if self.mean is not None:
            self.mean.update_parameters(self.model)
        return loss.detach()

    def _loss(self, batch: Batch) -> Tensor:
        inputs, places, targets = (self._tensor(array) for array in (batch.inputs, batch.places, batch.targets))
        table = self.model.table()
        vectors = self.model(inputs, table).flatten(0, 1)[places]
        seen = _seen(inputs, places)
        if not self.config.negatives:
            return full_loss(vectors, table, targets, seen, self.config)
        drawn = torch.multinomial(self.popularity, self.config.negatives, replacement=True)
        return sampled_loss(vectors, table, targets, seen, self.config, drawn=drawn, log_q=self.popularity[drawn].log())

    def _tensor(self, array: np.ndarray[Any, Any]) -> Tensor:
        return torch.from_numpy(array.astype(np.int64)).to(self.device, non_blocking=True)


def _seen(inputs: Tensor, places: Tensor) -> Tensor:
    """The items up to each place, zeros after it: Int64[p, t]."""
    width = inputs.shape[1]
    later = torch.arange(width, device=inputs.device) > (places % width)[:, None]
    return inputs[places // width].masked_fill(later, 0)
