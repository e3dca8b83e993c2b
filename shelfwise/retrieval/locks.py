"""File locks that vanish with the process that holds them, however it dies."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import TextIO


def lock_file(path: Path, *, wait: bool = False) -> TextIO | None:
    """The file, locked until it is closed or the process ends; None when another holds it (and `wait` is False)."""
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        file.close()
        return None
    return file
