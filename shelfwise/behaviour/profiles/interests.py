"""What a shopper is interested in, field by field.

    weight(value) = 1 − exp(−S),   S = Σ over products with that value of  share · strength(product)

so a weight lies between 0 and 1, fades to 0 with time, and never falls because something else is liked more. Values
with S ≤ 0 are no interests. A category passes a share of its evidence to each parent above it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from shelfwise.behaviour.profiles.base import Facts
from shelfwise.behaviour.profiles.evidence import Evidence
from shelfwise.behaviour.profiles.prices import SEPARATOR
from shelfwise.behaviour.profiles.rules import Rules

OWN: Final = ("category", "brand", "price")

Strengths = defaultdict[str, defaultdict[str, float]]


def interests(evidence: Evidence, facts: Mapping[str, Facts], rules: Rules) -> dict[str, dict[str, float]]:
    """Field → value → weight, the largest first. Products without facts (deleted, unknown) say nothing."""
    found: Strengths = defaultdict(lambda: defaultdict(float))
    decays = (
        evidence.strength(rules.half_life[field]).tolist() for field in ("category", "brand", "price", "attributes")
    )
    for product, category, brand, price, attribute in zip(evidence.products, *decays, strict=True):
        known = facts.get(product)
        if known is None:
            continue
        if known.category:
            _add_path(found["category"], known.category, category, rules.interests["parent"])
        if known.brand:
            found["brand"][known.brand] += brand
        if known.band:
            found["price"][known.band] += price
        for key, values in known.attributes.items():
            field = found[key]
            for value in values:
                field[value] += attribute
    return _kept(found, rules)


def _add_path(field: defaultdict[str, float], path: tuple[str, ...], strength: float, parent: float) -> None:
    for end in range(len(path), 0, -1):
        field[SEPARATOR.join(path[:end])] += strength
        strength *= parent


def _kept(found: Strengths, rules: Rules) -> dict[str, dict[str, float]]:
    """The strongest values of each field, and of the attributes the strongest."""
    most = int(rules.interests["values"])
    weighed = {field: weights for field, values in found.items() if (weights := _weights(values, most))}
    own = [field for field in OWN if field in weighed]
    more = [field for field in weighed if field not in OWN]
    more.sort(key=lambda field: (-next(iter(weighed[field].values())), field))
    return {field: weighed[field] for field in (*own, *more[: int(rules.interests["fields"])])}


def _weights(strengths: Mapping[str, float], most: int) -> dict[str, float]:
    liked = sorted((-strength, value) for value, strength in strengths.items() if strength > 0)
    return {value: -math.expm1(negative) for negative, value in liked[:most]}
