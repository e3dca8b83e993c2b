"""Histories as columns: from lists, from events, as matrices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import Event, EventKind

START = datetime(2026, 1, 1, tzinfo=UTC)
HISTORIES = st.lists(st.lists(st.integers(0, 5), max_size=8), min_size=1, max_size=5)
NAMES = tuple("abcdef")


def event(minute: int, shopper: str, kind: EventKind, product: str | None) -> Event:
    return Event(f"{shopper}{minute}", kind, shopper, START + timedelta(minutes=minute), product)


def test_a_product_viewed_and_bought_at_once_is_one_touch_the_strongest() -> None:
    table = EventTable.of(
        [
            event(0, "ann", "view", "p"),
            event(1, "ben", "view", "q"),
            event(2, "ann", "purchase", "p"),
            event(3, "ann", "view", "q"),
            event(4, "ann", "click", "p"),
            event(5, "ann", "impression", "r"),
            event(6, "ann", "search", None),
        ]
    )
    found = Interactions.of_events(table)
    names = [found.products[code] for code in found.product]
    assert found.shoppers == ("ann", "ben")
    assert (found.starts.tolist(), names) == ([0, 3, 4], ["p", "q", "p", "q"])
    assert found.strength.tolist() == [1.0, 0.5, 0.5, 0.5]


def test_products_that_the_catalogue_lacks_are_left_out() -> None:
    table = EventTable.of([event(0, "ann", "view", "gone"), event(1, "ann", "view", "p")])
    found = Interactions.of_events(table, ("q", "p"))
    assert (found.products, found.product.tolist()) == (("q", "p"), [1])


def test_a_log_without_events() -> None:
    found = Interactions.of_events(EventTable.of([]), ("p",))
    assert (len(found), found.support.tolist(), found.matrix().shape) == (0, [0], (0, 1))


@given(HISTORIES, st.sampled_from([0.5, 0.8, 1.0]))
@settings(deadline=None)
def test_the_matrix_has_the_newest_touch_of_each_product(histories: list[list[int]], decay: float) -> None:
    found = Interactions.of_codes(histories, NAMES).matrix(decay).toarray()
    expected = np.zeros((len(histories), len(NAMES)))
    for row, history in enumerate(histories):
        for age, code in enumerate(reversed(history)):
            expected[row, code] = max(expected[row, code], decay**age)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@given(HISTORIES, st.integers(0, 5), st.integers(0, 5))
@settings(deadline=None)
def test_rows_are_those_shoppers(histories: list[list[int]], start: int, count: int) -> None:
    whole = Interactions.of_codes(histories, NAMES)
    part = whole.rows(start, start + count) if start < len(whole) else None
    if part is not None:
        expected = histories[start : start + count]
        assert [part.product[a:b].tolist() for a, b in zip(part.starts[:-1], part.starts[1:], strict=True)] == expected


def test_support_counts_shoppers_once() -> None:
    found = Interactions.of_lists([["a", "a", "b"], ["a"]])
    assert found.support.tolist() == [2, 1]
    assert found.matrix(0.5, weighed=True)[0, 0] == pytest.approx(0.5)
