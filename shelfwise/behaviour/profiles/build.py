"""A profile out of events: a pure function, so that whatever is not in the log is in no profile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shelfwise.behaviour.base import Profile
from shelfwise.behaviour.profiles.base import ProductFacts
from shelfwise.behaviour.profiles.evidence import evidence
from shelfwise.behaviour.profiles.history import recent, searches, sessions, spent
from shelfwise.behaviour.profiles.holdings import holdings
from shelfwise.behaviour.profiles.interests import interests
from shelfwise.behaviour.profiles.rules import Rules
from shelfwise.behaviour.profiles.satisfaction import satisfaction
from shelfwise.behaviour.profiles.stage import stage
from shelfwise.behaviour.profiles.vector import behaviour_vector
from shelfwise.types import Event


def build_profile(shopper: str, events: Sequence[Event], facts: ProductFacts, at: datetime, rules: Rules) -> Profile:
    """The profile of a shopper at a moment, from events in any order.

    Events after `at` (and a few minutes, for clocks that are ahead) and events without consent to a profile are left
    out. What the shopper holds, bought and paid comes of all events given, all else of as many of the newest as the
    rules say.
    """
    until = at + timedelta(minutes=rules.limits["skew_minutes"])
    told = [event for event in events if event.time <= until and event.consent == "personal"]
    if not told:
        return Profile(shopper, at)
    told.sort(key=lambda event: (event.time, event.id))
    seen = told[-rules.limits["events"] :]
    held, proof = holdings(told), evidence(seen, at, rules)
    known = facts.of(proof.products) if proof.products else {}
    return Profile(
        shopper=shopper,
        at=at,
        events=len(seen),
        first=seen[0].time,
        last=seen[-1].time,
        sessions=sessions(seen, timedelta(minutes=rules.sessions["gap_minutes"])),
        stage=stage(seen, held, at, rules),
        spent=spent(told),
        purchases=sum(event.kind == "purchase" for event in told),
        interests=interests(proof, known, rules),
        recent=recent(seen, rules.limits["recent"]),
        bought=held.bought,
        searches=searches(seen, rules.limits["searches"]),
        favourites=tuple(reversed(held.favourites)),
        cart=tuple(reversed(held.cart)),
        satisfaction=satisfaction(seen, at, rules),
        vector=behaviour_vector(proof, known, rules.half_life["vector"]),
    )
