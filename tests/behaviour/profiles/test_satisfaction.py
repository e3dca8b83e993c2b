"""Satisfaction: worked by hand, and moved the right way by what happens."""

from __future__ import annotations

import pytest

from shelfwise.behaviour.profiles.rules import default_rules
from shelfwise.behaviour.profiles.satisfaction import satisfaction
from shelfwise.types import Event
from tests.behaviour.profiles.given import NOW, event

MINUTE = 1 / 1440


def mood(*events: Event) -> float | None:
    return satisfaction(sorted(events, key=lambda each: each.time), NOW, default_rules())


def test_nothing_tells_nothing() -> None:
    assert mood() is None
    assert mood(event("view", "a"), event("cart", "a")) is None


def test_stars_fade() -> None:
    assert mood(event("rating", "a", value=5), event("rating", "b", value=1)) == pytest.approx(0.5)
    assert mood(event("rating", "a", value=5), event("rating", "b", value=1, days=30)) == pytest.approx(2 / 3)


def test_a_search_is_answered_by_a_touch_soon_after() -> None:
    asked = event("search", text="boots", days=60 * MINUTE)
    assert mood(asked, event("click", "a", days=55 * MINUTE)) == pytest.approx(0.7)
    assert mood(asked) == pytest.approx(0.2)
    assert mood(asked, event("click", "a", days=30 * MINUTE)) == pytest.approx(0.2)
    assert mood(event("search", text="boots", days=2 * MINUTE)) is None  # may still be answered


def test_asking_again_is_a_bad_sign() -> None:
    asked = event("search", text="boots", days=60 * MINUTE)
    again = event("reformulation", text="hiking boots", days=59 * MINUTE)
    assert mood(asked, again, event("click", "a", days=58 * MINUTE)) == pytest.approx(
        (0.2 * 0.3 + 0.2 * 0.2 + 0.2 * 0.7) / 0.6, abs=1e-3
    )


def test_another_page_of_a_search_is_no_other_search() -> None:
    asked = event("search", text="boots", days=60 * MINUTE)
    more = event("search", text="boots", days=59 * MINUTE)
    assert mood(asked, more, event("click", "a", days=58 * MINUTE)) == pytest.approx(0.7)


def test_words_of_a_review_count_beside_its_stars() -> None:
    stars = mood(event("review", "a", value=3))
    bad = mood(event("review", "a", value=3, text="很失望，太差了"))
    good = mood(event("review", "a", value=3, text="very good, love it"))
    assert stars is not None
    assert bad is not None
    assert good is not None
    assert bad < stars < good
