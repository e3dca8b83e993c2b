"""The lower layers of multilingual-e5-small, tuned to label characters. Needs PyTorch, for training only.

    p(label | unit) = softmax(W·h + b),   h the state of the unit's first character after the last layer

The loss is the cross-entropy of the labels. AdamW with a learning rate that rises over the first tenth of the steps
and falls to 0; layer l of n has the rate × DECAY^(n−1−l); the word table stays as it is.

Sources: Devlin et al., BERT, NAACL 2019 (tagging by the first piece); Howard and Ruder, ULMFiT, ACL 2018 (a rate for
each layer).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from shelfwise.language.encoders.e5_weights import E5Weights
from shelfwise.types import Float32
from shelfwise.understanding.tagging.characters import Characters, Encoded

LAYERS: Final = 6  # of 12
EPOCHS: Final = 5
BATCH: Final = 32
RATE: Final = 2e-4
HEAD_RATE: Final = 1e-3
DECAY: Final = 0.9
DROPOUT: Final = 0.1
_NONE: Final = -100  # no label: what cross_entropy leaves out

Progress = Callable[[int, int], None]  # steps done, steps in all


@dataclass(frozen=True, slots=True)
class Example:
    """A text's tokens, and a label (a column) for each of its units."""

    encoded: Encoded
    labels: list[int]


@dataclass(frozen=True, slots=True)
class Dense:
    """A matrix as a layer of E5Weights.blocks."""

    values: Float32

    def dense(self) -> Float32:
        """The weights, Float32[rows, columns]."""
        return self.values


@dataclass(frozen=True, slots=True)
class Tuned:
    """The encoder as tuned, its word table cut to the characters, and W Float32[labels, hidden], b Float32[labels]."""

    weights: E5Weights
    head: Float32
    bias: Float32


class _Layer(nn.Module):
    def __init__(self, weights: E5Weights, at: str) -> None:
        super().__init__()
        self.heads = weights.heads
        self.parts = nn.ModuleDict({part: _linear(weights, at + part) for part in _MATRICES})
        self.norms = nn.ModuleDict({part: _norm(weights, at + part) for part in _NORMS})

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        n, t, d = x.shape
        split = (n, t, self.heads, d // self.heads)
        q, k, v = (self.parts[part](x).view(split).transpose(1, 2) for part in "qkv")  # [n, heads, t, d/heads]
        scores = (q * (d // self.heads) ** -0.5) @ k.transpose(-1, -2) + mask  # [n, heads, t, t]
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, d)
        x = self.norms["aln"](x + self._drop(self.parts["ao"](mixed)))
        inner: Tensor = functional.gelu(self.parts["fi"](x))
        found: Tensor = self.norms["oln"](x + self._drop(self.parts["fo"](inner)))
        return found

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, DROPOUT, self.training)


_MATRICES: Final = ("q", "k", "v", "ao", "fi", "fo")
_NORMS: Final = ("aln", "oln")


class _Network(nn.Module):
    def __init__(self, weights: E5Weights, characters: Characters, labels: int) -> None:
        super().__init__()
        floats, hidden = weights.floats, weights.hidden
        table, rows = weights.blocks["emb.word"], characters.rows(weights)
        cut = replace(table, nibbles=table.nibbles[rows], scales=table.scales[rows])
        self.words = nn.Embedding.from_pretrained(torch.tensor(cut.dense()), freeze=True)  # type: ignore[no-untyped-call]
        places = floats["emb.pos"].reshape(-1, hidden) + floats["emb.type"].reshape(-1, hidden)[0]
        self.places = nn.Embedding.from_pretrained(torch.tensor(places), freeze=True)  # type: ignore[no-untyped-call]
        self.norm = _norm(weights, "emb.ln")
        self.layers = nn.ModuleList(_Layer(weights, f"l{layer}.") for layer in range(min(LAYERS, weights.layers)))
        self.head = nn.Linear(hidden, labels)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        x = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])  # [n, t, hidden]
        hide = torch.zeros(mask.shape).masked_fill_(~mask, -1e4)[:, None, None, :]
        for layer in self.layers:
            x = layer(functional.dropout(x, DROPOUT, self.training) if layer is self.layers[0] else x, hide)
        found: Tensor = self.head(functional.dropout(x, DROPOUT, self.training))  # [n, t, labels]
        return found

    def groups(self) -> list[dict[str, Any]]:
        """What AdamW tunes, and how fast."""
        rates = [RATE * DECAY**below for below in range(len(self.layers) + 1)]
        layers = [
            {"params": list(layer.parameters()), "lr": rate}
            for layer, rate in zip(reversed(self.layers), rates, strict=False)
        ]
        head = {"params": list(self.head.parameters()), "lr": HEAD_RATE}
        return [head, *layers, {"params": list(self.norm.parameters()), "lr": rates[-1]}]

    def tuned(self, weights: E5Weights, characters: Characters) -> Tuned:
        floats, blocks = dict(weights.floats), dict[str, Any](weights.blocks)
        for name, module in self._named():
            if isinstance(module, nn.Linear):
                blocks[f"{name}.w"] = Dense(_array(module.weight))
            else:
                floats[f"{name}.w"] = _array(module.weight)
            floats[f"{name}.b"] = _array(module.bias)
        rows, table = characters.rows(weights), weights.blocks["emb.word"]
        blocks["emb.word"] = replace(table, nibbles=table.nibbles[rows], scales=table.scales[rows])
        pieces = [weights.pieces[row] for row in rows]
        cut = replace(weights, layers=len(self.layers), pieces=pieces, floats=floats, blocks=blocks)
        return Tuned(cut, _array(self.head.weight), _array(self.head.bias))

    def _named(self) -> Iterator[tuple[str, Any]]:
        yield "emb.ln", self.norm
        for at, layer in enumerate(self.layers):
            yield from ((f"l{at}.{part}", module) for part, module in layer.parts.items())  # type: ignore[union-attr,operator]
            yield from ((f"l{at}.{part}", module) for part, module in layer.norms.items())  # type: ignore[union-attr,operator]


def tune(
    weights: E5Weights,
    characters: Characters,
    examples: Sequence[Example],
    labels: int,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Tuned:
    """The encoder tuned to examples."""
    torch.manual_seed(seed)
    order = random.Random(seed)
    network = _Network(weights, characters, labels)
    optimiser = torch.optim.AdamW(network.groups(), betas=(0.9, 0.98), weight_decay=0.01)
    steps = EPOCHS * math.ceil(len(examples) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    done = 0
    for _ in range(EPOCHS):
        for batch in _batches(examples, order):
            ids, mask, wanted = _tensors(batch)
            with _precision():
                found = network(ids, mask)
            functional.cross_entropy(found.float().transpose(1, 2), wanted, ignore_index=_NONE).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            done += 1
            if progress is not None:
                progress(done, steps)
    return network.tuned(weights, characters)


def _rate(step: int, steps: int) -> float:
    rising = 0.1 * steps
    return (step + 1) / (rising + 1) if step < rising else max(0.0, (steps - step) / (steps - rising))


def _batches(examples: Sequence[Example], order: random.Random) -> list[list[Example]]:
    """All examples in batches of similar length, in random order."""
    mixed = list(examples)
    order.shuffle(mixed)
    mixed.sort(key=lambda one: len(one.encoded.ids) + 4 * order.random())
    batches = [mixed[at : at + BATCH] for at in range(0, len(mixed), BATCH)]
    order.shuffle(batches)
    return batches


def _tensors(batch: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
    """ids Int64[n, t], mask Bool[n, t], labels Int64[n, t]."""
    longest = max(len(one.encoded.ids) for one in batch)
    ids = torch.full((len(batch), longest), 1)
    wanted = torch.full((len(batch), longest), _NONE)
    for row, one in enumerate(batch):
        ids[row, : len(one.encoded.ids)] = torch.tensor(one.encoded.ids)
        wanted[row, one.encoded.firsts] = torch.tensor(one.labels[: len(one.encoded.firsts)])
    return ids, ids != 1, wanted


def _precision() -> AbstractContextManager[Any]:
    """bfloat16 where the processor multiplies it in hardware (AMX): five times as fast; elsewhere it is slower."""
    fast = getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)()
    return torch.autocast("cpu", torch.bfloat16, enabled=fast)


def _linear(weights: E5Weights, name: str) -> nn.Linear:
    matrix = weights.blocks[f"{name}.w"].dense()
    module = nn.Linear(matrix.shape[1], matrix.shape[0])
    module.weight.data = torch.tensor(matrix)
    module.bias.data = torch.tensor(weights.floats[f"{name}.b"])
    return module


def _norm(weights: E5Weights, name: str) -> nn.LayerNorm:
    module = nn.LayerNorm(weights.hidden, weights.epsilon)
    module.weight.data = torch.tensor(weights.floats[f"{name}.w"])
    module.bias.data = torch.tensor(weights.floats[f"{name}.b"])
    return module


def _array(values: Tensor) -> Float32:
    found: Float32 = values.detach().numpy().astype(np.float32)
    return found
