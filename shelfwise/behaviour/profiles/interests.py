"""What a shopper is interested in, field by field.

    weight(value) = 1 − exp(−S),   S = Σ over products with that value of  share · strength(product)

so a weight lies between 0 and 1, fades to 0 with time, and never falls because something else is liked more. Values
with S ≤ 0 are no interests. A category passes a share of its evidence to each parent above it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

from shelfwise.behaviour.profiles.base import Facts
from shelfwise.behaviour.profiles.evidence import Evidence
from shelfwise.behaviour.profiles.prices import SEPARATOR
from shelfwise.behaviour.profiles.rules import Rules

ATTRIBUTES = "attributes."

Strengths = defaultdict[str, defaultdict[str, float]]


def interests(evidence: Evidence, facts: Mapping[str, Facts], rules: Rules) -> dict[str, dict[str, float]]:
    """Field → value → weight, the largest first. Products without facts (deleted, unknown) say nothing."""
    found: Strengths = defaultdict(lambda: defaultdict(float))
    for field in ("category", "brand", "price", "attributes"):
        for product, strength in zip(evidence.products, evidence.strength(rules.half_life[field]), strict=True):
            known = facts.get(product)
            if known is not None:
                _add(found, field, known, float(strength), rules)
    weighed = {field: _weights(values, int(rules.interests["values"])) for field, values in found.items()}
    kept = [field for field, values in weighed.items() if values]
    own = [field for field in kept if not field.startswith(ATTRIBUTES)]
    more = [field for field in kept if field.startswith(ATTRIBUTES)]
    more.sort(key=lambda field: (-next(iter(weighed[field].values())), field))
    return {field: weighed[field] for field in (*own, *more[: int(rules.interests["fields"])])}


def _add(found: Strengths, field: str, facts: Facts, strength: float, rules: Rules) -> None:
    if field == "category":
        share = 1.0
        for end in range(len(facts.category), 0, -1):
            found[field][SEPARATOR.join(facts.category[:end])] += share * strength
            share *= rules.interests["parent"]
    elif field == "attributes":
        for key, values in facts.attributes.items():
            for value in values:
                found[f"{ATTRIBUTES}{key}"][value] += strength
    else:
        only = facts.brand if field == "brand" else facts.band
        if only:
            found[field][only] += strength


def _weights(strengths: Mapping[str, float], most: int) -> dict[str, float]:
    liked = sorted(((-strength, value) for value, strength in strengths.items() if strength > 0))
    return {value: -math.expm1(negative) for negative, value in liked[:most]}
