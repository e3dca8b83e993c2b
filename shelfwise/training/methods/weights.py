"""The parts of a BERT-like transformer that methods speak of: word table, layers, heads; and which weights learn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import torch
from torch import nn

from shelfwise.errors import InputError

LAYER: Final = r"(?:.*\.)?encoder\.layer\.\d+"  # BERT, RoBERTa, XLM-RoBERTa, ELECTRA
_HEADS: Final = frozenset({"classifier", "score", "cls", "lm_head"})


@dataclass(frozen=True, slots=True)
class Trainable:
    """How many numbers of a model learn, of how many.

    >>> Trainable(3, 100).share
    0.03
    """

    trained: int
    total: int

    @property
    def share(self) -> float:
        """trained / total; 0 for a model without parameters."""
        return self.trained / self.total if self.total else 0.0


def parameters(model: nn.Module) -> Trainable:
    """Counts the parameters of a model, and those of them that learn.

    >>> parameters(nn.Linear(3, 2))
    Trainable(trained=8, total=8)
    """
    sizes = [(weight.numel(), weight.requires_grad) for weight in model.parameters()]
    return Trainable(sum(size for size, learns in sizes if learns), sum(size for size, _ in sizes))


def layers(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """The layers of a transformer with their names, first to last.

    Raises:
        InputError: the model is not built like BERT.
    """
    found = [(name, module) for name, module in model.named_modules() if re.fullmatch(LAYER, name)]
    if not found:
        raise InputError(
            f"{type(model).__name__} has no layers named encoder.layer.0, ….",
            hint="Few weights are trained in models like BERT, RoBERTa and XLM-RoBERTa; for others use `full`.",
        )
    return found


def word_table(model: nn.Module) -> nn.Parameter | None:
    """The vectors of the vocabulary, [tokens, hidden]; None where the model has none."""
    table = getattr(model, "get_input_embeddings", lambda: None)()
    found: nn.Parameter | None = getattr(table, "weight", None)
    return found


def heads(model: nn.Module) -> list[nn.Parameter]:
    """The weights of what stands on top: a classifier (and the pooler that feeds it), the words of a language model.

    An output layer tied to the word table is the table, not a head. A bare encoder has no heads.
    """
    parts = [module for name, module in model.named_children() if name in _HEADS]
    if parts:
        parts += [module for name, module in model.named_modules() if name.endswith("pooler")]
    table = word_table(model)
    return [weight for part in parts for weight in part.parameters() if weight is not table]


def poolers(model: nn.Module) -> list[nn.Parameter]:
    """The weights of a pooler that nothing reads: those of a bare encoder, which Transformers adds on loading."""
    if any(name in _HEADS for name, _ in model.named_children()):
        return []
    return [weight for name, weight in model.named_parameters() if name.startswith("pooler.")]


def train_only(model: nn.Module, learning: list[nn.Parameter]) -> None:
    """Freezes all but the heads and the given weights."""
    model.requires_grad_(False)
    for weight in [*learning, *heads(model)]:
        weight.requires_grad_(True)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """What is drawn inside depends on the seed alone, and nothing outside on what was drawn."""
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield
