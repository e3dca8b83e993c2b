"""AdaLoRA: changes of low rank, the ranks handed out to the maps that need them most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from peft import AdaLoraConfig
from peft.tuners.adalora import RankAllocator
from torch import Tensor, nn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from shelfwise.training.methods import tuners

_ADAPTER = "default"


@dataclass(frozen=True, slots=True)
class AdaLoRA:
    """W' = W + (alpha / start) · P·Λ·Q: singular triplets, of which the least important are set to zero on the way.

    start: triplets of each map at first; rank: their mean number at the end; alpha, dropout, targets: as for LoRA.
    orthogonal: weight of ‖PᵀP − I‖ + ‖QQᵀ − I‖ beside the loss, which makes P·Λ·Q a singular value decomposition.

    The number of triplets falls over the middle of the training (from a tenth of the steps to seven tenths of them), as
    the callback directs: without it, this is LoRA with another start.

    Relations: for a little more than `lora` costs, when the rank must be small.

    Zhang et al., Adaptive Budget Allocation for Parameter-Efficient Fine-Tuning, ICLR 2023.
    """

    rank: int = 16
    start: int = 24
    alpha: int = 32
    dropout: float = 0.05
    orthogonal: float = 0.5
    targets: tuple[str, ...] = tuners.TARGETS
    seed: int = 0

    name = "adalora"
    mergeable = True

    def apply(self, model: nn.Module) -> nn.Module:
        """The same model, with the changes in it; they and the heads learn.

        Raises:
            InputError: the model has no such maps.
        """
        config = AdaLoraConfig(
            init_r=self.start,
            target_r=self.rank,
            lora_alpha=self.alpha,
            lora_dropout=self.dropout,
            orth_reg_weight=self.orthogonal or 1e-12,  # PEFT wants it above 0; we add it ourselves
            total_step=10,  # the callback knows
            target_modules=tuners.pattern(model, self.targets),
        )
        tuners.inject(model, config, self.seed)
        model.add_module("importance", Importance(model))
        return model

    def merge(self, model: nn.Module) -> nn.Module:
        """The same model with plain weights and the outputs of the trained one."""
        model._modules.pop("importance", None)
        return tuners.merge(model)

    def callbacks(self, model: nn.Module) -> Sequence[TrainerCallback]:
        """What hands out the ranks while `model` (as apply gave it, or one that holds it) trains."""
        inside = next(part for part in model.modules() if "importance" in part._modules)
        return (AllocateRanks(inside, self.orthogonal),)


class Importance(nn.Module):
    """How important each number of the changes has been, and how surely. A part of the model, to be in checkpoints.

    For every matrix of a change there are two buffers of its shape, float32.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.names = [name for name, _ in model.named_parameters() if "lora_" in name]
        for place, name in enumerate(self.names):
            for kind in ("mean", "spread"):
                self.register_buffer(f"{kind}{place}", torch.zeros_like(model.get_parameter(name)))

    def keep(self, allocator: RankAllocator) -> None:
        """Takes over what the allocator knows."""
        for place, name in enumerate(self.names):
            if name in allocator.ipt:
                self.get_buffer(f"mean{place}").copy_(allocator.exp_avg_ipt[name])
                self.get_buffer(f"spread{place}").copy_(allocator.exp_avg_unc[name])

    def restore(self, allocator: RankAllocator) -> None:
        """Tells the allocator what was kept."""
        for place, name in enumerate(self.names):
            allocator.exp_avg_ipt[name] = self.get_buffer(f"mean{place}").clone()
            allocator.exp_avg_unc[name] = self.get_buffer(f"spread{place}").clone()
            allocator.ipt[name] = torch.zeros_like(allocator.exp_avg_ipt[name])


class AllocateRanks(TrainerCallback):
    """Hands out the ranks after each step of the optimiser, and adds the gradient of orthogonality before it."""

    def __init__(self, model: nn.Module, orthogonal: float) -> None:
        self.model = model
        self.orthogonal = orthogonal
        self.config: Any = model.peft_config[_ADAPTER]  # type: ignore[index]
        self.allocator = RankAllocator(model, self.config, _ADAPTER)  # type: ignore[no-untyped-call]
        self.importance: Importance = model.get_submodule("importance")  # type: ignore[assignment]
        self.last = 0  # the step after which ranks stay
        self.kept: dict[str, Tensor] = {}

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any
    ) -> None:
        """Lays the schedule over the steps that there will be; goes on where a checkpoint stopped."""
        steps = max(state.max_steps, 3)
        self.config.total_step = steps
        self.config.tinit, self.config.tfinal = steps // 10, max(steps * 3 // 10, 1)
        self.config.deltaT = max(steps // 50, 1)
        self.last = steps - self.config.tfinal
        if state.global_step > self.last:
            self.kept = self._kept()
        elif state.global_step > 0:
            self.importance.restore(self.allocator)

    def on_pre_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any
    ) -> None:
        """Adds the gradient of the orthogonality of P and Q."""
        if self.orthogonal > 0:
            weights = [weight for name, weight in self.model.named_parameters() if "lora_A" in name or "lora_B" in name]
            for weight, gradient in zip(weights, torch.autograd.grad(departure(weights), weights), strict=True):
                if weight.grad is not None:
                    weight.grad.add_(gradient, alpha=self.orthogonal)

    def on_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any
    ) -> None:
        """Measures importance, and sets to zero what the schedule no longer pays for."""
        if state.global_step <= self.last:
            over = state.global_step == self.last
            self.allocator.update_and_allocate(self.model, state.global_step, force_mask=over)  # type: ignore[no-untyped-call]
            self.importance.keep(self.allocator)
            if over:
                self.kept = self._kept()
        else:
            with torch.no_grad():
                for name, kept in self.kept.items():
                    self.model.get_parameter(name).mul_(kept)

    def _kept(self) -> dict[str, Tensor]:
        """Of each map the triplets that are left: those whose value is not zero."""
        return {
            name: (weight.detach() != 0).to(weight.dtype)
            for name, weight in self.model.named_parameters()
            if "lora_E" in name
        }


def departure(weights: Sequence[Tensor]) -> Tensor:
    """How far P [out, start] and Q [start, in] are from orthogonal: mean of ‖MMᵀ − I‖ (Frobenius), a scalar."""
    found = []
    for weight in weights:
        rows = weight if weight.shape[0] <= weight.shape[1] else weight.T  # [start, width]
        gram = rows @ rows.T  # [start, start]
        found.append(torch.linalg.norm(gram - torch.eye(len(gram), device=gram.device)))
    return torch.stack(found).mean()
