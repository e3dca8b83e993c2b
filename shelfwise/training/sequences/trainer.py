"""One model in training: steps and epochs, the course of the rate, the running mean of weights."""

from __future__ import annotations

import math
import os
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from shelfwise.errors import TrainingError
from shelfwise.training.running.precision import autocast
from shelfwise.training.sequences.batches import Batch, batches
from shelfwise.training.sequences.config import SequenceConfig
from shelfwise.training.sequences.histories import Histories
from shelfwise.training.sequences.loss import full_loss, sampled_loss
from shelfwise.training.sequences.model import SequenceModel

_KERNELS: Final = "64"  # of oneDNN that are kept


class Trainer:
    """Trains a model where it lies; `served` is the running mean of its weights. precision: fp32 or bf16."""

    def __init__(self, model: SequenceModel, histories: Histories, precision: str) -> None:
        # batches have hundreds of shapes, and the kernels of each are kept with their memory: 5 GB after ten epochs
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _KERNELS)
        self.model, self.histories, self.precision = model, histories, precision
        self.config: SequenceConfig = model.config
        self.device = model.items.weight.device
        plain = [parameter for parameter in model.parameters() if parameter.ndim < 2]
        decayed = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
        groups: list[dict[str, Any]] = [{"params": decayed}, {"params": plain, "weight_decay": 0.0}]
        rate, decay = self.config.rate, self.config.decay
        self.optimizer = torch.optim.AdamW(groups, rate, (0.9, 0.98), weight_decay=decay, fused=True)
        self.steps_an_epoch = max(1, math.ceil(int((histories.lengths >= 2).sum()) / self.config.batch))
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self._rate)
        averaging = get_ema_multi_avg_fn(self.config.average)  # type: ignore[no-untyped-call]
        self.mean = AveragedModel(model, multi_avg_fn=averaging)
        self.popularity = self._popularity()

    @property
    def served(self) -> SequenceModel:
        """The model whose weights are used for answers."""
        mean: Any = self.mean.module
        served: SequenceModel = mean
        return served

    def epoch(self, rng: np.random.Generator) -> None:
        """One pass over all histories. Raises TrainingError when the loss is no number."""
        self.model.train()
        total = torch.zeros((), device=self.device)
        for batch in batches(self.histories, rng, size=self.config.batch, length=self.config.length):
            total += self.step(batch)
        if not math.isfinite(float(total)):
            raise TrainingError(
                f"The loss is no longer finite: found {float(total)}.", hint=f"Lower rate ({self.config.rate:g})."
            )

    def _rate(self, step: int) -> float:
        epoch = step / self.steps_an_epoch
        if epoch < 1:
            return (step + 1) / self.steps_an_epoch
        done = (epoch - 1) / max(self.config.epochs - 1, 1)
        return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))

    def _popularity(self) -> Tensor:
        """How likely each item is drawn: as the root of its count (plus one)."""
        counts = np.bincount(self.histories.items, minlength=self.histories.count + 1).astype(np.float64) + 1
        counts[0] = 0
        return torch.from_numpy(np.sqrt(counts) / np.sqrt(counts).sum()).float().to(self.device)

    def step(self, batch: Batch) -> Tensor:
        """Moves the weights after one batch; its loss."""
        with autocast(self.precision, self.device):
            loss = self._loss(batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0, foreach=True)
        self.optimizer.step()
        self.schedule.step()
        self.mean.update_parameters(self.model)
        return loss.detach()

    def _loss(self, batch: Batch) -> Tensor:
        inputs, places, targets = (self._tensor(array) for array in (batch.inputs, batch.places, batch.targets))
        table = self.model.table()
        vectors = self.model(inputs, table).flatten(0, 1)[places]
        if not self.config.negatives:
            return full_loss(vectors, table, targets)
        drawn = torch.multinomial(self.popularity, self.config.negatives, replacement=True)
        return sampled_loss(vectors, table, targets, drawn=drawn, log_q=self.popularity[drawn].log())

    def _tensor(self, array: np.ndarray[Any, Any]) -> Tensor:
        return torch.from_numpy(array.astype(np.int64)).to(self.device, non_blocking=True)
