"""Profiles that are always current: worked out when asked for, kept until the log has something new."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from typing import Final

from shelfwise.behaviour.base import EventLog, Profile
from shelfwise.behaviour.profiles.base import ProductFacts
from shelfwise.behaviour.profiles.build import build_profile
from shelfwise.behaviour.profiles.rules import Rules, default_rules

KEEP: Final = 10_000  # shoppers


class LiveProfiles:
    """A `ProfileStore` over a log. Threads may share it, and so may processes the log.

    A profile is derived from the shopper's newest events and from those that say what they hold, and kept under the
    number of the last of them, so that one event, of whatever process, changes the next answer, and nothing outlives
    the log. It is worked out for the minute of `at`: asked again within that minute, it is the same object. Products
    that were deleted meanwhile give no more interest from the next minute on.
    """

    def __init__(self, log: EventLog, facts: ProductFacts, rules: Rules | None = None, keep: int = KEEP) -> None:
        self._log, self._facts = log, facts
        self._rules = rules or default_rules()
        self._keep = keep
        self._forgotten = 0  # how often somebody was: what was read before is not kept after
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Hashable, Profile]] = OrderedDict()

    def profile(self, shopper: str, at: datetime) -> Profile:
        """What is believed of a shopper; an empty profile of one who has no events."""
        minute, last = at.replace(second=0, microsecond=0), self._log.last(shopper)
        key = last, minute, self._facts.state()
        with self._lock:
            kept, forgotten = self._kept.get(shopper), self._forgotten
            if kept is not None and kept[0] == key:
                self._kept.move_to_end(shopper)
                return kept[1]
        limits = self._rules.limits
        events = self._log.shopper_events(shopper, limits["events"], limits["held"]) if last else []
        who = events[0].shopper if events else shopper  # a merged visitor's are the customer's
        profile = build_profile(who, events, self._facts, minute, self._rules)
        with self._lock:
            if not events:
                self._kept.pop(shopper, None)
            elif forgotten == self._forgotten:
                self._keep_one(shopper, key, profile)
        return profile

    def forget(self, shopper: str) -> int:
        """Remove a shopper's events for good, and with them all that is believed; how many events there were."""
        who = self._log.canonical(shopper)
        count = self._log.erase(who)
        with self._lock:
            self._forgotten += 1
            for name in [name for name, (_, profile) in self._kept.items() if profile.shopper == who]:
                del self._kept[name]  # under whatever name they were asked for
        return count

    def _keep_one(self, shopper: str, key: Hashable, profile: Profile) -> None:
        self._kept[shopper] = key, profile
        self._kept.move_to_end(shopper)
        while len(self._kept) > self._keep:
            self._kept.popitem(last=False)
