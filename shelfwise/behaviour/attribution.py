"""Whose merit a purchase is: the clicks before it, and with them the placements and the searches that were clicked."""

from __future__ import annotations

import dataclasses
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, get_args

from shelfwise.types import Event

Model: TypeAlias = Literal["last", "first", "linear"]
MODELS: Final[tuple[Model, ...]] = get_args(Model)
WINDOW: Final = timedelta(days=7)
NOWHERE: Final = "(no placement)"
UNKNOWN: Final = "(a query that is not in the log)"


@dataclass(slots=True)
class Credit:
    """Purchases (parts of them under "linear") and their money that go back to one thing."""

    purchases: float = 0.0
    revenue: float = 0.0

    def add(self, share: float, revenue: float) -> None:
        """Credit a share of a purchase."""
        self.purchases += share
        self.revenue += share * revenue


@dataclass(frozen=True, slots=True)
class Attribution:
    """Where purchases came from.

    purchases, revenue: all there are; without_value: purchases that do not say what they cost, their revenue counts
    as 0. placements, queries: credit by placement, and by the text that was searched. unattributed: purchases without
    a click of the product in the window. The credits of `placements` and `unattributed` sum to all purchases, those
    of `queries` to what came from searches.
    """

    model: Model
    window: timedelta
    purchases: int
    revenue: float
    without_value: int
    placements: Mapping[str, Credit]
    queries: Mapping[str, Credit]
    unattributed: Credit

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values; the window in seconds."""
        return dataclasses.asdict(self) | {"window": self.window.total_seconds()}


@dataclass(slots=True)
class _Clicks:
    """Clicks of one shopper on one product, in order of time."""

    times: list[datetime] = field(default_factory=list)
    touches: list[tuple[str | None, str | None]] = field(default_factory=list)  # placement, query id


def shares(model: Model, count: int) -> list[float]:
    """The share of each of `count` touches, in order of time; together 1.

    last: 1 for the last. first: 1 for the first. linear: 1/count for each.

    >>> shares("last", 3), shares("linear", 4)
    ([0.0, 0.0, 1.0], [0.25, 0.25, 0.25, 0.25])
    """
    if model == "linear":
        return [1 / count] * count
    chosen = count - 1 if model == "last" else 0
    return [float(place == chosen) for place in range(count)]


def attribute(events: Iterable[Event], model: Model = "last", window: timedelta = WINDOW) -> Attribution:
    """Credit each purchase to its shopper's clicks on the same product in [t − window, t].

    A purchase without such a click that names a query or a placement itself is credited to that. Events may come in
    any order. Hazard: what was clicked need not have caused the purchase; compare placements by experiments, and read
    these figures as an upper bound.
    """
    clicks: dict[tuple[str, str], _Clicks] = {}
    texts: dict[str, str] = {}
    bought: list[Event] = []
    for event in sorted(events, key=lambda each: each.time):
        if event.kind in ("search", "reformulation") and event.query_id and event.text:
            texts.setdefault(event.query_id, event.text)
        elif event.kind == "click" and event.product is not None and event.shopper:
            known = clicks.setdefault((event.shopper, event.product), _Clicks())
            known.times.append(event.time)
            known.touches.append((event.placement, event.query_id))
        elif event.kind == "purchase":
            bought.append(event)
    return _credited(bought, clicks, texts, model, window)


def _credited(
    bought: Sequence[Event],
    clicks: Mapping[tuple[str, str], _Clicks],
    texts: Mapping[str, str],
    model: Model,
    window: timedelta,
) -> Attribution:
    placements: dict[str, Credit] = {}
    queries: dict[str, Credit] = {}
    unattributed = Credit()
    for purchase in bought:
        revenue = purchase.value or 0.0
        touches = _touches(purchase, clicks, window)
        if not touches:
            unattributed.add(1.0, revenue)
            continue
        for share, (placement, query_id) in zip(shares(model, len(touches)), touches, strict=True):
            if share:
                placements.setdefault(placement or NOWHERE, Credit()).add(share, revenue)
                if query_id is not None:
                    queries.setdefault(texts.get(query_id, UNKNOWN), Credit()).add(share, revenue)
    return Attribution(
        model=model,
        window=window,
        purchases=len(bought),
        revenue=sum(purchase.value or 0.0 for purchase in bought),
        without_value=sum(purchase.value is None for purchase in bought),
        placements=_sorted(placements),
        queries=_sorted(queries),
        unattributed=unattributed,
    )


def _touches(
    purchase: Event, clicks: Mapping[tuple[str, str], _Clicks], window: timedelta
) -> list[tuple[str | None, str | None]]:
    known = clicks.get((purchase.shopper, purchase.product or ""))
    if known is not None:
        first = bisect_left(known.times, purchase.time - window)
        found = known.touches[first : bisect_right(known.times, purchase.time)]
        if found:
            return found
    told = (purchase.placement, purchase.query_id)
    return [told] if any(told) else []


def _sorted(credits: Mapping[str, Credit]) -> dict[str, Credit]:
    return dict(sorted(credits.items(), key=lambda item: (-item[1].revenue, -item[1].purchases, item[0])))
