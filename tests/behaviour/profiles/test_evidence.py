"""Evidence: what events say, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from shelfwise.behaviour.profiles.evidence import evidence, points
from shelfwise.behaviour.profiles.rules import default_rules
from shelfwise.types import EventKind
from tests.behaviour.profiles.given import NOW, event

RULES = default_rules()


def strength(events: list, half_life: float = 30.0) -> dict[str, float]:
    events = sorted(events, key=lambda each: (each.time, each.id))
    proof = evidence(events, NOW, RULES)
    return dict(zip(proof.products, proof.strength(half_life).tolist(), strict=True))


def test_a_purchase_counts_half_after_a_half_life() -> None:
    found = strength([event("purchase", "a", days=30), event("click", "a"), event("purchase", "b", days=60)])
    assert found == pytest.approx({"a": 1.5 + 0.3, "b": 0.75})


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("dwell", 30, 0.15),
        ("dwell", 600, 0.3),
        ("dwell", None, 0.0),
        ("rating", 5, 2.0),
        ("rating", 3, 0.0),
        ("rating", 1, -2.0),
        ("rating", 99, 2.0),
        ("review", 4, 1.0),
        ("return", 99.0, -2.4),
        ("search", None, 0.0),
    ],
)
def test_points(kind: EventKind, value: float | None, expected: float) -> None:
    assert points(event(kind, "a", value=value), RULES) == pytest.approx(expected)


def test_a_review_without_stars_is_read() -> None:
    assert points(event("review", "a", text="perfect, love it"), RULES) > 1
    assert points(event("review", "a", text="质量太差，失望"), RULES) < -1
    assert points(event("review", "a", text="blue"), RULES) == 0


def test_what_is_given_and_taken_back_leaves_nothing() -> None:
    assert strength([event("favourite", "a", id="1"), event("unfavourite", "a", id="2")]) == {"a": 0.0}


def test_an_answer_that_was_passed_over_weighs_as_much_as_one_however_long() -> None:
    slate = tuple("abcdefghij")
    found = strength([event("impression", slate=slate, query_id="q"), event("click", "c", query_id="q")])
    assert found["c"] == pytest.approx(0.3)
    assert sum(value for product, value in found.items() if product != "c") == pytest.approx(-0.05 * 9 / 10)
    alone = [event("impression", product, query_id="q") for product in slate]  # one event a product, one answer
    assert sum(strength(alone).values()) == pytest.approx(-0.05)


def test_unseen_products_are_bounded() -> None:
    slates = [event("impression", slate=tuple(f"{n}-{place}" for place in range(24))) for n in range(50)]
    assert len(strength(slates)) == RULES.limits["unseen"]


def test_an_event_of_a_clock_ahead_counts_as_of_now() -> None:
    assert strength([event("cart", "a", days=-0.002)]) == pytest.approx({"a": 1.2})


def test_nothing_gives_nothing() -> None:
    proof = evidence([], NOW, RULES)
    assert (proof.products, proof.strength(1.0).tolist()) == ((), [])
    assert proof.points.dtype == np.float64
