"""What a sequence model minimises: cross-entropy of the next item among all items, or among those that were drawn.

For a place with vector h, items' vectors e_i, scores s_i = h · e_i and the next item t:

    L = log Z − s_t
    all items:   Z = Σ_i exp(s_i)
    drawn:       Z = exp(s_t) + Σ_{n drawn, n ≠ t} exp(s_n − log(N q_n))        q: how likely a draw gives n, N draws

so that the second Z is an estimate of the first without bias.

Sources: Klenitskiy & Vasilev, RecSys 2023 (full cross-entropy in SASRec); Jean et al., ACL 2015, and Yi et al., RecSys
2019 (sampled softmax, log-Q).
"""

from __future__ import annotations

import math
from typing import Any, Final

import torch
from torch import Tensor

_BLOCK: Final = 64  # places at a time


def full_loss(vectors: Tensor, table: Tensor, targets: Tensor) -> Tensor:
    """The mean over places; vectors Float[p, d], table Float[count + 1, d], targets Int64[p] from 1."""
    loss: Tensor = _FullLoss.apply(vectors, table[1:], targets - 1)  # type: ignore[no-untyped-call]
    return loss


class _FullLoss(torch.autograd.Function):
    """Cross-entropy of p places among m items with its gradient, a few places at a time.

    p × m float32 scores do not fit a processor's cache, and going over them again and again is what takes the time; a
    block of them does. Of all places only the gradient is kept, in the numbers of the products.

        ∂L/∂s_i = (softmax(s)_i − [i = t]) / p
    """

    @staticmethod
    def forward(ctx: Any, vectors: Tensor, table: Tensor, targets: Tensor) -> Tensor:
        kind, numbers = vectors.device.type, vectors.dtype
        if torch.is_autocast_enabled(kind):
            numbers = torch.get_autocast_dtype(kind)
        low, other = vectors.to(numbers), table.to(numbers)
        slopes = torch.empty(len(vectors), len(table), dtype=numbers, device=vectors.device)
        total = torch.zeros((), dtype=torch.float32, device=vectors.device)
        aims, minus = targets[:, None], torch.full((len(vectors), 1), -1.0, device=vectors.device)
        for begin in range(0, len(vectors), _BLOCK):
            end = begin + _BLOCK
            scores = (low[begin:end] @ other.T).float()
            scores -= scores.logsumexp(dim=1, keepdim=True)
            total -= scores.gather(1, aims[begin:end]).sum()
            slopes[begin:end] = scores.exp_().scatter_add_(1, aims[begin:end], minus[begin:end])
        ctx.save_for_backward(low, other, slopes)
        return total / len(vectors)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, None]:
        low, other, slopes = ctx.saved_tensors
        scale = slope / len(low)
        return (slopes @ other).float() * scale, (slopes.T @ low).float() * scale, None


def sampled_loss(vectors: Tensor, table: Tensor, targets: Tensor, *, drawn: Tensor, log_q: Tensor) -> Tensor:
    """Likewise among `drawn` Int64[N] items with log_q Float[N] = log q of each."""
    others = (vectors @ table[drawn].T).float() - (log_q + math.log(len(drawn)))
    others = others.masked_fill(drawn == targets[:, None], -torch.inf)
    wanted = (vectors * table[targets]).sum(dim=1, dtype=torch.float32)
    return (torch.logaddexp(wanted, others.logsumexp(dim=1)) - wanted).mean()
