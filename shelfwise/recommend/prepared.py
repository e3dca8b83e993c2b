"""Rows that were made before: of one shopper, kept until that shopper does something, or the models change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Final

from shelfwise.recommend.base import Row

FRESH: Final = timedelta(minutes=10)


class Prepared:
    """At most `most` pages of rows, the longest unused going first. Threads may share it.

    Each is kept under what it was made for (`key`: shopper, placement …) and what it was made from (`state`: the number
    of the shopper's last event, the generation); with another state, or after ten minutes, it is not given any more.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Hashable, datetime, tuple[Row, ...]]] = OrderedDict()

    def get(self, key: Hashable, state: Hashable, now: datetime) -> tuple[Row, ...] | None:
        """The rows, if there are any that still hold."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept[0] != state or not timedelta() <= now - kept[1] < FRESH:
                return None
            self._kept.move_to_end(key)
            return kept[2]

    def put(self, key: Hashable, state: Hashable, now: datetime, rows: tuple[Row, ...]) -> None:
        """Keep rows."""
        with self._lock:
            self._kept[key] = state, now, rows
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self, shopper: str) -> None:
        """Let go of what was made for a shopper."""
        with self._lock:
            for key in [key for key in self._kept if isinstance(key, tuple) and key[0] == shopper]:
                del self._kept[key]

    def __len__(self) -> int:
        return len(self._kept)
