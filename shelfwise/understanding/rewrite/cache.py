"""Answers on disk, so that no query is asked twice."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

import structlog

MOST: Final = 100_000  # answers kept, the latest
_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, answer TEXT NOT NULL)"


class AnswerCache:
    """Key → answer in a SQLite file that processes and threads may share. Keys are digests: texts are not kept.

    A file that cannot be used is worked without, with a warning, for a cache can only cost time; delete it to begin
    anew.
    """

    def __init__(self, path: Path, most: int = MOST) -> None:
        self._path, self._most = path, most
        self._lock = threading.Lock()
        self._file: sqlite3.Connection | None = None
        with self._guard():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, timeout=1.0, check_same_thread=False)
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = NORMAL")
            self._file.execute(_SCHEMA)

    def get(self, key: bytes) -> str | None:
        """The answer, if there is one."""
        with self._guard():
            if self._file is not None:
                row = self._file.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
                return None if row is None else str(row[0])
        return None

    def put(self, key: bytes, answer: str) -> None:
        """Keeps an answer; the oldest ones make room."""
        with self._guard():
            if self._file is not None:
                with self._file:
                    self._file.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, answer))
                    self._file.execute(
                        "DELETE FROM answers WHERE rowid <= (SELECT max(rowid) FROM answers) - ?", (self._most,)
                    )

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None

    @contextmanager
    def _guard(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except (sqlite3.Error, OSError) as error:
                structlog.get_logger("shelfwise.understanding").warning(
                    "rewrites_not_kept", file=str(self._path), error=str(error)
                )
                if self._file is not None:
                    self._file.close()
                self._file = None


def key_of(*parts: str) -> bytes:
    """BLAKE2b-128 of texts, each apart.

    >>> key_of("a", "bc") == key_of("ab", "c")
    False
    """
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
