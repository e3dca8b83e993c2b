"""AdaLoRA hands its ranks out over the training, keeps to them, and goes on after an interruption."""

from __future__ import annotations

import copy
from itertools import pairwise

import torch
from torch import nn
from transformers import TrainerControl, TrainerState, TrainingArguments

from shelfwise.training.methods.adalora import AdaLoRA, AllocateRanks, departure
from tests.training.tiny import loss, tiny

STEPS = 20
WAY = AdaLoRA(rank=2, start=4, dropout=0.0)


def ranks(model: nn.Module) -> list[int]:
    return [int((weight != 0).sum()) for name, weight in model.named_parameters() if "lora_E" in name]


def factors(model: nn.Module) -> list[nn.Parameter]:
    return [weight for name, weight in model.named_parameters() if "lora_A" in name or "lora_B" in name]


def run(model: nn.Module, first: int, last: int, optimiser: torch.optim.Optimizer) -> list[int]:
    """Steps first to last - 1 as a trainer makes them; the number of triplets left after each."""
    arguments = TrainingArguments(report_to=[], use_cpu=True)
    state, control = TrainerState(max_steps=STEPS, global_step=first), TrainerControl()
    (callback,) = WAY.callbacks(model)
    callback.on_train_begin(arguments, state, control)
    found = []
    for step in range(first, last):
        state.global_step = step
        optimiser.zero_grad()
        loss(model).backward()
        callback.on_pre_optimizer_step(arguments, state, control)
        optimiser.step()
        callback.on_optimizer_step(arguments, state, control)
        found.append(sum(ranks(model)))
    return found


def optimiser_of(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD([weight for weight in model.parameters() if weight.requires_grad], lr=0.3)


def test_the_budget_falls_to_the_target_and_stays() -> None:
    model = WAY.apply(tiny())
    maps = len(ranks(model))
    left = run(model, 0, STEPS, optimiser_of(model))
    assert left[0] == 4 * maps
    assert left[STEPS // 2] < 4 * maps
    final = left[STEPS - 5 :]
    assert set(final) == {2 * maps}
    assert len(set(ranks(model))) > 1  # some maps have more than others
    assert all(later <= earlier for earlier, later in pairwise(left))


def test_the_factors_come_near_orthogonal() -> None:
    model = WAY.apply(tiny())
    before = departure(factors(model)).item()
    run(model, 0, STEPS, torch.optim.Adam(factors(model), lr=0.05))
    assert departure(factors(model)).item() < 0.5 * before


def test_departure_by_hand() -> None:
    rows = torch.tensor([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])  # gram − I = diag(0, 3)
    columns = torch.tensor([[1.0], [1.0]])  # 2 − 1
    assert departure([rows, columns]).item() == 2.0


def test_an_interrupted_run_ends_as_an_uninterrupted_one() -> None:
    whole = WAY.apply(tiny())
    run(whole, 0, STEPS, optimiser_of(whole))
    for stop in (8, 15, 17):  # while ranks fall, just after, and later
        model = WAY.apply(tiny())
        run(model, 0, stop, optimiser_of(model))
        resumed = WAY.apply(tiny())
        resumed.load_state_dict(copy.deepcopy(model.state_dict()))
        run(resumed, stop, STEPS, optimiser_of(resumed))
        for (name, expected), found in zip(whole.named_parameters(), resumed.parameters(), strict=True):
            torch.testing.assert_close(found, expected, msg=f"{name} after a stop at {stop}")


def test_a_very_short_training_has_a_schedule_too() -> None:
    model = WAY.apply(tiny())
    callback = AllocateRanks(model, 0.5)
    callback.on_train_begin(TrainingArguments(report_to=[], use_cpu=True), TrainerState(max_steps=1), TrainerControl())
    assert callback.config.tinit <= callback.last < callback.config.total_step
