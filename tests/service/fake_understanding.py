"""What the fake shop understands: a price limit, a brand or colour wanted or not, a wish, a few intents."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from shelfwise.types import AnyOf, Correction, NoneOf, Query, Range
from shelfwise.understanding.base import CategoryGuess, Constraint, Expansion, Note, Understanding

PRICE = re.compile(r"(?:under|below) (\d+)|(\d+)元以下")
NOT_BRAND = re.compile(r"(?:not |不要)(nova|lumen|orchid)")
COLOUR = re.compile(r"black|white|green|黑色|白色|绿色")
CHEAP = re.compile(r"cheap|便宜点的")
TALK = re.compile(r"^i want an? |^我想找一款")
COLOURS = {"黑色": "black", "白色": "white", "绿色": "green"}
INTENTS = {
    "order": "order_status",
    "agent": "human_agent",
    "hello": "small_talk",
    "review": "read_reviews",
    "评价": "read_reviews",
    "new": "new_arrivals",
    "sale": "deals",
    "where is": "order_status",
    "订单": "order_status",
}
CATEGORIES = {"phone": ("Electronics", "Phones"), "手机": ("Electronics", "Phones")}


def read(query: Query) -> Understanding:
    """Deterministic, by a handful of patterns; texts of any length."""
    text = query.text[:1000]
    low = text.lower()
    corrections = tuple(Correction("fone", "phone", 0.9) for word in low.split() if word == "fone" and query.correct)
    if corrections:
        text = low = low.replace("fone", "phone")
    found = [one for one in constraints(text, low) if query.correct] if len(low) == len(text) else []
    kept = tuple(one for one in found if one.key not in query.dismissed)
    silent = [(one.start, one.end) for one in found if one.consumed or one.key in query.dismissed]
    silent += [match.span() for match in [TALK.search(low)] if match and query.correct]
    core = "".join(c for at, c in enumerate(text) if not any(start <= at < end for start, end in silent))
    intent = next((name for word, name in INTENTS.items() if word in low), "find_product")
    guesses = (CategoryGuess(path, 0.9) for word, path in CATEGORIES.items() if word in low)
    return Understanding(
        original=query.text,
        cleaned=text,
        text=text,
        language="zh" if re.search(r"[\u4e00-\u9fff]", text) else "en",
        corrections=corrections,
        did_you_mean="phone" if query.text == "phome" else None,
        constraints=kept,
        silent=tuple(sorted(silent)),
        core=" ".join(core.split()) or text,
        intent={intent: 0.9, "compare": 0.06, "gift": 0.03, "advice": 0.01} if text else {},
        category=tuple(one for one in guesses if one.key not in query.dismissed)[:1],
        expansions=(Expansion("phone", "mobile", 0.7, "log"),) if "phone" in low else (),
        vector=np.array([0.6, 0.8], np.float32),
        dismissed=query.dismissed,
        notes=(Note("spelling", 0.2), Note("constraints", 0.4, "price ≤ 500" if kept else "", 0.9 if kept else None)),
    )


def constraints(text: str, low: str) -> list[Constraint]:
    """All that the patterns find."""
    found = []
    for match in PRICE.finditer(low):
        limit = float((match[1] or match[2])[:9])
        found.append(
            _of(text, match, "price", high=limit, filter=Range("price", None, limit), hard=True, consumed=True)
        )
    for match in NOT_BRAND.finditer(low):
        without = NoneOf("brand", (match[1].title(),))
        found.append(_of(text, match, "brand", match[1], negated=True, filter=without, hard=True, consumed=True))
    for match in COLOUR.finditer(low):
        name = COLOURS.get(match[0], match[0])
        found.append(_of(text, match, "colour", name, filter=AnyOf("attributes.color", (name,))))
    found += [_of(text, match, "price", level="low", consumed=True) for match in CHEAP.finditer(low)]
    return sorted(found, key=lambda one: one.start)


def _of(text: str, match: re.Match[str], kind: Any, value: str = "", **more: Any) -> Constraint:
    start, end = match.span()
    return Constraint(kind, text[start:end], start, end, value, confidence=0.9, **more)
