"""The trackers by name."""

from __future__ import annotations

import difflib
import importlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from shelfwise.errors import MissingExtraError, SettingsError
from shelfwise.training.trackers.base import Tracker
from shelfwise.training.trackers.several import Several

TRACKERS: Final = ("jsonl", "tensorboard", "wandb", "console")


def open_trackers(
    names: Sequence[str], folder: Path, project: str = "shelfwise", environ: Mapping[str, str] = os.environ
) -> Tracker:
    """The trackers of those names as one, all of which write below `folder`.

    project: the project in Weights & Biases, which is online where `environ` has WANDB_API_KEY and offline elsewhere.

    Raises:
        SettingsError: no tracker of that name.
        MissingExtraError: its package is not installed.
    """
    for name in names:
        if name not in TRACKERS:
            near = difflib.get_close_matches(name, TRACKERS, 1, 0.4)
            meant = f"Did you mean {near[0]!r}? " if near else ""
            raise SettingsError(f"No tracker {name!r}.", hint=f"{meant}Known: {', '.join(TRACKERS)}.")
    return Several([_open(name, folder, project, environ) for name in dict.fromkeys(names)])


def _open(name: str, folder: Path, project: str, environ: Mapping[str, str]) -> Tracker:
    try:
        module = importlib.import_module(f"shelfwise.training.trackers.{name}")
    except ImportError as error:
        raise MissingExtraError.of(error.name or name, "train") from error
    opened: Tracker
    match name:
        case "jsonl":
            opened = module.JsonLines(folder)
        case "tensorboard":
            opened = module.TensorBoard(folder)
        case "wandb":
            opened = module.WeightsAndBiases(folder, project, environ.get("WANDB_API_KEY"))
        case _:
            opened = module.ConsolePlot()
    return opened
