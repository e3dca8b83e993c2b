"""From events to points: how much each event speaks for its product, and how long ago that was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt

from shelfwise.behaviour.profiles.rules import Rules
from shelfwise.behaviour.profiles.sentiment import tone
from shelfwise.types import Event, Float64

DAY: Final = 86_400.0  # seconds
MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """n pieces of evidence about m products: `place` Int[n] in `products`, `points` Float64[n], `days` old."""

    products: tuple[str, ...]
    place: npt.NDArray[np.intp]
    points: Float64
    days: Float64

    def strength(self, half_life: float) -> Float64:
        """Σ points · 2^(−days / half_life) of each product, Float64[m].

        >>> one = Evidence(("a",), np.array([0, 0]), np.array([3.0, 1.0]), np.array([0.0, 30.0]))
        >>> one.strength(30.0).tolist()
        [3.5]
        """
        decayed = self.points * np.exp2(-self.days / half_life)
        return np.asarray(np.bincount(self.place, decayed, minlength=len(self.products)), np.float64)


def evidence(events: Sequence[Event], at: datetime, rules: Rules) -> Evidence:
    """The evidence of events in order of time, as of a moment. Events of the next minutes count as of now."""
    rows = [
        (event.product, points(event, rules), event.time)
        for event in events
        if event.product is not None and event.kind != "impression"
    ]
    rows += _passed_over(events, {product for product, _, _ in rows}, rules)
    places: dict[str, int] = {}
    place = [places.setdefault(product, len(places)) for product, _, _ in rows]
    return Evidence(
        tuple(places),
        np.array(place, dtype=np.intp),
        np.array([value for _, value, _ in rows], dtype=np.float64),
        np.array([age(time, at) for _, _, time in rows], dtype=np.float64),
    )


def age(time: datetime, at: datetime) -> float:
    """Days from a time to a moment, at least 0."""
    return max(0.0, (at - time).total_seconds() / DAY)


def points(event: Event, rules: Rules) -> float:
    """What an event says for its product.

    >>> from datetime import UTC
    >>> from shelfwise.behaviour.profiles.rules import default_rules
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> points(Event("1", "rating", "ann", now, "p", value=1), default_rules())
    -2.0
    """
    weight = rules.weights.get(event.kind, 0.0)
    if event.kind == "dwell":
        return weight * min((event.value or 0.0) / MINUTE, 1.0)
    if event.kind in ("rating", "review"):
        return weight * (stars(event) - 3)
    return weight


def stars(event: Event) -> float:
    """1 to 5; of a review without stars, as its words sound, 3 where they do not tell."""
    if event.value is not None:
        return min(max(event.value, 1.0), 5.0)
    sound = tone(event.text or "")
    return 3.0 if sound is None else 1 + 4 * sound


def _passed_over(events: Sequence[Event], touched: set[str], rules: Rules) -> list[tuple[str, float, datetime]]:
    """Products that were shown and never touched. The weight is one answer's, shared by what it showed.

    Shared, because a page of twenty products out of which one is chosen would otherwise speak against all they have
    in common.
    """
    most = rules.limits["unseen"]
    shown: dict[str, dict[str, datetime]] = {}
    for event in islice((event for event in reversed(events) if event.kind == "impression"), most):
        page = shown.setdefault(event.query_id or event.id, {})
        for product in event.slate or ((event.product,) if event.product else ()):
            page.setdefault(product, event.time)
    rows: list[tuple[str, float, datetime]] = []
    for page in shown.values():
        weight = rules.weights["impression"] / max(len(page), 1)
        rows += [(product, weight, time) for product, time in page.items() if product not in touched]
        if len(rows) >= most:
            break
    return rows[:most]
