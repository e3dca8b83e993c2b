"""Progress: a bar in a terminal, a line now and then elsewhere, silence when it is not wanted."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console
from transformers import PrinterCallback, TrainerControl, TrainerState, TrainingArguments
from transformers import ProgressCallback as TransformersProgress

from shelfwise.training.running.progress import ProgressCallback, show_progress

ARGUMENTS = TrainingArguments(report_to=[], use_cpu=True, per_device_train_batch_size=8, gradient_accumulation_steps=2)


class Clock:
    """Goes on by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def play(shown: ProgressCallback, clock: Clock, first: int = 0, last: int = 10) -> None:
    """Ten steps of two seconds each, with a loss after every other one."""
    state, control = TrainerState(max_steps=10, global_step=first), TrainerControl()
    shown.on_train_begin(ARGUMENTS, state, control)
    for step in range(first + 1, last + 1):
        clock.now += 2
        state.global_step = step
        if step % 2 == 0:
            shown.on_log(ARGUMENTS, state, control, {"loss": 5.0 / step})
        shown.on_step_end(ARGUMENTS, state, control)
    shown.on_train_end(ARGUMENTS, state, control)


def test_lines_where_there_is_no_terminal() -> None:
    page, clock = io.StringIO(), Clock()
    play(ProgressCallback(Console(file=page, width=40), every=7, clock=clock, label="encoder"), clock)
    assert page.getvalue().splitlines() == [
        "encoder: step 4 of 10  loss 1.2500  8.0 examples/s  12 s left",
        "encoder: step 8 of 10  loss 0.6250  8.0 examples/s  4 s left",
    ]


def test_after_a_resume_the_speed_is_that_of_this_process() -> None:
    page, clock = io.StringIO(), Clock()
    play(ProgressCallback(Console(file=page, width=200), every=4, clock=clock), clock, first=6)
    assert page.getvalue().splitlines()[0] == "training: step 8 of 10  loss 0.6250  8.0 examples/s  4 s left"


def test_a_bar_in_a_terminal_that_is_gone_at_the_end() -> None:
    page, clock = io.StringIO(), Clock()
    console = Console(file=page, width=100, force_terminal=True, color_system=None)
    shown = ProgressCallback(console, every=1, clock=clock)
    play(shown, clock)
    text = page.getvalue()
    assert "10/10" in text
    assert "loss 0.5000  8.0 examples/s  0 s left" in text
    assert text.endswith(("\x1b[2K", "\x1b[?25h", "\r"))
    shown.close()  # again: nothing


@pytest.mark.parametrize("wanted", [True, False])
def test_the_trainers_own_output_goes_away(wanted: bool) -> None:
    class Fake:
        def __init__(self) -> None:
            self.removed: list[Any] = []
            self.added: list[Any] = []
            self.remove_callback = self.removed.append
            self.add_callback = self.added.append

    trainer, shown = Fake(), ProgressCallback(Console(file=io.StringIO()))
    show_progress(trainer, shown if wanted else None)  # type: ignore[arg-type]
    assert trainer.removed == [PrinterCallback, TransformersProgress]
    assert trainer.added == ([shown] if wanted else [])
