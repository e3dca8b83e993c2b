"""Files that are on disk when we say so, and one error for every way in which a disk refuses."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from shelfwise.errors import ShelfwiseError, StorageError

REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM)
WORDS = ("No space left", "File too large", "Disk quota", "Read-only file system", "os error 28", "os error 27")


def is_refusal(error: BaseException) -> bool:
    """Whether the disk refused: an OSError of that kind, or a library's own error that quotes one."""
    if isinstance(error, OSError):
        return error.errno in REFUSALS
    return any(word in str(error) for word in WORDS)


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Errors of the disk inside become StorageError, said of `what`; others pass."""
    try:
        yield
    except ShelfwiseError:
        raise
    except Exception as error:
        if is_refusal(error):
            raise StorageError(f"{what} could not be written: {error}.", hint="Is the disk full?") from error
        raise


def flush(path: Path) -> None:
    """Wait until a file or folder is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_tree(folder: Path) -> None:
    """Wait until a folder and all that is in it are on disk."""
    for parent, _, files in os.walk(folder):
        for name in files:
            flush(Path(parent, name))
        flush(Path(parent))


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step: whenever the process dies, there is the old content or the new, whole."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of `path` in one step when the block ends well."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:  # an interruption too leaves nothing behind
        temporary.unlink(missing_ok=True)
        raise
    flush(path.parent)


def checksum(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
