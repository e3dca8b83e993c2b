"""How far a training is: a bar in a terminal, elsewhere a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers import ProgressCallback as TransformersProgress

from shelfwise.training.running.tracking import examples_a_step, figures

EVERY: Final = 30.0  # seconds between lines where there is no terminal


class ProgressCallback(TrainerCallback):
    """Shows step, loss, examples a second and the time left.

    The speed is that of the steps of this process, so that it is right after a resume too.
    """

    def __init__(
        self,
        console: Console | None = None,
        every: float = EVERY,
        clock: Callable[[], float] = time.monotonic,
        label: str = "training",
    ) -> None:
        self.console = console or Console(stderr=True)
        self.every = every
        self.clock = clock
        self.label = label
        self.loss = ""
        self._first = 0
        self._begin = 0.0
        self._said = 0.0
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any
    ) -> None:
        """Opens the bar."""
        self._first, self._begin = state.global_step, self.clock()
        self._said = self._begin
        if self.console.is_terminal and state.is_world_process_zero:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[said]}"),
            )
            self._bar = Progress(*columns, console=self.console, transient=True)
            self._task = self._bar.add_task(self.label, total=state.max_steps, completed=self._first, said="")
            self._bar.start()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, Any] | None = None,
        **given: Any,
    ) -> None:
        """Keeps the last loss."""
        found = figures(logs or {})
        if "loss" in found:
            self.loss = f"loss {found['loss']:.4f}"

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any) -> None:
        """Moves on."""
        if self._bar is not None:
            self._bar.update(self._task, completed=state.global_step, said=self._words(args, state))
        elif state.is_world_process_zero and self.clock() - self._said >= self.every:
            self._said = self.clock()
            words = f"{self.label}: step {state.global_step} of {state.max_steps}  {self._words(args, state)}"
            self.console.print(words, markup=False, highlight=False, soft_wrap=True)

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any) -> None:
        """Closes the bar."""
        self.close()

    def close(self) -> None:
        """Gives the terminal back; for trainings that end with an error too."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _words(self, args: TrainingArguments, state: TrainerState) -> str:
        steps = state.global_step - self._first
        a_step = (self.clock() - self._begin) / max(steps, 1)
        speed = examples_a_step(args) / max(a_step, 1e-9)
        left = duration(a_step * (state.max_steps - state.global_step))
        return "  ".join(filter(None, (self.loss, f"{speed:.1f} examples/s", f"{left} left")))


def duration(seconds: float) -> str:
    """Seconds as people say them.

    >>> duration(42), duration(75), duration(3 * 3600 + 120)
    ('42 s', '1 min 15 s', '3 h 2 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def show_progress(trainer: Trainer, shown: TrainerCallback | None) -> None:
    """Takes the trainer's own bars and printed logs away, and puts `shown` in their place (none: silence)."""
    for own in (PrinterCallback, TransformersProgress):
        trainer.remove_callback(own)
    if shown is not None:
        trainer.add_callback(shown)
