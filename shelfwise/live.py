"""Keeps an open shop current: changes in the catalogue, and a new generation built by whomever."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

SECONDS = 0.3  # between two looks: what another process writes is visible within a second


class Follower:
    """A thread that calls `catch_up` again and again until it is closed; errors are logged, not raised."""

    def __init__(self, catch_up: Callable[[], object], seconds: float = SECONDS) -> None:
        self._catch_up = catch_up
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shelfwise-follower", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        log = structlog.get_logger("shelfwise.live")
        last = ""
        while not self._stop.wait(self._seconds):
            try:
                self._catch_up()
                last = ""
            except Exception as error:  # whatever it is, the next look may find it gone
                if str(error) != last:  # one line for one trouble, however long it lasts
                    log.warning("catching_up_failed", error=str(error))
                last = str(error)

    def close(self) -> None:
        """Stops the thread and waits for it."""
        self._stop.set()
        self._thread.join()
