"""The transformer over a history: at each place a vector that lies near the items likely to come next.

    x = E[items] (+ P)      x ← x + Attention(LN x)      x ← x + FFN(LN x)      h = LN x      score(i) = h · E[i]

Attention looks back only. Items have the same vectors at both ends: their own plus the mean of their attributes'.

Sources: Kang & McAuley, ICDE 2018 (SASRec); Shaw et al. 2018 (relative positions); Shazeer 2020 (SwiGLU).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from shelfwise.training.sequences.config import SequenceConfig

_SPREAD: Final = 0.02  # standard deviation of weights at the start


class SequenceModel(nn.Module):
    """Inputs Int[b, t] (0: no item, on the right only) → Float[b, t, width]; `table` gives the vectors of all items."""

    def __init__(self, count: int, config: SequenceConfig, attributes: Sequence[Sequence[int]] | None = None) -> None:
        super().__init__()
        self.config = config
        self.items = nn.Embedding(count + 1, config.width)
        self.attributes = Attributes(attributes, config.width) if attributes and config.attributes else None
        learned = config.positions != "relative"
        self.places = nn.Parameter(torch.empty(config.length, config.width)) if learned else None
        self.input_dropout = nn.Dropout(config.input_dropout)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(config.width)
        self._start()

    def _start(self) -> None:
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1 and not name.endswith("distances"):
                nn.init.trunc_normal_(parameter, std=_SPREAD)

    def begin_at(self, vectors: Tensor) -> None:
        """Sets the items' own vectors: Float[count + 1, width] with a mean square of 1."""
        with torch.no_grad():
            self.items.weight.copy_(vectors * _SPREAD)

    def table(self) -> Tensor:
        """The vectors of items 0 … count: Float[count + 1, width]."""
        own: Tensor = self.items.weight
        if self.attributes is None:
            return own
        shared: Tensor = self.attributes()
        return own + shared

    def forward(self, inputs: Tensor, table: Tensor | None = None) -> Tensor:
        """The vector at each place; `table` if it was computed already."""
        table = self.table() if table is None else table
        x = F.embedding(inputs, table) * math.sqrt(self.config.width)
        if self.places is not None:
            x = x + self._position(inputs)
        x = self.input_dropout(x)
        for block in self.blocks:
            x = block(x)
        found: Tensor = self.norm(x)
        return found

    def _position(self, inputs: Tensor) -> Tensor:
        assert self.places is not None
        place = torch.arange(inputs.shape[1], device=inputs.device)
        if self.config.positions == "start":
            return self.places[place]
        lengths = (inputs != 0).sum(dim=1, keepdim=True)
        return self.places[(lengths - 1 - place).clamp(min=0)]


class Attributes(nn.Module):
    """The mean of the vectors of each item's attributes; zero for an item without any."""

    def __init__(self, lists: Sequence[Sequence[int]], width: int) -> None:
        super().__init__()
        flat = [number for numbers in lists for number in numbers]
        self.weight = nn.Parameter(torch.empty(max(flat, default=0) + 1, width))
        starts = torch.tensor([0, *(len(numbers) for numbers in lists)]).cumsum(0)[:-1]
        self.register_buffer("flat", torch.tensor(flat, dtype=torch.int64), persistent=False)
        self.register_buffer("starts", starts, persistent=False)
        self.flat: Tensor
        self.starts: Tensor

    def forward(self) -> Tensor:
        """Float[count + 1, width]."""
        return F.embedding_bag(self.flat, self.weight, self.starts, mode="mean")


class Block(nn.Module):
    """One block, normalised before each part."""

    def __init__(self, config: SequenceConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        relative = config.positions == "relative"
        self.distances = nn.Parameter(torch.zeros(config.heads, config.length)) if relative else None
        inner = 8 * width // 3 if config.gated else 4 * width
        self.up, self.down = nn.Linear(width, 2 * inner if config.gated else inner), nn.Linear(inner, width)
        self.gated = config.gated
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Float[b, t, width] → the same."""
        x = x + self.dropout(self._attend(self.first(x)))
        fed: Tensor = self.dropout(self._feed(self.second(x)))
        return x + fed

    def _attend(self, x: Tensor) -> Tensor:
        b, t, width = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-1, -2)).float() / math.sqrt(width // self.heads)
        place = torch.arange(t, device=x.device)
        gap = place[:, None] - place
        if self.distances is not None:
            scores = scores + self.distances[:, gap.clamp(min=0)]
        weights = scores.masked_fill(gap < 0, -torch.inf).softmax(dim=-1)
        mixed = self.dropout(weights).to(v.dtype) @ v
        return self.out(mixed.transpose(1, 2).reshape(b, t, width))  # type: ignore[no-any-return]

    def _feed(self, x: Tensor) -> Tensor:
        x = self.up(x)
        if self.gated:
            gate, x = x.chunk(2, dim=-1)
            return self.down(self.dropout(F.silu(gate) * x))  # type: ignore[no-any-return]
        return self.down(self.dropout(F.gelu(x)))  # type: ignore[no-any-return]
