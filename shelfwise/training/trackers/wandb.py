"""Figures for Weights & Biases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import wandb

from shelfwise.errors import TrainingError
from shelfwise.training.trackers.base import Run


class WeightsAndBiases:
    """Sends figures to a project there, or keeps them in `wandb/` for `wandb sync` later.

    key: without one, no figure leaves this machine. It stands in no file, no log and no error of ours.

    Only what the run says is sent: no code, no host name, no paths, no list of packages, no text of the terminal.
    """

    name = "wandb"

    def __init__(self, folder: Path, project: str, key: str | None = None) -> None:
        self.folder = folder
        self.project = project
        self._key = key
        self._run: Any = None

    @property
    def mode(self) -> str:
        """Online with a key, else offline."""
        return "online" if self._key else "offline"

    def start(self, run: Run) -> None:
        """Opens a run.

        Raises:
            TrainingError: the service or the folder refused.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._run = wandb.init(
                project=self.project,
                name=run.name,
                dir=str(self.folder),
                config=asdict(run),
                settings=wandb.Settings(
                    api_key=self._key,
                    mode=self.mode,
                    silent=True,
                    console="off",
                    init_timeout=30,
                    disable_git=True,
                    disable_code=True,
                    x_save_requirements=False,
                    x_disable_meta=True,
                    x_disable_stats=True,
                    x_disable_machine_info=True,
                ),
            )
        except Exception as error:
            said = str(error).replace(self._key, "***") if self._key else str(error)
            raise TrainingError(f"Weights & Biases ({self.mode}) did not start: {said}") from None

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """One row of its history."""
        if self._run is not None:
            self._run.log(dict(figures), step=step)

    def finish(self, summary: Mapping[str, float]) -> None:
        """Fills the summary and ends the run."""
        if self._run is not None:
            self._run.summary.update(dict(summary))
            self._run.finish()
            wandb.teardown()  # waits until its own process has written everything
