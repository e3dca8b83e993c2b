"""Makes recommendations before they are asked for, while nothing else is to be done with the time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

ROUND: Final = 60.0  # seconds between two rounds: rows that are gone are missing no longer than that
SHARE: Final = 0.2  # of the time, at most: requests come first


class Preparing:
    """A thread that makes the rows of the shoppers who are expected, one after the other, in rounds until it is closed.

    Each server process has one, for each keeps the rows that it made itself. It is bounded: `expected` names few
    shoppers, rows that still hold are not made again, and after each row it waits until making rows has taken no more
    than SHARE of the time. Errors are logged and end the round.

    expected: who. prepare: makes the rows of some; how many had none. seconds: between two rounds.
    """

    def __init__(
        self, expected: Callable[[], Sequence[str]], prepare: Callable[[Sequence[str]], int], seconds: float = ROUND
    ) -> None:
        self._expected, self._prepare, self._seconds = expected, prepare, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shelfwise-preparing", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        log = structlog.get_logger("shelfwise.preparing")
        while not self._stop.is_set():
            try:
                if made := self._round():
                    log.info("prepared", shoppers=made)
            except Exception as error:  # whatever it is, the next round may find it gone
                log.warning("preparing_failed", error=type(error).__name__)
            self._stop.wait(self._seconds)

    def _round(self) -> int:
        made = 0
        for shopper in self._expected():
            start = time.perf_counter()
            made += self._prepare([shopper])
            if self._stop.wait((time.perf_counter() - start) * (1 / SHARE - 1)):
                break
        return made

    def close(self) -> None:
        """Stops the thread and waits for it."""
        self._stop.set()
        self._thread.join()
