"""The contract of trackers: where the figures of a run are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Run:
    """What a run is: its name, and all that it can be made again from.

    recipe: every hyper-parameter. data: sizes and a hash. machine: processor, cores, memory, GPU, versions of torch,
    transformers, Python. git: the commit, "" outside a checkout.
    """

    name: str
    recipe: Mapping[str, Any]
    data: Mapping[str, Any]
    seed: int
    git: str
    machine: Mapping[str, Any]


class Tracker(Protocol):
    """Takes figures as they come. A tracker that fails says so once and never stops the training."""

    name: str

    def start(self, run: Run) -> None: ...

    def log(self, step: int, figures: Mapping[str, float]) -> None: ...

    def finish(self, summary: Mapping[str, float]) -> None: ...
