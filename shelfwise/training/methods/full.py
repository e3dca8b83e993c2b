"""All weights learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn
from transformers import TrainerCallback

from shelfwise.training.methods.weights import poolers, word_table


@dataclass(frozen=True, slots=True)
class Full:
    """Trains every weight that has a part in the output; the table of words only where `words` says so.

    The table holds four fifths of a bilingual model's weights. A shop's examples touch few of its rows, and rows that
    moved stop fitting those that did not; frozen, it also costs no optimiser state.

    Relations: the most that a model can learn, for the most memory. `lora` comes close with a hundredth of the weights.
    """

    words: bool = False
    seed: int = 0

    name = "full"
    mergeable = True

    def apply(self, model: nn.Module) -> nn.Module:
        """The same model, ready to train."""
        model.requires_grad_(True)
        table = None if self.words else word_table(model)
        for weight in (table, *poolers(model)):
            if weight is not None:
                weight.requires_grad_(False)
        return model

    def merge(self, model: nn.Module) -> nn.Module:
        """The same model, free of freezing."""
        return model.requires_grad_(True)

    def callbacks(self, model: nn.Module) -> Sequence[TrainerCallback]:
        """None."""
        return ()
