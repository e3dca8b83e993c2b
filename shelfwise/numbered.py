"""Numbered folders of files that never change: written whole or not at all, checksummed, one of them current.

    <root>/
      current               the name of the folder that is served
      0007/manifest.json    what it holds, and the size and SHA-256 of each file
      0007/…

A folder is filled under another name, flushed to disk and then renamed, so that one of four digits is always complete;
it is served once `current`, one small file replaced in one step, names it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from shelfwise.locks import locked, remove_abandoned
from shelfwise.storage import checksum, flush, flush_tree, replace_file, storage_errors

MANIFEST: Final = "manifest.json"
CURRENT: Final = "current"
LOCK: Final = ".lock"
Files: TypeAlias = Mapping[str, tuple[int, str]]  # path → size and SHA-256


class Numbered:
    """The numbered folders in a folder, which need not exist. Processes may share it; each step is atomic."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> list[str]:
        """The names of all complete folders, oldest first."""
        if not self.root.is_dir():
            return []
        return sorted((path.name for path in self.root.iterdir() if path.name.isdecimal() and path.is_dir()), key=int)

    def next(self) -> str:
        """The name that the next one would get."""
        return f"{max((int(name) for name in self.names()), default=0) + 1:04}"

    def current(self) -> str | None:
        """The name of the folder that is served, or None."""
        try:
            name = (self.root / CURRENT).read_text("utf-8").strip()
            return name if name.isdecimal() else None
        except (OSError, UnicodeDecodeError):
            return None

    def complete(self, filled: Path, manifest: Callable[[str, Files], bytes]) -> str:
        """Make a filled folder in the root the next numbered one; its name. It is not served yet (`switch`).

        manifest: from its name and files to what the manifest says.
        """
        flush_tree(filled)
        files = {path: (size, digest) for path, size, digest in _files(filled)}
        with locked(self.root / LOCK):
            name = self.next()
            (filled / MANIFEST).write_bytes(manifest(name, files))
            flush_tree(filled)
            filled.rename(self.root / name)
            flush(self.root)
        return name

    def switch(self, name: str) -> None:
        """Serve this folder from now on. Raises StorageError when the disk refuses."""
        with storage_errors(str(self.root / CURRENT)), locked(self.root / LOCK):
            replace_file(self.root / CURRENT, name.encode())

    def prune(self, keep: int = 2, before: str | None = None) -> tuple[str, ...]:
        """Remove all but the current folder and the `keep` − 1 before it, and newer ones; the names removed.

        before: the folder that was served before the current one; those that lie between, from which someone rolled
        back to it, are removed, so that the next rollback comes to it again.
        """
        with locked(self.root / LOCK):
            current = self.current()
            older = [name for name in self.names() if current is not None and int(name) < int(current)]
            between = [name for name in older if before in older and int(name) > int(str(before))]
            older = [name for name in older if name not in between]
            gone = older[: len(older) - max(keep - 1, 0)] + between
            for name in gone:
                doomed = self.root / f"{name}.removed"  # out of sight first, so that none is ever half there
                (self.root / name).rename(doomed)
                shutil.rmtree(doomed, ignore_errors=True)
        return tuple(gone)

    def clean(self) -> tuple[str, ...]:
        """Remove what dead processes left half done; the names removed."""
        if not self.root.is_dir():
            return ()
        removed = [*remove_abandoned(self.root)]
        with locked(self.root / LOCK):
            for path in sorted([*self.root.glob(f"{CURRENT}.*.tmp"), *self.root.glob("*.removed")]):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
                removed.append(path.name)
        return tuple(removed)


def damage(folder: Path, files: Files) -> dict[str, str]:
    """Path → what is wrong with it: missing, of another size, or of another checksum; nothing when all are whole."""
    found = {path: _problem(folder / path, *expected) for path, expected in files.items()}
    return {path: problem for path, problem in found.items() if problem}


def _problem(file: Path, size: int, digest: str) -> str:
    try:
        found = file.stat().st_size
        if found != size:
            return f"{file}: {found} bytes, expected {size}"
        return "" if checksum(file) == digest else f"{file}: its checksum is not the manifest's"
    except OSError as error:
        return f"{file}: {error.strerror}"


def _files(folder: Path) -> Iterator[tuple[str, int, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(".lock") and path.name != MANIFEST:
            yield path.relative_to(folder).as_posix(), path.stat().st_size, checksum(path)
