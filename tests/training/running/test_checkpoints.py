"""What is wrong with a checkpoint is said, with the file and the way on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shelfwise.errors import TrainingError
from shelfwise.training.running.checkpoints import last_good, seal, verify


def written(run: Path, step: int) -> Path:
    folder = run / f"checkpoint-{step}"
    (folder / "inner").mkdir(parents=True)
    (folder / "trained.safetensors").write_bytes(b"weights")
    (folder / "inner" / "state.json").write_bytes(b"{}")
    seal(folder)
    return folder


def change(folder: Path) -> None:
    (folder / "trained.safetensors").write_bytes(b"weightz")


def remove(folder: Path) -> None:
    (folder / "inner" / "state.json").unlink()


def add(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"pickle")


def link(folder: Path) -> None:
    (folder / "other.safetensors").symlink_to(folder / "trained.safetensors")


def forge(folder: Path) -> None:
    add(folder)
    seal(folder)


def unseal(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def spoil(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b'{"sha256": 3}')


WRONG: list[tuple[Callable[[Path], None], str]] = [
    (change, "trained.safetensors: changed since it was written."),
    (remove, "inner/state.json: missing."),
    (add, "pytorch_model.bin: was not written by the training."),
    (link, "other.safetensors: was not written by the training."),
    (forge, "pytorch_model.bin: found a .bin file, expected .json, .pt, .pth, .safetensors."),
    (unseal, "checkpoint-20: no manifest: not a checkpoint, or the training ended while it was written."),
    (spoil, "manifest.json: broken."),
]


@pytest.mark.parametrize(("harm", "said"), WRONG, ids=[harm.__name__ for harm, _ in WRONG])
def test_what_is_wrong(harm: Callable[[Path], None], said: str, tmp_path: Path) -> None:
    good, bad = written(tmp_path, 9), written(tmp_path, 20)
    verify(bad)
    assert last_good(tmp_path) == bad
    harm(bad)
    with pytest.raises(TrainingError) as error:
        verify(bad)
    assert said in error.value.message
    assert error.value.hint == "Go on from checkpoint-9 instead."
    assert last_good(tmp_path) == good


def test_without_another(tmp_path: Path) -> None:
    bad = written(tmp_path, 20)
    change(bad)
    with pytest.raises(TrainingError, match="no other good checkpoint; start anew"):
        verify(bad)


def test_the_newest_is_by_number_not_by_name(tmp_path: Path) -> None:
    for step in (9, 100, 20):
        written(tmp_path, step)
    (tmp_path / "checkpoint-").mkdir()
    (tmp_path / "checkpoint-200").symlink_to(tmp_path / "checkpoint-9")
    assert last_good(tmp_path) == tmp_path / "checkpoint-100"


def test_sealed_twice_is_sealed(tmp_path: Path) -> None:
    folder = written(tmp_path, 1)
    seal(folder)
    verify(folder)
