"""Events as hypothesis makes them: of every kind, with every field that a kind may have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from shelfwise.behaviour.table import KINDS
from shelfwise.behaviour.validate import wrong_with
from shelfwise.types import Event

LETTERS = st.characters(codec="utf-8", exclude_categories=("C", "Z"))
NAMES = st.text(LETTERS, min_size=1, max_size=12)
TEXTS = st.lists(NAMES, min_size=1, max_size=4).map(" ".join)
MONEY = st.integers(0, 10**9).map(lambda cents: cents / 100)
TIMES = st.datetimes(datetime(1999, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))
TEXT_KINDS = ("search", "reformulation", "review")
COUNTED = ("cart", "uncart", "purchase", "return")
WITHOUT_PRODUCT = ("search", "reformulation", "dwell")


@st.composite
def events(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> Event:
    """An event that is taken."""
    kind = draw(st.sampled_from(kinds))
    value = draw(MONEY | st.none())
    if kind in ("rating", "review"):
        value = draw(st.sampled_from((1.0, 2.0, 3.5, 5.0)))
    elif kind == "dwell":
        value = draw(st.integers(0, 86_400).map(float))
    fields: dict[str, Any] = {
        "id": draw(NAMES),
        "kind": kind,
        "shopper": draw(NAMES),
        "time": draw(TIMES),
        "product": None if kind in WITHOUT_PRODUCT else draw(NAMES),
        "query_id": draw(NAMES | st.none()),
        "position": draw(st.integers(1, 1000) | st.none()),
        "value": value,
        "quantity": draw(st.integers(1, 99)) if kind in COUNTED else 1,
        "text": draw(TEXTS) if kind in TEXT_KINDS else None,
        "placement": draw(st.sampled_from(("search", "home", "product", "cart")) | st.none()),
        "device": draw(NAMES | st.none()),
        "consent": draw(st.sampled_from(("personal", "anonymous", "none"))),
        "properties": draw(st.dictionaries(NAMES.map(lambda name: f"x {name}"), NAMES, max_size=3)),
    }
    if kind == "impression" and draw(st.booleans()):
        fields |= {"product": None, "slate": tuple(draw(st.lists(NAMES, min_size=1, max_size=5)))}
    made = Event(**fields)
    assert wrong_with(made) is None
    return made
