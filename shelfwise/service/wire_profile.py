"""What the shop believes about a shopper, over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import Field

from shelfwise.behaviour.base import Profile, Stage
from shelfwise.behaviour.profiles.explain import Belief
from shelfwise.behaviour.validate import MAX_ID
from shelfwise.service.wire import Wire
from shelfwise.types import EventKind, Locale

# As names of shoppers are in events: no control characters, which no database could keep.
NAME = r"^[^\x00-\x1f\x7f]+$"
Shopper = Annotated[str, Path(min_length=1, max_length=MAX_ID, pattern=NAME, examples=["u42"])]


class ProfileParams(Wire):
    """In which language the beliefs are told."""

    locale: Locale = "en"


class MergeParams(Wire):
    """Who the customer turned out to have been."""

    visitor: str = Field(min_length=1, max_length=MAX_ID, pattern=NAME, examples=["v7"])


class TouchWire(Wire):
    """A product in the recent past."""

    product: str
    kind: EventKind
    time: datetime


class SearchedWire(Wire):
    """A text that was searched, and when last."""

    text: str
    time: datetime


class BeliefWire(Wire):
    """A belief as a sentence, and what it is based on."""

    topic: str
    text: str
    basis: str
    weight: float | None


class ProfileOut(Wire):
    """A profile. Interests: field → value → weight from 0 to 1. `vector`: how many numbers v_behavior has, if known."""

    shopper: str
    at: datetime
    events: int
    first: datetime | None
    last: datetime | None
    sessions: int
    stage: Stage
    spent: float
    purchases: int
    interests: dict[str, dict[str, float]]
    recent: list[TouchWire]
    bought: dict[str, list[datetime]]
    searches: list[SearchedWire]
    favourites: list[str]
    cart: list[str]
    satisfaction: float | None
    vector: int | None
    beliefs: list[BeliefWire]


class EventCount(Wire):
    """How many events were forgotten, or became the customer's."""

    count: int = Field(ge=0)


def profile_out(profile: Profile, beliefs: Sequence[Belief]) -> dict[str, Any]:
    """A `ProfileOut` as plain values."""
    fields = {name: getattr(profile, name) for name in ProfileOut.model_fields if name not in ("vector", "beliefs")}
    return {
        **fields,
        "searches": [{"text": text, "time": time} for text, time in profile.searches],
        "vector": None if profile.vector is None else len(profile.vector),
        "beliefs": beliefs,
    }
