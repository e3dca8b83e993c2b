"""LoRA: a change of low rank for every linear map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peft import LoraConfig
from torch import nn
from transformers import TrainerCallback

from shelfwise.training.methods import tuners


@dataclass(frozen=True, slots=True)
class LoRA:
    """W' = W + (alpha / rank) · B·A with W frozen, A [rank, in] drawn, B [out, rank] zero at first.

    rank: of the change; alpha: how strongly it counts; dropout: of what goes into A; targets: names of the linear maps.

    Relations: the default. After `merge` nothing is left of it, so that serving is as fast as before. `adalora` gives
    each map a rank of its own.

    Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, ICLR 2022.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    targets: tuple[str, ...] = tuners.TARGETS
    seed: int = 0

    name = "lora"
    mergeable = True

    def apply(self, model: nn.Module) -> nn.Module:
        """The same model, with the changes in it; they and the heads learn.

        Raises:
            InputError: the model has no such maps.
        """
        config = LoraConfig(
            r=self.rank,
            lora_alpha=self.alpha,
            lora_dropout=self.dropout,
            target_modules=tuners.pattern(model, self.targets),
        )
        return tuners.inject(model, config, self.seed)

    def merge(self, model: nn.Module) -> nn.Module:
        """The same model with plain weights and the outputs of the trained one."""
        return tuners.merge(model)

    def callbacks(self, model: nn.Module) -> Sequence[TrainerCallback]:
        """None."""
        return ()
