"""Figures for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import orjson
from torch.utils.tensorboard import SummaryWriter

from shelfwise.training.trackers.base import Run


class TensorBoard:
    """Writes event files into `tensorboard/`; look with `tensorboard --logdir`. The run itself is the text `run`."""

    name = "tensorboard"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tensorboard"
        self._writer: SummaryWriter | None = None

    def start(self, run: Run) -> None:
        """Opens an event file."""
        self._writer = SummaryWriter(str(self.folder))
        text = orjson.dumps(asdict(run), option=orjson.OPT_INDENT_2, default=str).decode()
        self._writer.add_text("run", f"```json\n{text}\n```", 0)

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """One scalar a figure."""
        if self._writer is not None:
            for name, value in figures.items():
                self._writer.add_scalar(name, value, step)

    def finish(self, summary: Mapping[str, float]) -> None:
        """The summary as scalars under `summary/`, and the file is closed."""
        if self._writer is not None:
            for name, value in summary.items():
                self._writer.add_scalar(f"summary/{name}", value)
            self._writer.close()
