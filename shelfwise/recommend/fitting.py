"""Fitting all generators of a shop, one after the other, into a folder; what is finished survives an interruption.

recommend/
  current, 0001/manifest.json       see numbered.py
  0001/<generator>/…                what the generator keeps
  fitting/                          a fit under way: about.json, and finished generators
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from shelfwise.behaviour.table import EventTable
from shelfwise.errors import CorruptIndexError, ShelfwiseError
from shelfwise.locks import locked
from shelfwise.numbered import MANIFEST, Files, Numbered, damage
from shelfwise.recommend.base import CandidateGenerator, CatalogTable
from shelfwise.storage import storage_errors

FITTING: Final = "fitting"
ABOUT: Final = "about.json"
FRESH: Final = timedelta(days=1)  # an interrupted fit that is older begins again
KEEP: Final = 2
Kind = type[CandidateGenerator]
Progress = Callable[[int, int | None], None]
Part = Callable[[Path, EventTable], None]  # writes its files into a new folder


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a generation of generators was fitted on.

    cursor: the log's number after the last event. revision: the catalogue's. versions: what else shaped it (encoder).
    """

    name: str
    created: str
    cursor: int
    revision: int
    events: int = 0
    products: int = 0
    generators: tuple[str, ...] = ()
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    files: Files = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """Generators that could be opened, what they were fitted on (None: nothing was), and what is wrong with others.

    folder: where what was kept beside them lies; a part of it that is `damaged` must not be read.
    """

    generators: Mapping[str, CandidateGenerator]
    fitted: Fitted | None
    damaged: dict[str, str]
    folder: Path | None = None


class FittedGenerators:
    """The generations of generators in a folder (a shop's `recommend/`). Processes may share it."""

    def __init__(self, root: Path) -> None:
        self.numbered = Numbered(root)
        self.root = root

    def fit(
        self,
        kinds: Sequence[Kind],
        about: Fitted,
        events: Callable[[int], EventTable],
        catalog: CatalogTable,
        *,
        now: datetime,
        parts: Mapping[str, Part] | None = None,
        progress: Progress = lambda done, total: None,
    ) -> str:
        """Fit each kind, keep and serve them as a new generation; its name. parts: what is kept beside them, by name.

        events: the log up to a number. A fit that was interrupted goes on from the generators that were finished, on
        the events that they saw. Raises StorageError when the disk refuses; what is served stays as it is then.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with storage_errors(str(self.root)), locked(self.root / f".{FITTING}"):
            self.numbered.clean()
            folder = self.root / FITTING
            about = _resumed(folder, about, now)
            table = events(about.cursor)
            jobs = {kind.name: _fitting(kind, catalog) for kind in kinds} | dict(parts or {})
            for done, (name, write) in enumerate(jobs.items()):
                progress(done, len(jobs))
                if not (folder / name).is_dir():
                    _kept(folder, name, write, table)
            progress(len(jobs), len(jobs))
            (folder / ABOUT).unlink()
            names = tuple(kind.name for kind in kinds)
            about = dataclasses.replace(about, events=len(table), products=len(catalog), generators=names)
            name = self.numbered.complete(folder, lambda name, files: _manifest(about, name, files))
            self.numbered.switch(name)
            self.numbered.prune(KEEP)
        return name

    def get(self, name: str) -> Fitted:
        """What a generation was fitted on. Raises CorruptIndexError when its manifest cannot be read."""
        return _read(self.root / name)

    def open(self, kinds: Iterable[Kind]) -> Opened:
        """The generators served. One whose files are damaged is left out and named; the others are served.

        Where the manifest itself cannot be read, the newest older generation that has one is opened.
        """
        known = {kind.name: kind for kind in kinds}
        damaged: dict[str, str] = {}
        current = self.numbered.current()
        names = [name for name in self.numbered.names() if current is not None and int(name) <= int(current)]
        for name in reversed(names):
            try:
                fitted = _read(self.root / name)
            except CorruptIndexError as error:
                damaged[name] = error.message
                continue
            return self._opened(fitted, known, damaged)
        return Opened({}, None, damaged)

    def _opened(self, fitted: Fitted, known: Mapping[str, Kind], damaged: dict[str, str]) -> Opened:
        folder = self.root / fitted.name
        for path, problem in damage(folder, fitted.files).items():
            damaged.setdefault(path.split("/")[0], problem)
        generators: dict[str, CandidateGenerator] = {}
        for name in fitted.generators:
            if name in damaged or name not in known:
                continue
            try:
                generators[name] = known[name].load(folder / name)
            except (ShelfwiseError, OSError, ValueError, KeyError) as error:
                damaged[name] = str(error)
        return Opened(generators, fitted, damaged, folder)


def _resumed(folder: Path, about: Fitted, now: datetime) -> Fitted:
    """What an interrupted fit of the same catalogue was fitted on; otherwise a new beginning."""
    try:
        before: dict[str, Any] = orjson.loads((folder / ABOUT).read_bytes())
        fresh = now - datetime.fromisoformat(before["created"]) < FRESH
        if fresh and before["revision"] == about.revision and before["versions"] == about.versions:
            return dataclasses.replace(about, cursor=int(before["cursor"]), created=before["created"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / ABOUT).write_bytes(orjson.dumps(about))
    return about


def _fitting(kind: Kind, catalog: CatalogTable) -> Part:
    return lambda folder, events: kind().fit(events, catalog).save(folder)


def _kept(folder: Path, name: str, write: Part, events: EventTable) -> None:
    """Writes a part under another name first, so that a folder of its name is complete."""
    half = folder / f"{name}.half"
    shutil.rmtree(half, ignore_errors=True)
    write(half, events)
    half.rename(folder / name)


def _manifest(about: Fitted, name: str, files: Files) -> bytes:
    return orjson.dumps(dataclasses.replace(about, name=name, files=files), option=orjson.OPT_INDENT_2)


def _read(folder: Path) -> Fitted:
    try:
        given = orjson.loads((folder / MANIFEST).read_bytes())
        files = {path: (int(size), str(digest)) for path, (size, digest) in given.pop("files").items()}
        return Fitted(**{**given, "generators": tuple(given["generators"])}, files=files)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CorruptIndexError(f"{folder / MANIFEST}: {error}", hint="Fit again: shelfwise recommend fit") from error
