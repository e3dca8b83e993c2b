"""The contract of methods: which weights of a language model learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import nn
from transformers import TrainerCallback


class Method(Protocol):
    """Prepares a transformer for training and gives it back as one without additions, where that can be.

    apply: freezes what stays as it is, adds what is added; the model that trains (another object, perhaps).
    merge: the trained model as a plain one of the same architecture as before apply. Additions that are no change of
    weights (a prefix, a bottleneck) stay: `mergeable` is then False and the model comes back with them.
    callbacks: what must hear of the steps of the training of an applied model; most methods need none.
    """

    @property
    def name(self) -> str: ...

    @property
    def mergeable(self) -> bool: ...

    def apply(self, model: nn.Module) -> nn.Module: ...

    def merge(self, model: nn.Module) -> nn.Module: ...

    def callbacks(self, model: nn.Module) -> Sequence[TrainerCallback]: ...
