"""Temporary folders that are known to be abandoned once their process is gone, however it died."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

SUFFIX = ".lock"


def lock_file(path: Path) -> TextIO | None:
    """The file, locked until it is closed or the process ends; None when another holds it."""
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time is in the `with` block; the others wait for it."""
    with path.open("a") as file:  # closing it lets go of the lock
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class TemporaryFolder:
    """A new folder in `parent` with a locked file beside it, which tells the living from the abandoned."""

    def __init__(self, parent: Path, prefix: str) -> None:
        while True:
            handle, name = tempfile.mkstemp(SUFFIX, prefix, parent)
            os.close(handle)
            lock = lock_file(Path(name))
            if lock is not None and Path(name).exists():  # else a cleaner took it for abandoned just now
                break
        self._lock, self._file = lock, Path(name)
        self.path = Path(name.removesuffix(SUFFIX))
        self.path.mkdir()

    def close(self) -> None:
        """Remove the folder, if it is still there."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._file.unlink(missing_ok=True)
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def remove_abandoned(parent: Path) -> tuple[str, ...]:
    """Remove the temporary folders of processes that are gone; their names."""
    removed = []
    for file in sorted(parent.glob(f"?*{SUFFIX}")):
        folder = file.with_name(file.name.removesuffix(SUFFIX))
        lock = lock_file(file)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            file.unlink(missing_ok=True)
            lock.close()
            removed.append(folder.name)
    return tuple(removed)
