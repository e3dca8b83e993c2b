"""Asks a generator for other words of a text, and waits for them only so long."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import structlog

from shelfwise.errors import GeneratorError, SettingsError
from shelfwise.language.base import Budget, Generator
from shelfwise.language.detect import detect
from shelfwise.language.generators import generator_of
from shelfwise.settings import Settings
from shelfwise.understanding.rewrite.answer import Rewrite, read, written
from shelfwise.understanding.rewrite.breaker import Breaker
from shelfwise.understanding.rewrite.cache import AnswerCache, key_of
from shelfwise.understanding.rewrite.mask import masked
from shelfwise.understanding.rewrite.prompt import SCHEMA, messages, version

FILE: Final = "cache/rewrites.db"
ANSWER: Final = Budget(tokens=256, seconds=10.0)
THREADS: Final = 4  # answers waited for at once
WAITING: Final = 16  # texts asked or about to be


class Rewriter:
    """Text → Rewrite. One serves all the generations of a shop; threads share it.

    What is known by (model, instructions, text) comes from the cache. Else the generator is asked in a thread of its
    own; what has not come after `seconds` fills the cache when it comes. A text that is being asked is not asked
    again. After repeated failures, lateness among them, nothing is asked for a while.

    Only the masked text and its language leave this object, and only words that passed `answer.read` come back.
    """

    def __init__(
        self,
        generator: Generator,
        cache: AnswerCache,
        *,
        seconds: float = 0.3,
        budget: Budget = ANSWER,
        breaker: Breaker | None = None,
    ) -> None:
        self._generator, self._cache = generator, cache
        self._seconds, self._budget = seconds, budget
        self._breaker = breaker or Breaker()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="shelfwise-rewrite")
        self._lock = threading.Lock()
        self._asked: dict[bytes, Future[Rewrite]] = {}

    def __call__(self, text: str) -> Rewrite:
        """Other words for a text; empty where the generator has none that may be used.

        Raises:
            GeneratorError: no answer, or none is asked for now.
            TimeoutError: no answer yet.
        """
        sent = masked(text)
        key = key_of(self._generator.name, version(), sent.casefold())
        known = self._cache.get(key)
        if known is not None:
            return read(known, sent)
        if not self._breaker.lets_through():
            raise GeneratorError("Rewriting rests after repeated failures.")
        try:
            rewrite = self._ask(key, sent).result(self._seconds)
        except (GeneratorError, TimeoutError) as error:
            if self._breaker.failed():
                structlog.get_logger("shelfwise.understanding").warning(
                    "rewriting_rests", seconds=self._breaker.seconds, error=repr(type(error))
                )
            raise
        self._breaker.succeeded()
        return rewrite

    def close(self) -> None:
        """Ends what waits, and closes the cache and the generator; answers on their way are lost."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._cache.close()
        if callable(close := getattr(self._generator, "close", None)):
            close()

    def _ask(self, key: bytes, sent: str) -> Future[Rewrite]:
        with self._lock:
            if key in self._asked:
                return self._asked[key]
            if len(self._asked) >= WAITING:
                raise GeneratorError(f"{WAITING} rewrites are waited for.")
            future = self._asked[key] = self._pool.submit(self._answer, key, sent)
        future.add_done_callback(lambda done: self._asked.pop(key, None))
        return future

    def _answer(self, key: bytes, sent: str) -> Rewrite:
        asked = messages(sent, detect(sent))
        rewrite = read("".join(self._generator.generate(asked, SCHEMA, self._budget)), sent)
        self._cache.put(key, written(rewrite, sent))
        return rewrite


def rewriter_of(settings: Settings, *, folder: Path, environment: Mapping[str, str] | None = None) -> Rewriter | None:
    """The rewriter that a shop's settings ask for; None where rewriting is off.

    Parameters: `folder` is the shop's; `environment` holds the endpoint's key, os.environ if None.

    Raises:
        SettingsError: rewriting is on and there is no generator, or a setting that this needs is empty.
        GeneratorError: the generator cannot be loaded.
        MissingExtraError: it needs a package that is not installed.
    """
    if not settings.understanding.rewrite:
        return None
    generator = generator_of(settings.generator, folder=folder, environment=environment)
    if generator is None:
        raise SettingsError('understanding.rewrite is on, and generator.kind is "none"; rewriting needs a generator.')
    seconds = settings.understanding.rewrite_milliseconds / 1000
    return Rewriter(generator, AnswerCache(folder / FILE), seconds=seconds)
