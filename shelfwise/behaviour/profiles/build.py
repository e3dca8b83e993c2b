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


def build_profile(
    shopper: str,
    events: Sequence[Event],
    facts: ProductFacts,
    at: datetime,
    rules: Rules,
    *,
    held: Sequence[Event] = (),
) -> Profile:
    """The profile of a shopper at a moment, from events in any order.

    Events after `at` (and a few minutes, for clocks that are ahead) and events without consent to a profile are left
    out. Counts are of the events given.

    held: all of the kinds HOLDING, which may reach further back than `events`; what the shopper holds, bought and paid
    comes of them. If there are none, it comes of `events`.
    """
    until = at + timedelta(minutes=rules.limits["skew_minutes"])
    past = _told(held or events, until)
    seen = _told(events, until) or past  # the newest may all be a bot's
    if not seen:
        return Profile(shopper, at)
    has, proof = holdings(past), evidence(seen, at, rules)
    known = facts.of(proof.products) if proof.products else {}
    return Profile(
        shopper=shopper,
        at=at,
        events=len(seen),
        first=seen[0].time,
        last=seen[-1].time,
        sessions=sessions(seen, timedelta(minutes=rules.sessions["gap_minutes"])),
        stage=stage(seen, has, at, rules),
        spent=spent(past),
        purchases=sum(event.kind == "purchase" for event in past),
        interests=interests(proof, known, rules),
        recent=recent(seen, rules.limits["recent"]),
        bought=has.bought,
        searches=searches(seen, rules.limits["searches"]),
        favourites=tuple(reversed(has.favourites)),
        cart=tuple(reversed(has.cart)),
        satisfaction=satisfaction(seen, at, rules),
        vector=behaviour_vector(proof, known, rules.half_life["vector"]),
    )


def _told(events: Sequence[Event], until: datetime) -> list[Event]:
    """Those that may be told of, in order of time."""
    found = [event for event in events if event.time <= until and event.consent == "personal"]
    return sorted(found, key=lambda event: (event.time, event.id))
