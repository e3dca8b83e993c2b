"""Stops a training that has lost its way, before the weights have."""

from __future__ import annotations

import math
from typing import Any, Final

import torch
from torch import nn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from shelfwise.errors import TrainingError

IN_A_ROW: Final = 2
_SCALING: Final = 25  # fp16: the scale of the loss halves until it fits, and these steps are left out by themselves


class NanGuard(TrainerCallback):
    """Leaves out a step whose gradient is no number, and stops at the second in a row.

    A loss that is NaN or infinite makes such a gradient. Since the step is left out, no weight becomes NaN, and neither
    does a checkpoint that is written next.
    """

    def __init__(self) -> None:
        self._bad = 0

    def on_pre_optimizer_step(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        model: nn.Module | None = None,
        optimizer: torch.optim.Optimizer | None = None,
        **given: Any,
    ) -> None:
        """Looks at the gradients.

        Raises:
            TrainingError: they are no numbers for the second time in a row.
        """
        found = [] if model is None else [each.grad for each in model.parameters() if each.grad is not None]
        if not found or math.isfinite(torch.nn.utils.get_total_norm(found).item()):
            self._bad = 0
            return
        self._bad += 1
        if self._bad >= (_SCALING if args.fp16 else IN_A_ROW):
            rate = args.learning_rate if optimizer is None else optimizer.param_groups[0]["lr"]
            raise _lost(self._bad, state.global_step + 1, rate, args)
        if not args.fp16:
            torch._foreach_zero_(found)


def _lost(times: int, step: int, rate: float, args: TrainingArguments) -> TrainingError:
    precision = " Or train with precision bf16 or fp32." if args.fp16 else ""
    return TrainingError(
        f"Step {step}: the loss or its gradient is NaN or infinite, {times} times in a row (learning rate {rate:.2g}).",
        hint=f"Lower rate (to {args.learning_rate / 3:.2g}, say) or clip ({args.max_grad_norm:g}), or raise warmup."
        f"{precision} The last checkpoint is good.",
    )
