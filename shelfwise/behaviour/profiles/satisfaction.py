"""How content a shopper seems: stars and words of reviews, returns, and searches that led nowhere.

    satisfaction = Σ w·2^(−age/h)·v / Σ w·2^(−age/h)

over what happened, v between 0 (sad) and 1 (happy) and w as rules.toml says; None when nothing tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from shelfwise.behaviour.profiles.evidence import age
from shelfwise.behaviour.profiles.history import TOUCHES
from shelfwise.behaviour.profiles.rules import Rules
from shelfwise.behaviour.profiles.sentiment import tone
from shelfwise.types import Event

Mood = tuple[float, float, datetime]  # how happy, how much it says, when


def satisfaction(events: Sequence[Event], at: datetime, rules: Rules) -> float | None:
    """0 to 1, of events in order of time; None when nothing tells."""
    total = weight = 0.0
    for value, says, time in (*_reactions(events, rules), *_searches(events, at, rules)):
        decayed = says * 2 ** (-age(time, at) / rules.half_life["satisfaction"])
        total += decayed * value
        weight += decayed
    return total / weight if weight > 0 else None


def _reactions(events: Sequence[Event], rules: Rules) -> Iterator[Mood]:
    known = rules.satisfaction
    for event in events:
        if event.kind in ("purchase", "return", "reformulation"):
            yield (*known[event.kind], event.time)
        elif event.kind in ("rating", "review"):
            if event.value is not None:
                yield (min(max((event.value - 1) / 4, 0.0), 1.0), known["stars"][1], event.time)
            sound = tone(event.text or "")
            if sound is not None:
                yield (sound, known["words"][1], event.time)


def _searches(events: Sequence[Event], at: datetime, rules: Rules) -> Iterator[Mood]:
    """Searches are answered by a touch of a product soon after, unless another search comes first. The one that may
    still be answered is not counted. The same text again, as for its next page, is the same search."""
    soon = timedelta(minutes=rules.answer_minutes)
    asked: Event | None = None
    for event in events:
        if asked is not None and event.kind in TOUCHES and event.time - asked.time <= soon:
            yield (*rules.satisfaction["search_answered"], asked.time)
            asked = None
        elif event.kind in ("search", "reformulation"):
            if asked is not None and asked.text != event.text:
                yield (*rules.satisfaction["search_unanswered"], asked.time)
            asked = event
    if asked is not None and at - asked.time > soon:
        yield (*rules.satisfaction["search_unanswered"], asked.time)
