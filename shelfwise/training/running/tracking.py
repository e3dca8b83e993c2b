"""What a trainer logs, handed to a tracker under the names that the whole project uses."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from shelfwise.training.trackers.base import Run, Tracker

VALIDATION: Final = "validation/"
_NAMES: Final = {"grad_norm": "gradient_norm"}


def figures(logs: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a trainer's log: loss, learning_rate, gradient_norm, epoch; validation figures as validation/….

    Times, and the trainer's summary of the whole training, are left out.

    >>> figures({"loss": 0.5, "grad_norm": 2, "eval_ndcg@10": 0.7, "eval_runtime": 3.1})
    {'loss': 0.5, 'gradient_norm': 2.0, 'validation/ndcg@10': 0.7}
    """
    found: dict[str, float] = {}
    if "train_runtime" in logs:  # the trainer's own summary
        return found
    for name, value in logs.items():
        if not isinstance(value, (int, float)):
            continue
        if not name.startswith("eval_"):
            found[_NAMES.get(name, name)] = float(value)
        elif not name.endswith(("_runtime", "_per_second")):
            found[VALIDATION + name.removeprefix("eval_")] = float(value)
    return found


def examples_a_step(args: TrainingArguments) -> int:
    """How many examples the weights move after, on all devices together."""
    return int(args.train_batch_size * args.gradient_accumulation_steps * max(args.world_size, 1))


class TrackerCallback(TrainerCallback):
    """Starts a tracker with the training and feeds it; whoever trains calls `finish` with the figures of the end.

    Beside what the trainer logs there is examples_per_second, since the log before; evaluations do not count as time.
    """

    def __init__(self, tracker: Tracker, run: Run, clock: Callable[[], float] = time.monotonic) -> None:
        self.tracker = tracker
        self.run = run
        self.clock = clock
        self._since = 0.0
        self._step = 0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any
    ) -> None:
        """Starts the tracker."""
        self._since, self._step = self.clock(), state.global_step
        if state.is_world_process_zero:
            self.tracker.start(self.run)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, Any] | None = None,
        **given: Any,
    ) -> None:
        """Hands over what was logged."""
        found = figures(logs or {})
        if "loss" in found and state.global_step > self._step:
            seconds = max(self.clock() - self._since, 1e-9)
            found["examples_per_second"] = (state.global_step - self._step) * examples_a_step(args) / seconds
            self._since, self._step = self.clock(), state.global_step
        if found and state.is_world_process_zero:
            self.tracker.log(state.global_step, found)

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any) -> None:
        """What an evaluation took is no time of training."""
        self._since, self._step = self.clock(), state.global_step
