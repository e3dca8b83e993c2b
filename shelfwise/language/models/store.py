"""The models of a shop on disk: numbered versions, written whole or not at all, one of them promoted.

    models/
      promoted.json             name → the versions promoted, one after the other
      <name>/0001/card.json     what is known of it (card.py)
      <name>/0001/files.json    size and SHA-256 of each of its files
      <name>/0001/model/, onnx/ …
      <name>/current            a link to the version promoted

A version never changes. It is written in a temporary folder, flushed to disk and renamed, so that a folder of four
digits is always complete; processes that write at once get different numbers.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson

from shelfwise.errors import EncoderError, InputError, NotFoundError
from shelfwise.language.models.card import Card
from shelfwise.locks import TemporaryFolder, locked, remove_abandoned
from shelfwise.storage import checksum, flush, flush_tree, replace_file, storage_errors

MODELS: Final = "models"  # in a shop's folder
CURRENT: Final = "current"
FILES: Final = "files.json"
PROMOTED: Final = "promoted.json"
LOCK: Final = ".lock"
RESERVED: Final = ("default", "minilm")  # what commands understand beside the names of a shop's models
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class ModelStore:
    """The models in a folder (a shop's `models/`, which need not exist). Processes may share it.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = ModelStore(Path(folder, "models"))
    ...     with store.create("ours") as building:
    ...         Card("encoder", method="lora").write(building)
    ...     _ = store.promote("ours", "0001")
    ...     store.names(), store.versions("ours"), store.current("ours"), store.card("ours").method
    (('ours',), ('0001',), '0001', 'lora')
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder

    # --- what there is -----------------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """Names that have a version, sorted."""
        if not self.root.is_dir():
            return ()
        return tuple(sorted(path.name for path in self.root.iterdir() if _NAME.fullmatch(path.name) and _numbers(path)))

    def versions(self, name: str) -> tuple[str, ...]:
        """The versions of a model, oldest first; none for a name that is not there. Raises InputError for no name."""
        return tuple(f"{number:04}" for number in _numbers(self._home(name)))

    def current(self, name: str) -> str | None:
        """The version promoted, or None. Raises EncoderError for a link to a version that is not there."""
        link = self._home(name) / CURRENT
        if not link.is_symlink():
            return None
        version = link.readlink().name
        if version not in self.versions(name):
            raise EncoderError(f"{link}: found a link to {version}, expected one of {self._listed(name)}.")
        return version

    def card(self, name: str, version: str | None = None) -> Card:
        """The card of a version; of the one promoted, or else the newest, where none is given.

        Raises NotFoundError for a version that is not there, EncoderError for a card that cannot be read.
        """
        version = self.version(name, version)
        return Card.read(self._home(name) / version, name=name, version=version)

    def folder(self, name: str, version: str | None = None, part: str = "") -> Path:
        """The folder of a version, or of a part of it ("onnx"), after its files were compared with their digests.

        Raises NotFoundError for a version or part that is not there, EncoderError naming the file that was changed.
        """
        version = self.version(name, version)
        folder = self._home(name) / version
        if not (folder / part).is_dir():
            raise NotFoundError(f"{folder}: there is no folder {part!r} in it.")
        _verify(folder, part)
        return folder / part

    def version(self, name: str, version: str | None = None) -> str:
        """A version as the store writes it ("3" is "0003"); without one, the version promoted or else the newest.

        Raises NotFoundError naming what there is.
        """
        known = self.versions(name)
        if not known:
            found = ", ".join(self.names()) or "none"
            raise NotFoundError(f"{self.root}: no model {name!r}; found {found}.", hint="See: shelfwise models list")
        if version is None:
            return self.current(name) or known[-1]
        number = f"{int(version):04}" if version.isdecimal() else version
        if number not in known:
            raise NotFoundError(f"{self.root / name}: no version {version!r}; found {self._listed(name)}.")
        return number

    # --- writing -----------------------------------------------------------------------------------------------

    @contextmanager
    def create(self, name: str, made: Callable[[str], object] = lambda version: None) -> Iterator[Path]:
        """A folder to fill, which becomes the next version of `name` when the `with` block ends well; `made` is told
        which one that was.

        The block writes the card (`Card.write`) and whatever the model needs. If it raises, or the process dies,
        no version comes of it. Raises InputError for a name that cannot be used, EncoderError for a card that is
        missing or cannot be read, StorageError when the disk refuses.
        """
        self._home(name)
        with storage_errors(str(self.root)):
            self.root.mkdir(parents=True, exist_ok=True)
            remove_abandoned(self.root)
            with TemporaryFolder(self.root, "building-") as temporary:
                yield temporary.path
                made(self._finish(name, temporary.path))

    def _finish(self, name: str, folder: Path) -> str:
        Card.read(folder, name=name)
        (folder / FILES).write_bytes(orjson.dumps(_digests(folder), option=orjson.OPT_INDENT_2))
        flush_tree(folder)
        with locked(self.root / LOCK):
            home = self._home(name)
            home.mkdir(exist_ok=True)
            version = f"{max(_numbers(home), default=0) + 1:04}"
            folder.rename(home / version)
            flush(home)
        return version

    def promote(self, name: str, version: str) -> str:
        """Make a version the current one; its number. Raises NotFoundError, EncoderError for a changed file."""
        version = self.version(name, version)
        self.folder(name, version)
        with locked(self.root / LOCK):
            stack = self._stack(name)
            self._write(name, stack if stack[-1:] == [version] else [*stack, version])
            self._link(name, version)
        return version

    def rollback(self, name: str) -> str:
        """Make the version current that was promoted before the current one; its number.

        Raises NotFoundError when there is none, EncoderError for a changed file.
        """
        current = self.current(name)
        with locked(self.root / LOCK):
            stack = self._stack(name)
            before = [each for each in stack if each in self.versions(name)][:-1]
            if current is None or not before:
                raise NotFoundError(f"{self.root / name}: no version was promoted before {current}.")
            self.folder(name, before[-1])
            self._link(name, before[-1])
            self._write(name, before)
        return before[-1]

    def delete(self, name: str, version: str) -> None:
        """Remove a version. Raises NotFoundError, and InputError for the version promoted."""
        version = self.version(name, version)
        with locked(self.root / LOCK):
            if self.current(name) == version:
                raise InputError(f"{name}@{version} is the version promoted.", hint="Promote another one first.")
            doomed = self.root / f"{name}.{version}.removed"  # out of sight first, so that none is ever half there
            (self._home(name) / version).rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)

    # --- the promoted one --------------------------------------------------------------------------------------

    def _stack(self, name: str) -> list[str]:
        """The versions promoted, the current one last; what was written by a process that died is left out."""
        current, written = self.current(name), self._promoted().get(name)
        stack = [each for each in written if isinstance(each, str)] if isinstance(written, list) else []
        while stack and stack[-1] != current:
            stack.pop()
        return stack or ([current] if current else [])

    def _write(self, name: str, stack: list[str]) -> None:
        known = {**self._promoted(), name: stack}
        replace_file(self.root / PROMOTED, orjson.dumps(known, option=orjson.OPT_INDENT_2))

    def _promoted(self) -> dict[str, object]:
        """What the file says; nothing where it cannot be read: the links say what is current, it is for rollback."""
        try:
            known = orjson.loads((self.root / PROMOTED).read_bytes())
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def _link(self, name: str, version: str) -> None:
        with storage_errors(str(self.root)), TemporaryFolder(self.root, "building-") as temporary:
            link = temporary.path / CURRENT
            link.symlink_to(version, target_is_directory=True)
            link.replace(self._home(name) / CURRENT)
        flush(self._home(name))

    def _home(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or name in RESERVED:
            expected = "a name of letters, digits, - and _ that Shelfwise does not use itself"
            raise InputError(f"models: found the name {name!r}, expected {expected}.")
        return self.root / name

    def _listed(self, name: str) -> str:
        return ", ".join(self.versions(name)) or "none"


def _numbers(home: Path) -> list[int]:
    if not home.is_dir():
        return []
    return sorted(int(path.name) for path in home.iterdir() if path.name.isdecimal() and path.is_dir())


def _digests(folder: Path) -> dict[str, tuple[int, str]]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != FILES)
    return {path.relative_to(folder).as_posix(): (path.stat().st_size, checksum(path)) for path in files}


def _verify(folder: Path, part: str) -> None:
    """Compares the files of a part with their digests; a version of before there were digests passes."""
    listing = folder / FILES
    if not listing.exists():
        return
    hint = "Train it again, or serve another version: shelfwise models rollback"
    try:
        known = orjson.loads(listing.read_bytes())
        files = {path: (int(size), str(digest)) for path, (size, digest) in known.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise EncoderError(f"{listing}: {error}.", hint=hint) from error
    for path, (size, digest) in files.items():
        file = folder / path
        if part and not path.startswith(f"{part}/"):
            continue
        if not file.is_file():
            raise EncoderError(f"{file}: missing.", hint=hint)
        if file.stat().st_size != size or checksum(file) != digest:
            raise EncoderError(f"{file}: was changed: it is not what the version was made with.", hint=hint)
