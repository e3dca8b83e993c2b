"""Generations of an index: built whole or not at all, checksummed, switched in one step, rolled back.

    index/
      current               the name of the generation that is served
      0007/manifest.json    what it holds, from what, and the size and SHA-256 of each file
      0007/embedded/…       the engine's files
      0007/<part>/…         what was built beside it (suggestions, spelling)

A generation is built in a temporary folder, flushed to disk and then renamed, so that a folder of four digits is always
complete; it is served once `current`, one small file replaced in one step, names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from shelfwise.errors import CorruptIndexError, NoIndexError, NotFoundError
from shelfwise.locks import TemporaryFolder
from shelfwise.numbered import CURRENT, MANIFEST, Files, Numbered, damage
from shelfwise.retrieval.base import Engine, GenerationPart, IndexedProduct, Reader
from shelfwise.storage import storage_errors
from shelfwise.types import Product

BATCH = 256

Names: TypeAlias = list[str]
Documents: TypeAlias = Callable[[Sequence[Product]], Sequence[IndexedProduct]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds. `revision` is the catalogue's when building began; files: path → size and SHA-256.

    `versions` name what shaped it (analyzer, encoder, engine): when one differs, it is time to index again.
    `encoder` says how its encoder is loaded; older generations do not tell.
    """

    name: str
    created: str
    products: int
    dim: int
    revision: int
    versions: Mapping[str, str]
    files: Mapping[str, tuple[int, str]]
    encoder: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Generation:
    """A complete generation."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """Its number, as in "0007"."""
        return self.manifest.name

    def problems(self) -> tuple[str, ...]:
        """What is wrong with its files: missing, of another size, or of another checksum; nothing when it is whole."""
        return tuple(damage(self.folder, self.manifest.files).values())


@dataclass(frozen=True, slots=True)
class Opened:
    """An open generation. `problems` says why it is another than the current one, if it is."""

    reader: Reader
    generation: Generation
    problems: tuple[str, ...] = ()


class Generations(Numbered):
    """The generations in a folder (a shop's `index/`). Processes may share it; each step is atomic."""

    def build(
        self,
        products: Iterable[Product],
        documents: Documents,
        engine: Engine,
        parts: Sequence[GenerationPart] = (),
        *,
        versions: Mapping[str, str],
        revision: int,
        clock: Callable[[], datetime],
        encoder: Mapping[str, Any] | None = None,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Generation:
        """Build a new generation; it is complete but not yet served (`switch`).

        products are read once, in batches of 256; `documents` turns a batch into index form, vectors included;
        `progress` is told how many are done. Raises StorageError when the disk refuses; nothing is left behind then.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        self.clean()
        dims = {0}
        with storage_errors(str(self.root)), TemporaryFolder(self.root, f"{self.next()}.building-") as temporary:
            stream = _indexed(products, documents, parts, dims, progress)
            count = engine.build(stream, _made(temporary.path / engine.name))
            for part in parts:
                part.write(_made(temporary.path / part.name))
            created, dim, made_by = clock().isoformat(), max(dims), dict(encoder or {})

            def manifest(name: str, files: Files) -> bytes:
                about = Manifest(name, created, count, dim, revision, dict(versions), files, made_by)
                return orjson.dumps(about, option=orjson.OPT_INDENT_2)

            name = self.complete(temporary.path, manifest)
        return self.get(name)

    def get(self, name: str) -> Generation:
        """The generation of that name. Raises NotFoundError, or CorruptIndexError when its manifest is broken."""
        folder = self.root / name
        if not (name.isdecimal() and folder.is_dir()):
            raise NotFoundError(f"{self.root}: no generation {name!r}.")
        try:
            given = orjson.loads((folder / MANIFEST).read_bytes())
            files = {path: (int(size), str(digest)) for path, (size, digest) in given.pop("files").items()}
            return Generation(folder, Manifest(**given, files=files))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise CorruptIndexError(f"{folder / MANIFEST}: {error}", hint="Index again.") from error

    def list(self) -> tuple[Generation, ...]:
        """All generations with a readable manifest, oldest first."""
        found = []
        for name in self.names():
            with suppress(CorruptIndexError, NotFoundError):
                found.append(self.get(name))
        return tuple(found)

    def damage(self) -> dict[str, tuple[str, ...]]:
        """Each generation's name, oldest first, and what is wrong with its manifest and files; nothing if whole."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self.names():
            try:
                found[name] = self.get(name).problems()
            except CorruptIndexError as error:
                found[name] = (error.message,)
            except NotFoundError:  # removed by another process just now
                continue
        return found

    def switch(self, name: str) -> None:
        """Serve this generation from now on. Raises NotFoundError, CorruptIndexError or StorageError."""
        self.get(name)
        super().switch(name)

    def open_current(self, engine: Engine) -> Opened:
        """Open the current generation after checking its files; if they are damaged, the newest older good one.

        Raises NoIndexError when there is none at all, CorruptIndexError naming the damage when none is whole.
        """
        names, current = self.names(), self.current()
        if not names:
            raise NoIndexError(f"{self.root}: there is no index yet.", hint="Make one with: shelfwise index")
        problems: Names = []
        if current not in names:
            problems.append(f"{self.root / CURRENT}: found {current!r}, expected the name of a generation")
        older = [name for name in reversed(names) if current not in names or int(name) <= int(str(current))]
        for name in older:
            found = self._opened(name, engine, problems)
            if found is not None:
                return found
        raise CorruptIndexError(f"No generation is whole: {'; '.join(problems)}.", hint="Index again: shelfwise index")

    def _opened(self, name: str, engine: Engine, problems: Names) -> Opened | None:
        try:
            generation = self.get(name)
            damage = generation.problems()
            if not damage:
                reader = engine.open(generation.folder / engine.name, self.root)
                return Opened(reader, generation, tuple(problems))
            problems.extend(damage)
        except (CorruptIndexError, NotFoundError) as error:
            problems.append(str(error))
        return None

    def rollback(self) -> Generation:
        """Serve the newest whole generation older than the current one. Raises NotFoundError when there is none."""
        current = self.current()
        generation = None if current is None else self.before(current)
        if generation is None:
            raise NotFoundError(f"{self.root}: no whole generation older than {current!r} to go back to.")
        self.switch(generation.name)
        return generation

    def before(self, name: str) -> Generation | None:
        """The newest whole generation older than one, to which `rollback` would go back."""
        older = (each for each in reversed(self.list()) if int(each.name) < int(name))
        return next((each for each in older if not each.problems()), None)


def _indexed(
    products: Iterable[Product],
    documents: Documents,
    parts: Sequence[GenerationPart],
    dims: set[int],
    progress: Callable[[int], None],
) -> Iterator[IndexedProduct]:
    """The products in index form; parts are shown each pair, and `dims` collects the sizes of vectors."""
    stream, done = iter(products), 0
    while batch := list(islice(stream, BATCH)):
        for product, indexed in zip(batch, documents(batch), strict=True):
            for part in parts:
                part.add(product, indexed)
            if indexed.vector is not None:
                dims.add(len(indexed.vector))
            yield indexed
        done += len(batch)
        progress(done)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
