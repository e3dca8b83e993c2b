"""Vectors on disk, so that nothing is encoded twice: re-indexing encodes only what is new, a killed run goes on.

A row is keyed by BLAKE2b-128(encoder name, kind, text) and holds the vector in float16, at most 2⁻¹¹ off in each
component (a cosine moves by less than 0.0003). A vector is the same whether it was just made or read back.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shelfwise.language.base import Encoder, TextKind
from shelfwise.types import Bool, Float32

CHUNK = 512  # texts encoded and committed together; a kill loses at most these
QUERIES = 4096  # queries kept in memory
_ASKED = 500  # keys in one SELECT
_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"

_log = logging.getLogger(__name__)


class CachedEncoder:
    """An encoder that remembers: products in a SQLite file, the latest queries in memory.

    Several processes may share a file, several threads an object. `progress` is told (done, to do) as texts are
    encoded; texts that the cache knows do not count. A file that is damaged is moved aside and begun anew, a disk
    that is full is worked without; both with a warning, for a cache can only cost time.

    Raises EncoderError where the encoder does.
    """

    def __init__(self, encoder: Encoder, path: Path, progress: Callable[[int, int], None] | None = None) -> None:
        self._encoder = encoder
        self._store = _Store(path)
        self._progress = progress
        self._queries: OrderedDict[str, Float32] = OrderedDict()
        self._lock = threading.Lock()
        self.name = encoder.name

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self._encoder.dim

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        """Unit rows, Float32[len(texts), dim]."""
        if not texts:
            return np.empty((0, self.dim), np.float32)
        return self._encode_queries(texts) if kind == "query" else self._encode_products(texts)

    def close(self) -> None:
        """Closes the file."""
        self._store.close()

    def _encode_queries(self, texts: Sequence[str]) -> Float32:
        with self._lock:
            found = {text: self._queries[text] for text in texts if text in self._queries}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            made = self._encoder.encode(missing, "query")
            found.update((text, made[row].copy()) for row, text in enumerate(missing))
        with self._lock:
            for text, vector in found.items():
                self._queries[text] = vector
                self._queries.move_to_end(text)
            while len(self._queries) > QUERIES:
                self._queries.popitem(last=False)
        return np.stack([found[text] for text in texts])

    def _encode_products(self, texts: Sequence[str]) -> Float32:
        keys = self._keys(texts)
        vectors = np.empty((len(texts), self.dim), np.float16)
        known = self._store.read(keys, vectors)
        todo: dict[bytes, list[int]] = {}
        for row in np.flatnonzero(~known).tolist():
            todo.setdefault(keys[row], []).append(row)
        unique = list(todo)
        for at in range(0, len(unique), CHUNK):
            chunk = unique[at : at + CHUNK]
            made = self._encoder.encode([texts[todo[key][0]] for key in chunk], "product").astype(np.float16)
            self._store.write(chunk, made)
            for key, vector in zip(chunk, made, strict=True):
                vectors[todo[key]] = vector
            if self._progress is not None:
                self._progress(at + len(chunk), len(unique))
        return _unit(vectors)

    def _keys(self, texts: Sequence[str]) -> list[bytes]:
        start = blake2b(f"{self.name}\0product\0".encode(), digest_size=16)
        keys = []
        for text in texts:
            each = start.copy()
            each.update(text.encode("utf-8", "surrogatepass"))
            keys.append(each.digest())
        return keys


def _unit(vectors: npt.NDArray[np.float16]) -> Float32:
    wide = vectors.astype(np.float32)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    return wide


class _Store:
    """Key → float16 vector in SQLite. Never raises for the file's sake: what it cannot read is not known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        with self._guard():
            self._connection = self._open()

    def read(self, keys: Sequence[bytes], into: npt.NDArray[np.float16]) -> Bool:
        """Fills the rows of `into` whose keys are known; which those are, Bool[len(keys)]."""
        known = np.zeros(len(keys), np.bool_)
        rows: dict[bytes, list[int]] = {}
        for row, key in enumerate(keys):
            rows.setdefault(key, []).append(row)
        unique = sorted(rows)  # neighbours in the file
        with self._guard():
            for at in range(0, len(unique), _ASKED):
                for key, blob in self._select(unique[at : at + _ASKED]):
                    if len(blob) == into.itemsize * into.shape[1]:
                        into[rows[key]] = np.frombuffer(blob, np.float16)
                        known[rows[key]] = True
        return known

    def write(self, keys: Sequence[bytes], vectors: npt.NDArray[np.float16]) -> None:
        """Commits the rows."""
        with self._guard():
            if self._connection is not None:
                rows = [(key, vector.tobytes()) for key, vector in zip(keys, vectors, strict=True)]
                with self._connection:
                    self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _select(self, keys: list[bytes]) -> list[tuple[bytes, bytes]]:
        if self._connection is None:
            return []
        marks = ",".join("?" * len(keys))
        return self._connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", keys).fetchall()

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=30.0, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last chunks, not the file
            connection.execute(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """One thread at a time; a damaged file is replaced, any other trouble ends the use of the file."""
        with self._lock:
            try:
                yield
            except sqlite3.OperationalError as error:  # full, read-only or locked by another process for long
                _log.warning("%s: cannot be used, going on without it: %s", self._path, error)
                self._drop()
            except sqlite3.DatabaseError as error:
                _log.warning("%s: damaged (%s), moved aside and begun anew", self._path, error)
                self._drop()
                self._move_aside()
                self._connection = self._open()
            except OSError as error:
                _log.warning("%s: cannot be used, going on without it: %s", self._path, error)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _move_aside(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            file = self._path.with_name(self._path.name + suffix)
            if file.exists():
                file.replace(file.with_name(file.name + ".damaged"))


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error for CachedEncoder's `progress`; silent where that is not a terminal.

    >>> with progress_bar("Encoding") as progress:
    ...     progress(1, 2)
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
