"""The transformer over a history: at each place a vector that lies near the items likely to come next.

    x = E[items]      x ← x + Attention(LN x)      x ← x + FFN(LN x)      h = LN x      score(i) = h · E[i]

Attention looks back only; a learned bias of each head by distance stands in the place of positions. Items have the
same vectors at both ends: their own plus the mean of their attributes'.

Sources: Kang & McAuley, ICDE 2018 (SASRec); Raffel et al., JMLR 2020 (bias by distance).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from shelfwise.training.sequences.config import SequenceConfig
from shelfwise.training.sequences.dropout import Dropout

_SPREAD: Final = 0.02  # standard deviation of weights at the start


class SequenceModel(nn.Module):
    """Inputs Int[b, t] (0: no item, on the right only) → Float[b, t, width]; `table` gives the vectors of all items."""

    def __init__(self, count: int, config: SequenceConfig, attributes: Sequence[Sequence[int]] | None = None) -> None:
        super().__init__()
        self.config = config
        self.items = nn.Embedding(count + 1, config.width)
        self.attributes = Attributes(attributes, config.width) if attributes else None
        self.dropout = Dropout(config.dropout)
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
        return self.encode(F.embedding(inputs, table))

    def encode(self, vectors: Tensor) -> Tensor:
        """Likewise from the vectors of items, Float[b, t, width]."""
        x = self.dropout(vectors * math.sqrt(self.config.width))
        for block in self.blocks:
            x = block(x)
        found: Tensor = self.norm(x)
        return found


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
        self.distances = nn.Parameter(torch.zeros(config.heads, config.length))
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dropout = Dropout(config.dropout)

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
        scores = scores + self.distances[:, gap.clamp(min=0)]
        weights = scores.masked_fill(gap < 0, -torch.inf).softmax(dim=-1)
        mixed = self.dropout(weights).to(v.dtype) @ v
        return self.out(mixed.transpose(1, 2).reshape(b, t, width))  # type: ignore[no-any-return]

    def _feed(self, x: Tensor) -> Tensor:
        fed: Tensor = self.down(self.dropout(F.gelu(self.up(x))))
        return fed
