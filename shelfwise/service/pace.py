"""How fast one shopper may send events: so that a script gone wild fills neither the log nor the queue of others."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

BURST: Final = 3_000  # events of one shopper at once: a day's that were kept while there was no network
PER_SECOND: Final = 20.0  # and so many later; nobody clicks that fast for long
HELD: Final = 50_000  # shoppers that are remembered


class Pace:
    """A bucket of BURST events for each shopper, refilled by PER_SECOND a second.

    Only the HELD shoppers who sent last are remembered, so a stream of invented names costs no memory.
    clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # events left, as of when

    def allows(self, shopper: str) -> bool:
        """Whether one more event of a shopper may come in; it is counted then."""
        now = self._clock()
        with self._lock:
            left, since = self._left.pop(shopper, (float(BURST), now))
            left = min(float(BURST), left + (now - since) * PER_SECOND)
            allowed = left >= 1
            self._left[shopper] = (left - allowed, now)
            if len(self._left) > HELD:
                self._left.popitem(last=False)
        return allowed
