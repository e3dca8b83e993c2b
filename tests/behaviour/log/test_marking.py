"""What is marked when it comes in, and what that costs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest

from shelfwise.behaviour.log import marking
from shelfwise.behaviour.log.known import KnownProducts
from shelfwise.behaviour.log.marking import BOT_EVENTS, FUTURE, HELD, LATE, Marking
from shelfwise.types import Event
from tests.behaviour.log.test_store import NOW, event


class Catalogue:
    """Has products a and b, and counts how often it is asked."""

    def __init__(self) -> None:
        self.products = {"a", "b"}
        self.asked: list[set[str]] = []

    def __call__(self, ids: Collection[str]) -> set[str]:
        self.asked.append(set(ids))
        return self.products.intersection(ids)


@pytest.mark.parametrize(
    ("one", "marks"),
    [
        (event("1", product="a"), set()),
        (event("1", product="x"), {"unknown_product"}),
        (event("1", product="a", query_id=None), {"no_query_id"}),
        (Event("1", "view", "ann", NOW, "a"), set()),
        (Event("1", "search", "ann", NOW, text="boots"), set()),
        (Event("1", "impression", "ann", NOW, query_id="q", slate=("a", "b")), set()),
        (Event("1", "impression", "ann", NOW, slate=("a", "x", "b")), {"unknown_product", "no_query_id"}),
        (Event("1", "cart", "ann", NOW + FUTURE, "a"), set()),
        (Event("1", "cart", "ann", NOW + FUTURE + timedelta.resolution, "a"), {"future"}),
        (Event("1", "cart", "ann", NOW - LATE, "a"), set()),
        (Event("1", "cart", "ann", NOW - LATE - timedelta.resolution, "x"), {"late", "unknown_product"}),
    ],
)
def test_marks(one: Event, marks: set[str]) -> None:
    assert Marking(Catalogue())([one], NOW) == [marks]


def test_a_batch_asks_the_catalogue_once(clock: Any) -> None:
    catalogue = Catalogue()
    mark = Marking(KnownProducts(catalogue, clock))
    mark([event(str(number), product="ab"[number % 2]) for number in range(10)], NOW)
    assert catalogue.asked == [{"a", "b"}]
    mark([event("more", product="a"), Event("s", "search", "ann", NOW, text="a")], NOW)
    assert catalogue.asked == [{"a", "b"}]  # it is remembered
    mark([event("x", product="x")], NOW)
    mark([event("x", product="x")], NOW)
    assert catalogue.asked[1:] == [{"x"}, {"x"}]  # what is not there may come in any moment
    catalogue.products = {"x"}
    assert mark([event("x", product="x")], NOW) == [set()]
    assert mark([event("a", product="a")], NOW) == [set()]
    clock.forward(seconds=61)
    assert mark([event("a", product="a")], NOW) == [{"unknown_product"}]


def test_more_than_a_person_does_in_a_minute() -> None:
    mark = Marking(lambda ids: ids)
    found = mark([event(str(number), at=number / 10_000) for number in range(BOT_EVENTS + 3)], NOW)
    assert [("bot" in marks) for marks in found] == [False] * BOT_EVENTS + [True] * 3
    assert mark([event("bob", "bob"), event("later", at=1)], NOW) == [set(), set()]
    shown = Event("shown", "impression", "ann", NOW, query_id="q1", slate=("a",))
    assert mark([shown], NOW) == [{"bot"}]


def test_a_page_shows_many_products_at_once() -> None:
    shown = [Event(str(number), "impression", "ann", NOW, "p1", "q1") for number in range(2 * BOT_EVENTS)]
    assert not any(Marking(lambda ids: ids)(shown, NOW))


def test_a_long_past_brought_in_at_once_is_no_bot() -> None:
    past = [event(str(number), at=-number) for number in range(2 * BOT_EVENTS)]
    assert not any("bot" in marks for marks in Marking(lambda ids: ids)(past, NOW))


def test_invented_names_cost_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "HELD", 100)
    mark = Marking(lambda ids: ids)
    mark([event(str(number), str(number)) for number in range(1_000)], NOW)
    assert len(mark._counts) == 100 < HELD
