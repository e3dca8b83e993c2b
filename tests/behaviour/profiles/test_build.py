"""Profiles built from events: worked examples, properties, and products that are gone."""

from __future__ import annotations

import dataclasses
import math
import random
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.behaviour.base import Profile
from shelfwise.behaviour.profiles import build_profile, default_rules
from shelfwise.types import Event
from tests.behaviour.profiles.given import NOW, SHELF, Shelf, event, unit

RULES = default_rules()
KINDS = ["view", "click", "favourite", "unfavourite", "cart", "uncart", "purchase", "return", "impression", "search"]


def built(*events: Event, shelf: Shelf | None = None) -> Profile:
    return build_profile("ann", events, shelf or Shelf(SHELF), NOW, RULES)


def test_one_event_makes_a_profile() -> None:
    profile = built(event("click", "phone"))
    weight = 1 - math.exp(-0.3)
    assert profile.interests["category"] == pytest.approx(
        {"Electronics > Phones": weight, "Electronics": 1 - math.exp(-0.15)}
    )
    assert profile.interests["brand"] == pytest.approx({"Nova": weight})
    assert profile.interests["price"] == pytest.approx({"high": weight})
    assert profile.interests["attributes.color"] == pytest.approx({"black": weight})
    assert (profile.events, profile.sessions, profile.stage, profile.satisfaction) == (1, 1, "browsing", None)
    assert profile.vector == pytest.approx(unit(1, 0, 0))


def test_fields_fade_at_their_own_pace() -> None:
    profile = built(event("purchase", "phone", days=90))
    assert profile.interests["category"]["Electronics > Phones"] == pytest.approx(1 - math.exp(-3 * 2**-3))
    assert profile.interests["brand"]["Nova"] == pytest.approx(1 - math.exp(-3 * 2**-1.5))
    assert profile.interests["price"]["high"] == pytest.approx(1 - math.exp(-3 * 2**-1))


def test_brands_add_up_over_categories_and_the_strongest_comes_first() -> None:
    profile = built(event("cart", "phone2"), event("click", "phone"), event("favourite", "kettle"))
    assert profile.interests["brand"] == pytest.approx({"Nova": 1 - math.exp(-1.3), "Vega": 1 - math.exp(-1.2)})
    assert list(profile.interests["brand"]) == ["Nova", "Vega"]


def test_dislikes_are_no_interests_and_no_direction() -> None:
    profile = built(event("rating", "phone", value=1))
    assert profile.interests == {}
    assert profile.vector is None
    assert profile.satisfaction == 0.0


def test_the_vector_leans_away_from_dislikes_and_passes_over_missing_ones() -> None:
    toward = built(event("click", "phone2"), event("purchase", "bare")).vector
    assert toward == pytest.approx(unit(1, 1, 0))
    away = built(event("cart", "phone2"), event("rating", "phone", value=2)).vector
    assert away is not None
    root = math.sqrt(0.5)
    assert away == pytest.approx(unit(1.2 * root - 1.0, 1.2 * root, 0), abs=1e-6)


def test_deleted_products_stay_in_the_history_and_give_no_interest() -> None:
    shelf = Shelf(SHELF)
    events = [event("purchase", "phone", days=1, value=900.0), event("click", "kettle")]
    del shelf.facts["phone"]
    profile = built(*events, shelf=shelf)
    assert "phone" in profile.bought
    assert profile.spent == 900.0
    assert "phone" in [touch.product for touch in profile.recent]
    assert list(profile.interests["category"]) == ["Home > Kettles", "Home"]


def test_what_is_held_now() -> None:
    profile = built(
        event("favourite", "a", days=5),
        event("favourite", "b", days=4),
        event("unfavourite", "a", days=3),
        event("cart", "c", days=3),
        event("cart", "d", days=2),
        event("purchase", "c", days=1),
        event("uncart", "d", days=1),
        event("cart", "e", days=0.5),
    )
    assert (profile.favourites, profile.cart, list(profile.bought)) == (("b",), ("e",), ["c"])
    assert built(event("cart", "c", days=1), event("cart", "d", days=1), event("purchase")).cart == ()


def test_later_events_and_those_without_consent_leave_no_trace() -> None:
    later = event("click", "phone", days=-1)
    withheld = [event("click", "phone", consent=consent) for consent in ("anonymous", "none")]
    assert built(later, *withheld) == Profile("ann", NOW)
    soon = dataclasses.replace(later, time=NOW + timedelta(minutes=2))
    assert built(soon).events == 1


def test_searches_are_told_once_the_newest_first() -> None:
    texts = [("boots", 3.0), ("lamp", 2.0), ("boots", 1.0)]
    profile = built(*(event("search", text=text, days=days) for text, days in texts))
    assert [text for text, _ in profile.searches] == ["boots", "lamp"]
    assert profile.searches[0][1] == NOW - timedelta(days=1)


def test_money_and_sessions() -> None:
    profile = built(
        event("purchase", "phone", days=9, value=100.0),
        event("purchase", "kettle", days=9, value=50.0),
        event("return", "kettle", days=2, value=50.0),
        event("view", "phone2"),
    )
    assert (profile.spent, profile.purchases, profile.sessions) == (100.0, 2, 3)
    assert built(event("return", "phone", value=10.0)).spent == 0.0


history = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from([*SHELF, "gone"]), st.integers(0, 200)), max_size=25
)


def told(rows: list[tuple[str, str, int]]) -> list[Event]:
    return [event(kind, product, days=days, id=f"h{n}") for n, (kind, product, days) in enumerate(rows)]  # type: ignore[arg-type]


def same(one: Profile, other: Profile) -> bool:
    rest = [dataclasses.replace(each, vector=None) for each in (one, other)]
    if one.vector is None or other.vector is None:
        return rest[0] == rest[1] and one.vector is other.vector
    return rest[0] == rest[1] and np.array_equal(one.vector, other.vector)


@given(history, st.integers(0, 10**6))
def test_the_order_of_arrival_does_not_matter(rows: list[tuple[str, str, int]], seed: int) -> None:
    events = told(rows)
    mixed = random.Random(seed).sample(events, len(events))
    assert same(built(*events), built(*mixed))


@given(history, st.sampled_from(["view", "click", "cart", "purchase"]), st.sampled_from([*SHELF]), st.integers(0, 60))
def test_one_more_liking_never_lowers_an_interest(
    rows: list[tuple[str, str, int]], kind: str, product: str, days: int
) -> None:
    events = told(rows)
    before = built(*events).interests
    after = built(*events, event(kind, product, days=days)).interests  # type: ignore[arg-type]
    for field, values in before.items():
        for value, weight in values.items():
            assert after[field][value] >= weight - 1e-12


@given(history)
@settings(max_examples=50)
def test_weights_are_sorted_shares_and_the_vector_has_length_one(rows: list[tuple[str, str, int]]) -> None:
    profile = built(*told(rows))
    for values in profile.interests.values():
        weights = list(values.values())
        assert all(0 < weight <= 1 for weight in weights)
        assert weights == sorted(weights, reverse=True)
    if profile.vector is not None:
        assert np.linalg.norm(profile.vector) == pytest.approx(1, abs=1e-5)


@given(history)
@settings(max_examples=50)
def test_events_after_the_moment_change_nothing(rows: list[tuple[str, str, int]]) -> None:
    events = told(rows)
    later = [dataclasses.replace(each, id=f"l{each.id}", time=NOW + timedelta(days=1)) for each in events]
    assert same(built(*events), built(*events, *later))
