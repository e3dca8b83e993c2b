"""Shoppers who are probably no people: by rules that can be read and told, each with its threshold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from shelfwise.behaviour.table import KINDS, EventTable
from shelfwise.types import Float64, Int64

MINUTE: Final = 60_000
DAY: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class BotRules:
    """From where on a shopper is suspected.

    minute: events in one minute. day: events in one day. dwell: the middle pause between products, in seconds, of
    shoppers who looked at `enough` of them. clockwork: the spread of their pauses by their mean. catalogue: the share
    of their steps that go to the next product in order of id. hours: different hours of one day.
    """

    minute: int = 120
    day: int = 5_000
    enough: int = 50  # at least 2
    dwell: float = 1.0
    clockwork: float = 0.05
    catalogue: float = 0.8
    hours: int = 23


@dataclass(frozen=True, slots=True)
class Suspect:
    """A shopper, the rule, what was found and the rule's threshold, and the same in words."""

    shopper: str
    rule: str
    found: float
    threshold: float
    message: str


RULES: Final = BotRules()


def suspects(table: EventTable, rules: BotRules = RULES) -> list[Suspect]:
    """The shoppers that break a rule, in order of name; one that breaks several comes several times.

    Impressions do not count: a page shows many products at once. Hazard: people behind one name (a kiosk, a shared
    account) look like a bot; what is found is for a person to judge.
    """
    acts = table.where(table.kind != KINDS.index("impression"))
    order = np.lexsort((acts.time, acts.shopper))
    acts = acts.where(order)  # type: ignore[arg-type]
    bounds = np.flatnonzero(np.diff(acts.shopper, prepend=-1, append=-2))
    rank = np.argsort(np.argsort(np.array(acts.products, dtype=object))) if acts.products else np.zeros(0, np.int64)
    found: list[Suspect] = []
    for first, last in pairwise(bounds.tolist()):
        products = acts.product[first:last]
        name = acts.shoppers[int(acts.shopper[first])]
        if name:  # events without a shopper are nobody's
            found += _of_shopper(name, acts.time[first:last], rules)
            looked = products >= 0
            if np.count_nonzero(looked) >= rules.enough:
                found += _of_steps(name, acts.time[first:last][looked], rank[products[looked]], rules)
    return sorted(found, key=lambda each: (each.shopper, each.rule))


def _of_shopper(name: str, time: Int64, rules: BotRules) -> list[Suspect]:
    """The rules about how much there is."""
    counts = [
        ("minute", _most(time // MINUTE), rules.minute, "{:,.0f} events within one minute, more than {:,}"),
        ("day", _most(time // DAY), rules.day, "{:,.0f} events on one day, more than {:,}"),
        ("hours", _hours(time), rules.hours, "active in {:,.0f} hours of one day, more than {:,}"),
    ]
    return [
        Suspect(name, rule, float(value), threshold, words.format(value, threshold))
        for rule, value, threshold, words in counts
        if value > threshold
    ]


def _of_steps(name: str, time: Int64, ranks: Int64, rules: BotRules) -> list[Suspect]:
    """The rules about going from product to product. ranks: the places of the products in order of id."""
    pauses = np.diff(time) / 1000.0
    below = [
        ("dwell", float(np.median(pauses)), rules.dwell, "{:.2f} seconds between products, less than {:g}"),
        ("clockwork", _spread(pauses), rules.clockwork, "pauses that differ by {:.1%} of their mean, less than {:.0%}"),
    ]
    out = [
        Suspect(name, rule, value, threshold, words.format(value, threshold))
        for rule, value, threshold, words in below
        if value < threshold
    ]
    share = float(np.mean(np.diff(ranks) == 1))
    if share > rules.catalogue:
        words = f"{share:.0%} of the steps go to the next product in order of id, more than {rules.catalogue:.0%}"
        out.append(Suspect(name, "catalogue", share, rules.catalogue, words))
    return out


def _most(buckets: Int64) -> int:
    return int(np.unique(buckets, return_counts=True)[1].max()) if len(buckets) else 0


def _hours(time: Int64) -> int:
    return _most(np.unique(time // 3_600_000) // 24)


def _spread(pauses: Float64) -> float:
    mean = float(pauses.mean())
    return float(pauses.std()) / mean if mean > 0 else 0.0
