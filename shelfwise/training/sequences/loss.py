"""What a sequence model minimises: cross-entropy of the next items among all items, or among all that were drawn.

For a place with vector h, items' vectors e_i, scores s_i = h·e_i (or cos(h, e_i)/τ) and next items t_1 … t_H:

    L = Σ_j w_j (log Z − s_{t_j})        w_j ∝ fade^(j−1) over the next items that there are

    all items:   Z = Σ_i exp(s_i)
    drawn:       Z = exp(s_t) + Σ_{n drawn, n ≠ t} exp(s_n − log(N q_n))        q: how likely a draw gives n, N draws

so that the second is an estimate of the first without bias of Z. Items seen before a place are left out of Z, except
its targets.

Sources: Klenitskiy & Vasilev, RecSys 2023 (full cross-entropy in SASRec); Jean et al., ACL 2015, and Yi et al., RecSys
2019 (sampled softmax, log-Q); Pancha et al., KDD 2022 (all the next actions as targets).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from shelfwise.training.sequences.config import SequenceConfig


def scores(vectors: Tensor, table: Tensor, temperature: float | None) -> Tensor:
    """Float32[p, m]: inner products, or cosines divided by the temperature."""
    if temperature is None:
        return (vectors @ table.T).float()
    return ((F.normalize(vectors, dim=-1) / temperature) @ F.normalize(table, dim=-1).T).float()


def full_loss(vectors: Tensor, table: Tensor, targets: Tensor, seen: Tensor, config: SequenceConfig) -> Tensor:
    """The mean over places; vectors Float[p, d], table Float[count + 1, d], targets Int64[p, H], seen Int64[p, t]."""
    logits = scores(vectors, table, config.temperature)
    wanted = logits.gather(1, targets)
    aim = (wanted * _weights(targets, config.fade)).sum(dim=1)
    if config.smoothing:
        aim = (1 - config.smoothing) * aim + config.smoothing * logits[:, 1:].mean(dim=1)
    none = torch.zeros(len(seen), 1, dtype=torch.int64, device=seen.device)
    hidden = torch.cat([none, seen], dim=1) if config.mask_seen else none
    again = wanted.masked_fill(targets == 0, -torch.inf)  # a target can be among what was seen
    return (logits.scatter(1, hidden, -torch.inf).scatter_(1, targets, again).logsumexp(dim=1) - aim).mean()


def sampled_loss(
    vectors: Tensor,
    table: Tensor,
    targets: Tensor,
    seen: Tensor,
    config: SequenceConfig,
    *,
    drawn: Tensor,
    log_q: Tensor,
) -> Tensor:
    """Likewise among `drawn` Int64[N] items with log_q Float[N] = log q of each."""
    others = scores(vectors, table[drawn], config.temperature) - (log_q + math.log(len(drawn)))
    if config.mask_seen:
        others = others.masked_fill(_member(drawn, seen, len(table)), -torch.inf)
    pairs = table[targets]
    if config.temperature is None:
        wanted = torch.einsum("pd,phd->ph", vectors, pairs).float()
    else:
        wanted = torch.einsum("pd,phd->ph", F.normalize(vectors, dim=-1), F.normalize(pairs, dim=-1)).float()
        wanted = wanted / config.temperature
    rest = others.masked_fill(_member(drawn, targets, len(table)), -torch.inf).logsumexp(dim=1, keepdim=True)
    total = torch.logaddexp(wanted.masked_fill(targets == 0, -torch.inf).logsumexp(dim=1, keepdim=True), rest)
    return ((total - wanted) * _weights(targets, config.fade)).sum(dim=1).mean()


def _member(drawn: Tensor, lists: Tensor, size: int) -> Tensor:
    """Bool[p, N]: whether a drawn item is in a place's list."""
    marks = torch.zeros(len(lists), size, dtype=torch.bool, device=lists.device)
    return marks.scatter(1, lists, True)[:, drawn]


def _weights(targets: Tensor, fade: float) -> Tensor:
    weights = fade ** torch.arange(targets.shape[1], device=targets.device) * (targets != 0)
    return weights / weights.sum(dim=1, keepdim=True)
