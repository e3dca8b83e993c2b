"""The stages of the funnel, one by one."""

from __future__ import annotations

import pytest

from shelfwise.behaviour.base import Stage
from shelfwise.behaviour.profiles import build_profile, default_rules
from shelfwise.types import Event
from tests.behaviour.profiles.given import NOW, Shelf, event

CASES: list[tuple[Stage, list[Event]]] = [
    ("new", [event("impression", "a")]),
    ("browsing", [event("search", text="boots")]),
    ("browsing", [event("view", "a"), event("view", "b")]),
    ("considering", [event("view", "a", days=2), event("click", "a")]),
    ("browsing", [event("view", "a", days=20), event("click", "a")]),
    ("considering", [event("favourite", "a", days=1)]),
    ("browsing", [event("favourite", "a", days=1, id="1"), event("unfavourite", "a", days=1, id="2")]),
    ("buying", [event("cart", "a", days=1)]),
    ("browsing", [event("cart", "a", days=20), event("view", "b")]),
    ("returning", [event("purchase", "a", days=20), event("view", "b")]),
    ("returning", [event("purchase", "a", days=2), event("view", "a", days=1), event("view", "a")]),
    ("buying", [event("purchase", "a", days=20), event("cart", "b")]),
    ("lapsed", [event("purchase", "a", days=100)]),
    ("lapsed", [event("view", "a", days=61), event("impression", "b")]),
]


@pytest.mark.parametrize(("expected", "events"), CASES)
def test_stage(expected: Stage, events: list[Event]) -> None:
    assert build_profile("ann", events, Shelf({}), NOW, default_rules()).stage == expected
