"""Gives a service that fails time to recover."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Closed for `seconds` after `failures` in a row; then one call is let through, and its outcome decides.

    Threads may share it. `clock` is time.monotonic in life.

    >>> breaker = Breaker(failures=2, seconds=60, clock=lambda: 0.0)
    >>> breaker.failed(), breaker.failed(), breaker.lets_through()
    (False, True, False)
    """

    def __init__(
        self, failures: int = 5, seconds: float = 60.0, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = seconds
        self._most, self._clock = failures, clock
        self._lock = threading.Lock()
        self._count = 0
        self._until = 0.0

    def lets_through(self) -> bool:
        """Whether to call now."""
        with self._lock:
            if self._count < self._most:
                return True
            now = self._clock()
            if now < self._until:
                return False
            self._until = now + self.seconds  # others wait for the outcome of this one
            return True

    def failed(self) -> bool:
        """Notes a failure; whether it is the one that closes."""
        with self._lock:
            self._count += 1
            self._until = self._clock() + self.seconds
            return self._count == self._most

    def succeeded(self) -> None:
        """Notes a success."""
        with self._lock:
            self._count = 0
