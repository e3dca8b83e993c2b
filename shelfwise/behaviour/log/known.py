"""Which products the shop has, asked of the catalogue once a minute for each at most."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final

KEPT: Final = timedelta(minutes=1)  # so long after its deletion may a product still be taken for known
HELD: Final = 200_000  # ids in memory


class KnownProducts:
    """`find` (ids → those of them that there are) with a memory for what it found. Threads may share it.

    What was not found is asked for each time: a product may come in any moment, and events about strangers are few.
    """

    def __init__(self, find: Callable[[Collection[str]], Collection[str]], clock: Callable[[], datetime]) -> None:
        self._find = find
        self._clock = clock
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._until = clock()

    def __call__(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that the shop has."""
        now = self._clock()
        with self._lock:
            if now >= self._until or len(self._known) > HELD:
                self._known, self._until = set(), now + KEPT
            known = self._known
            found = known.intersection(ids)
        missing = [id for id in ids if id not in found]
        if missing:
            fresh = self._find(missing)
            with self._lock:
                known.update(fresh)
            found.update(fresh)
        return found
