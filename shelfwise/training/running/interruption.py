"""Ctrl-C and a friendly kill: a checkpoint first, then the end."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Final

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from shelfwise.errors import TrainingError

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class InterruptedTrainingError(TrainingError):
    """The training was stopped from outside; a checkpoint of its last step is there."""


class SaveOnInterrupt(TrainerCallback):
    """While entered, Ctrl-C (or SIGTERM) ends the training after the step that is running, with a checkpoint.

        with SaveOnInterrupt(resume="shelfwise train encoder … --resume") as callback:
            trainer.add_callback(callback)
            trainer.train()          # raises InterruptedTrainingError, which says `resume`

    An evaluation that is due after that step is still made, so that the run that goes on chooses the same weights.
    A second Ctrl-C ends it at once, as ever. Outside the main thread Python takes no signals, and nothing is changed.
    """

    def __init__(self, resume: str) -> None:
        self.resume = resume
        self.asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> SaveOnInterrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._heard) for each in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any) -> None:
        """Asks for a checkpoint."""
        if self.asked:
            control.should_save = True
            control.should_training_stop = True

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any) -> None:
        """Ends the training.

        Raises:
            InterruptedTrainingError: always, once it was asked to stop.
        """
        if self.asked:
            raise InterruptedTrainingError(
                f"Stopped after step {state.global_step} of {state.max_steps}; a checkpoint is kept.",
                hint=f"Go on with: {self.resume}",
            )

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        self._restore()

    def _restore(self) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)
        self._before = {}
