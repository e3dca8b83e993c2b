"""Figures as lines of JSON: the one record that every run keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson

from shelfwise.training.trackers.base import Run

NAME: Final = "figures.jsonl"


class JsonLines:
    """Writes `figures.jsonl`: a line {"run": …}, a line {"step": …, "figures": …} each time, a line {"summary": …}.

    Each line is in the file as soon as it is logged. A run that goes on after an interruption goes on in the same file,
    with a second {"run": …}; steps between the checkpoint and the interruption then stand there twice, and the later
    ones count. Figures that are no number (NaN, infinite) become null.
    """

    name = "jsonl"

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def start(self, run: Run) -> None:
        """Makes the folder and says which run this is."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._write({"run": asdict(run)})

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """One line."""
        self._write({"step": step, "figures": dict(figures)})

    def finish(self, summary: Mapping[str, float]) -> None:
        """The last line."""
        self._write({"summary": dict(summary)})

    def _write(self, line: Mapping[str, Any]) -> None:
        with self.path.open("ab") as file:
            file.write(orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY, default=str) + b"\n")
