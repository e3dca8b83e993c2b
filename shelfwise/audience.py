"""What a shop knows of its shoppers: the log of what they did, and the profiles that come of it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from shelfwise.behaviour.base import EventLog, Profile, ProfileStore, Receipt
from shelfwise.behaviour.log.known import KnownProducts
from shelfwise.behaviour.log.marking import Marking
from shelfwise.behaviour.log.store import SqlEventLog
from shelfwise.behaviour.validate import check
from shelfwise.catalog.store import SqlCatalogStore
from shelfwise.settings import Settings
from shelfwise.types import Event

EVENTS: Final = "events.db"


class Audience:
    """The shoppers of one shop. The log is opened by the first call that needs it. Threads may share it.

    place: where the log is, a file or a PostgreSQL URL. catalog: what products there are. profiles: the profiles over
    a log.
    """

    def __init__(
        self,
        place: str | Path,
        settings: Settings,
        catalog: SqlCatalogStore,
        *,
        clock: Callable[[], datetime],
        profiles: Callable[[EventLog], ProfileStore],
    ) -> None:
        self._place = place
        self._settings = settings.behaviour
        self._catalog = catalog
        self._clock = clock
        self._make_profiles = profiles
        self._lock = threading.Lock()
        self._opened: tuple[SqlEventLog, ProfileStore] | None = None

    @property
    def begun(self) -> bool:
        """Whether there is a log already; the first event makes one."""
        return not isinstance(self._place, Path) or self._place.exists()

    @property
    def log(self) -> SqlEventLog:
        """The log of events. Raises ShopError when it cannot be opened."""
        return self._open()[0]

    @property
    def profiles(self) -> ProfileStore:
        """The profiles of shoppers."""
        return self._open()[1]

    def record(self, events: Event | Sequence[Event]) -> Receipt:
        """Keep what shoppers did: durable when it returns. What cannot be taken is told in the receipt.

        Raises StorageError when nothing was acknowledged, BusyError when too much is waiting: try again later.
        """
        given = [events] if isinstance(events, Event) else events
        refused = [found for index, event in enumerate(given) if (found := check(event, index)) is not None]
        wrong = {refusal.index for refusal in refused}
        good = [event for index, event in enumerate(given) if index not in wrong] if wrong else given
        return dataclasses.replace(self.log.append(good), refused=tuple(refused))

    def profile(self, shopper: str) -> Profile:
        """What is believed of a shopper now; of a stranger, an empty profile."""
        return self.profiles.profile(shopper, self._clock())

    def forget(self, shopper: str) -> int:
        """Remove all that is known of a shopper, for good; how many events that were."""
        return self.profiles.forget(shopper)

    def merge(self, visitor: str, customer: str) -> int:
        """An anonymous visitor turns out to be this customer; how many events became theirs. Raises InputError."""
        return self.log.merge(visitor, customer)

    def close(self) -> None:
        """Write what is waiting, and let go of files."""
        with self._lock:
            if self._opened is not None:
                self._opened[0].close()
                self._opened = None

    def _open(self) -> tuple[SqlEventLog, ProfileStore]:
        opened = self._opened
        if opened is not None:
            return opened
        with self._lock:
            if self._opened is None:
                marking = Marking(KnownProducts(self._catalog.known, self._clock))
                days = self._settings.retention_days
                log = SqlEventLog.open(
                    self._place,
                    marking=marking,
                    clock=self._clock,
                    queue=self._settings.queue,
                    keep=timedelta(days=days) if days else None,
                )
                self._opened = log, self._make_profiles(log)
            return self._opened
