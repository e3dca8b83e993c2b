"""Which checkpoints are whole and unchanged. A training goes on from no other.

A checkpoint folder holds `trained.safetensors`, the trainer's state as JSON, and the states of optimiser, schedule,
scaler and random numbers as PyTorch files. Transformers reads those with `torch.load(weights_only=True)`, which builds
tensors and plain values and runs nothing; weights come from safetensors alone. The manifest says which files belong to
it and their digests. It is written last, so that a checkpoint without one is half a checkpoint. It protects against
what disks and people do to files, and keeps any file that we did not write from being read; who can write the manifest
too can change the weights, but still runs no code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import orjson

from shelfwise.errors import TrainingError
from shelfwise.storage import checksum, replace_file

MANIFEST: Final = "manifest.json"
PREFIX: Final = "checkpoint-"
READABLE: Final = frozenset({".safetensors", ".json", ".pt", ".pth"})


def seal(folder: Path) -> None:
    """Writes the manifest of a checkpoint that is complete."""
    found = {str(path.relative_to(folder)): checksum(path) for path in _files(folder)}
    replace_file(folder / MANIFEST, orjson.dumps({"sha256": found}, option=orjson.OPT_INDENT_2))


def verify(folder: Path) -> None:
    """Whether a checkpoint is as it was written.

    Raises:
        TrainingError: naming the file that is missing, changed, not ours, or of a kind that is never read; and the
            newest good checkpoint beside it.
    """
    wrong = _fault(folder)
    if wrong:
        raise TrainingError(f"{wrong}.", hint=_other(folder))


def last_good(folder: Path) -> Path | None:
    """The newest checkpoint in a run's folder that is whole and unchanged; None where there is none."""
    return next((each for each in _newest_first(folder) if not _fault(each)), None)


def _fault(folder: Path) -> str:
    path = folder / MANIFEST
    if not path.is_file():
        return f"{folder}: no manifest: not a checkpoint, or the training ended while it was written"
    try:
        wanted: dict[str, str] = orjson.loads(path.read_bytes())["sha256"]
        expected = dict(wanted)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return f"{path}: broken"
    for file in _files(folder):
        name = str(file.relative_to(folder))
        if name not in expected:
            return f"{file}: was not written by the training"
        if file.suffix not in READABLE:
            return f"{file}: found a {file.suffix or 'nameless'} file, expected {', '.join(sorted(READABLE))}"
        if checksum(file) != expected.pop(name):
            return f"{file}: changed since it was written"
    return f"{folder / min(expected)}: missing" if expected else ""


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not path.is_dir() and path != folder / MANIFEST)


def _newest_first(folder: Path) -> list[Path]:
    found = [
        each
        for each in folder.glob(f"{PREFIX}*")
        if each.is_dir() and not each.is_symlink() and each.name.removeprefix(PREFIX).isdecimal()
    ]
    return sorted(found, key=lambda each: -int(each.name.removeprefix(PREFIX)))


def _other(folder: Path) -> str:
    good = last_good(folder.parent)
    return f"Go on from {good.name} instead." if good is not None else "There is no other good checkpoint; start anew."
