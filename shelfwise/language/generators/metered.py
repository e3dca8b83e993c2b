"""A generator that stops when its tokens of the hour or of the day are spent."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from shelfwise.errors import GeneratorError
from shelfwise.language.base import DEFAULT_BUDGET, Budget, Generator, JsonSchema, Message

HOUR: Final = 3600
DAY: Final = 24  # hours
_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS spent (hour INTEGER PRIMARY KEY, tokens INTEGER NOT NULL)"
_ADD: Final = "INSERT INTO spent VALUES (?, ?) ON CONFLICT (hour) DO UPDATE SET tokens = tokens + excluded.tokens"


class MeteredGenerator:
    """Asks a generator while Σ tokens of this hour ≤ `hourly` and Σ tokens of this and the 23 hours before ≤ `daily`.

    Before a call its most is booked: the messages and the whole of the answer's budget; after it what was not used
    is given back. Tokens are estimated from the text (see tokens), for not every endpoint counts them. The book is a
    SQLite file that all processes of a shop share, so that a restart forgives nothing.

    Parameters: `daily`, `hourly` 0 for no bound; `clock` is time.time in life.

    Raises GeneratorError when a call would go past a bound, and when the book cannot be kept.
    """

    def __init__(
        self, generator: Generator, book: Path, *, hourly: int, daily: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._generator = generator
        self._bounds = ((1, hourly, "hour"), (DAY, daily, "day"))
        self._clock = clock
        self._lock = threading.Lock()
        self._path = book
        with self._told():
            book.parent.mkdir(parents=True, exist_ok=True)
            self._book = sqlite3.connect(book, timeout=1.0, check_same_thread=False, isolation_level=None)
            self._book.execute("PRAGMA journal_mode = WAL")
            self._book.execute("PRAGMA synchronous = NORMAL")  # a shopper waits: a power cut may forgive the last calls
            self._book.execute(_SCHEMA)
        self.name = generator.name

    def generate(
        self, messages: Sequence[Message], schema: JsonSchema | None = None, budget: Budget = DEFAULT_BUDGET
    ) -> Iterator[str]:
        """The answer in pieces."""
        asked = sum(tokens(each.text) for each in messages)
        hour = self._take(asked + budget.tokens)
        answer: list[str] = []
        try:
            for piece in self._generator.generate(messages, schema, budget):
                answer.append(piece)
                yield piece
        finally:
            self._add(hour, min(tokens("".join(answer)), budget.tokens) - budget.tokens)

    def close(self) -> None:
        """Closes the book, and the generator where it holds something."""
        with self._lock:
            self._book.close()
        if callable(close := getattr(self._generator, "close", None)):
            close()

    def _take(self, most: int) -> int:
        """Books tokens in the current hour, which is returned."""
        hour = int(self._clock() // HOUR)
        with self._lock, self._told():
            self._book.execute("BEGIN IMMEDIATE")
            try:
                self._check(hour, most)
                self._book.execute(_ADD, (hour, most))
                self._book.execute("DELETE FROM spent WHERE hour <= ?", (hour - DAY,))
            finally:
                self._book.execute("COMMIT")
        return hour

    def _check(self, hour: int, most: int) -> None:
        for hours, bound, name in self._bounds:
            sql = "SELECT coalesce(sum(tokens), 0) FROM spent WHERE hour > ? AND hour <= ?"
            spent = self._book.execute(sql, (hour - hours, hour)).fetchone()[0]
            if bound and spent + most > bound:
                raise GeneratorError(
                    f"{self.name}: {spent} of {bound} tokens of the {name} are spent, {most} more were asked for.",
                    hint=f"generator.tokens_per_{name} is the bound.",
                )

    def _add(self, hour: int, more: int) -> None:
        with self._lock, self._told():
            self._book.execute(_ADD, (hour, more))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise GeneratorError(f"{self._path}: what is spent cannot be kept: {error}.") from error


def tokens(text: str) -> int:
    """About how many tokens a text is: one for 3 bytes of UTF-8, so one a Chinese character, rather too many.

    >>> tokens("wireless mouse"), tokens("无线鼠标")
    (5, 4)
    """
    return -(-len(text.encode("utf-8", "replace")) // 3)
