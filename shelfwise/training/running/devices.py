"""Several processes that train one model together: `accelerate launch` or `torchrun` starts one a GPU.

Each holds the whole model and takes a part of every batch, so that `batch` is that of a process. One of them, the main
one, writes: the work folder, checkpoints, the version.
"""

from __future__ import annotations

import os

import torch
from accelerate import PartialState
from torch import distributed


def device() -> torch.device:
    """Where this process computes: its own GPU, or the processor where there is none."""
    here = int(os.environ.get("LOCAL_RANK", "0"))
    return torch.device("cuda", here) if torch.cuda.is_available() else torch.device("cpu")


def join() -> None:
    """Meets the other processes, where a launcher started several; alone, nothing happens."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        PartialState(cpu=not torch.cuda.is_available())


def is_main() -> bool:
    """Whether this process is the one that writes; alone, it is."""
    return not _several() or distributed.get_rank() == 0


def everyone() -> None:
    """Waits until all processes have come here."""
    if _several():
        PartialState().wait_for_everyone()


def _several() -> bool:
    return distributed.is_available() and distributed.is_initialized()
