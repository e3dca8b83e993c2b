"""A real training: the same after an interruption, stopped in time, told to trackers."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from transformers import TrainerCallback

from shelfwise.errors import TrainingError
from shelfwise.training.methods.registry import METHODS
from shelfwise.training.running.checkpoints import last_good, seal, verify
from shelfwise.training.running.guard import NanGuard
from shelfwise.training.running.interruption import InterruptedTrainingError, SaveOnInterrupt
from shelfwise.training.running.tracking import TrackerCallback
from shelfwise.training.trackers.base import Run
from shelfwise.training.trackers.jsonl import JsonLines
from tests.training.running.runs import losses, trainer, weights

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # of Sentence-Transformers about Transformers 6

RUN = Run("run", {"rank": 16}, {}, 3, "", {})


class At(TrainerCallback):
    """Does something after a step."""

    def __init__(self, step: int, what: Any) -> None:
        self.step = step
        self.what = what

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        if state.global_step == self.step:
            self.what()


class Killed(Exception):
    """As if the process had died."""


def die() -> None:
    raise Killed


@pytest.mark.parametrize("name", METHODS)
def test_a_resumed_training_is_the_uninterrupted_one(name: str, tmp_path: Path) -> None:
    whole = trainer(tmp_path / "whole", name)
    whole.train()
    with pytest.raises(Killed):
        trainer(tmp_path / "cut", name, [At(8, die)]).train()
    good = last_good(tmp_path / "cut" / "run")
    assert good is not None
    assert good.name == "checkpoint-6"
    again = trainer(tmp_path / "cut", name)
    again.train(resume_from_checkpoint=str(good))
    assert losses(again) == losses(whole)
    expected = weights(whole)
    assert all(torch.equal(value, expected[key]) for key, value in weights(again).items())


def test_checkpoints_hold_no_pickle_that_is_read_and_only_what_learns(tmp_path: Path) -> None:
    run = trainer(tmp_path, "lora")
    run.train()
    folder = tmp_path / "run" / "checkpoint-12"
    verify(folder)
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json",
        "optimizer.pt",
        "rng_state.pth",
        "scheduler.pt",
        "trained.safetensors",
        "trainer_state.json",
    }
    small = sum(each.numel() * 4 for each in weights(run).values())
    assert (folder / "trained.safetensors").stat().st_size < 1.3 * small + 8000


def test_a_changed_checkpoint_is_not_gone_on_from(tmp_path: Path) -> None:
    run = trainer(tmp_path)
    run.train()
    path = tmp_path / "run" / "checkpoint-12" / "optimizer.pt"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(TrainingError) as error:
        run.train(resume_from_checkpoint=str(path.parent))
    assert f"{path}: changed" in str(error.value)
    assert "Go on from checkpoint-9" in str(error.value)


def test_a_pickle_in_the_place_of_an_optimiser_runs_no_code(tmp_path: Path) -> None:
    """Even where the manifest was made to fit."""
    trainer(tmp_path).train()
    folder = tmp_path / "run" / "checkpoint-6"
    (folder / "optimizer.pt").write_bytes(pickle.dumps(Bomb(tmp_path / "harm"), protocol=2))
    seal(folder)
    with pytest.raises(pickle.UnpicklingError):
        trainer(tmp_path).train(resume_from_checkpoint=str(folder))
    assert not (tmp_path / "harm").exists()


class Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def test_ctrl_c_keeps_a_checkpoint_from_which_the_same_curve_goes_on(tmp_path: Path) -> None:
    whole = trainer(tmp_path / "whole")
    whole.train()
    before = signal.getsignal(signal.SIGINT)
    with SaveOnInterrupt("shelfwise train encoder --resume") as interrupt:
        cut = trainer(tmp_path / "cut", callbacks=[At(4, lambda: os.kill(os.getpid(), signal.SIGINT)), interrupt])
        with pytest.raises(InterruptedTrainingError) as error:
            cut.train()
    assert signal.getsignal(signal.SIGINT) is before
    assert "Stopped after step 4 of 12" in str(error.value)
    assert error.value.hint == "Go on with: shelfwise train encoder --resume"
    good = last_good(tmp_path / "cut" / "run")
    assert good is not None
    assert good.name == "checkpoint-4"
    again = trainer(tmp_path / "cut")
    again.train(resume_from_checkpoint=str(good))
    assert losses(again) == losses(whole)


def test_a_second_ctrl_c_ends_at_once() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background begins without it
    try:
        _interrupt_twice()
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupt_twice() -> None:
    with SaveOnInterrupt("again") as interrupt, pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupt.asked
        os.kill(os.getpid(), signal.SIGINT)


def poison(run: Any, at: set[int]) -> None:
    """Makes the loss of these steps NaN."""
    honest = run.compute_loss

    def compute_loss(model: Any, inputs: Any, **given: Any) -> Any:
        found = honest(model, inputs, **given)
        return found * float("nan") if run.state.global_step in at else found

    run.compute_loss = compute_loss


def test_one_bad_batch_is_left_out(tmp_path: Path) -> None:
    run = trainer(tmp_path, callbacks=[NanGuard()])
    poison(run, {4})
    run.train()
    assert len(losses(run)) == 12
    assert all(torch.isfinite(value).all() for value in weights(run).values())


def test_two_in_a_row_stop_it_and_the_last_checkpoint_is_good(tmp_path: Path) -> None:
    run = trainer(tmp_path, callbacks=[NanGuard()])
    poison(run, {5, 6, 7, 8, 9})
    with pytest.raises(TrainingError) as error:
        run.train()
    assert "Step 7: the loss or its gradient is NaN or infinite, 2 times in a row (learning rate 0.006)" in str(
        error.value
    )
    assert "Lower rate (to 0.0033, say) or clip (1), or raise warmup." in str(error.value)
    good = last_good(tmp_path / "run")
    assert good is not None
    assert good.name == "checkpoint-6"
    again = trainer(tmp_path)
    again.train(resume_from_checkpoint=str(good))
    assert all(torch.isfinite(value).all() for value in weights(again).values())


def test_a_tracker_hears_everything(tmp_path: Path) -> None:
    ticks = iter(range(1000))
    tracker = JsonLines(tmp_path)
    run = trainer(tmp_path, callbacks=[TrackerCallback(tracker, RUN, lambda: float(next(ticks)))], logging_steps=4)
    run.train()
    tracker.finish({"loss": 1.0})
    first, *lines, last = [orjson.loads(line) for line in (tmp_path / "figures.jsonl").read_bytes().splitlines()]
    assert first["run"]["name"] == "run"
    assert [line["step"] for line in lines] == [4, 8, 12]
    assert set(lines[0]["figures"]) == {"loss", "gradient_norm", "learning_rate", "epoch", "examples_per_second"}
    assert lines[1]["figures"]["examples_per_second"] == 4 * 4 / 1.0
    assert last["summary"] == {"loss": 1.0}


def test_the_newest_whole_checkpoint_is_found(tmp_path: Path) -> None:
    assert last_good(tmp_path) is None
    trainer(tmp_path).train()
    run = tmp_path / "run"
    (run / "checkpoint-12" / "manifest.json").unlink()  # as if killed while it was written
    shutil.copytree(run / "checkpoint-9", run / "checkpoint-x")
    found = last_good(run)
    assert found is not None
    assert found.name == "checkpoint-9"
