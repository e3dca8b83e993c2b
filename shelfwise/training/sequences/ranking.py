"""All items ranked for each history, in blocks: what leave-one-out measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from shelfwise.training.running.precision import autocast
from shelfwise.training.sequences.histories import Histories
from shelfwise.training.sequences.model import SequenceModel
from shelfwise.types import Float32, Int32, Int64

_BLOCK: Final = 1024


@dataclass(frozen=True, slots=True)
class Hits:
    """NDCG@10 and HR@10 of one relevant item a shopper, all items ranked."""

    ndcg: float
    hr: float

    @classmethod
    def of(cls, ranks: Int64) -> Hits:
        """From ranks counted from 0."""
        hit = ranks < 10
        return cls(float(np.mean(hit / np.log2(ranks + 2))), float(np.mean(hit)))


@torch.inference_mode()
def shopper_vectors(model: SequenceModel, histories: Histories, precision: str = "fp32") -> Float32:
    """The vector at the last item of each history, zero for an empty one: Float32[s, width]."""
    model.eval()
    found = np.zeros((len(histories), model.config.width), dtype=np.float32)
    for rows, vectors in _vectors(model, histories, precision):
        found[rows] = vectors.float().cpu().numpy()
    return found


@torch.inference_mode()
def ranks_of(model: SequenceModel, histories: Histories, targets: Int32, precision: str = "fp32") -> Int64:
    """How many items come before each target (ties count as before), items of the history left out: Int64[s]."""
    model.eval()
    device = model.items.weight.device
    table = model.table()
    ranks = np.full(len(histories), histories.count, dtype=np.int64)
    for rows, vectors in _vectors(model, histories, precision):
        values = vectors.float() @ table.T  # in 16 bits many would tie
        wanted = _on(targets[rows], device)[:, None]
        best = values.gather(1, wanted)
        values.scatter_(1, _on(histories.padded(rows, int(histories.lengths[rows].max())), device), -torch.inf)
        values.scatter_(1, wanted, -torch.inf)
        values[:, 0] = -torch.inf
        ranks[rows] = (values >= best).sum(dim=1).cpu().numpy()
    return ranks


def _vectors(model: SequenceModel, histories: Histories, precision: str) -> Iterator[tuple[Int64, Tensor]]:
    device = model.items.weight.device
    table = model.table()
    rows = np.argsort(histories.lengths, kind="stable")
    rows = rows[histories.lengths[rows] > 0]
    for at in range(0, len(rows), _BLOCK):
        block = rows[at : at + _BLOCK]
        inputs = histories.padded(block, model.config.length)
        last = _on((inputs != 0).sum(axis=1) - 1, device)
        with autocast(precision, device):
            yield block, model(_on(inputs, device), table)[torch.arange(len(block), device=device), last]


def _on(array: np.ndarray[Any, Any], device: torch.device) -> Tensor:
    return torch.from_numpy(array.astype(np.int64)).to(device, non_blocking=True)
