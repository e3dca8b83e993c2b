"""Where in the funnel a shopper is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from shelfwise.behaviour.base import Stage
from shelfwise.behaviour.profiles.history import TOUCHES
from shelfwise.behaviour.profiles.holdings import Holdings
from shelfwise.behaviour.profiles.rules import Rules
from shelfwise.types import Event


def stage(events: Sequence[Event], held: Holdings, at: datetime, rules: Rules) -> Stage:
    """The first of these that holds, for events in order of time:

    new          has searched and touched nothing
    lapsed       has been silent for `lapsed_days`
    buying       has something in the cart, put there within `cart_days`
    considering  within `fresh_days` came back to a product, or marked a favourite
    returning    has bought before
    browsing     all others
    """
    acts = [event for event in events if event.kind in TOUCHES or event.kind in ("search", "reformulation")]
    if not acts:
        return "new"
    if acts[-1].time < at - timedelta(days=rules.stage["lapsed_days"]):
        return "lapsed"
    if any(time >= at - timedelta(days=rules.stage["cart_days"]) for time in held.cart.values()):
        return "buying"
    if _considers(acts, held, at, rules):
        return "considering"
    return "returning" if held.bought else "browsing"


def _considers(acts: Sequence[Event], held: Holdings, at: datetime, rules: Rules) -> bool:
    since = at - timedelta(days=rules.stage["fresh_days"])
    if any(time >= since for time in held.favourites.values()):
        return True
    looks = (act for act in acts if act.kind in ("view", "click") and act.time >= since)
    counts = Counter(act.product for act in looks if act.product is not None and act.product not in held.bought)
    return any(count >= rules.stage["touches"] for count in counts.values())
