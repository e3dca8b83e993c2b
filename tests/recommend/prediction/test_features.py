"""Features and outcomes: worked by hand, and blind for what comes later."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.prediction.features import NAMES, NEVER, features
from shelfwise.recommend.prediction.outcomes import outcomes
from tests.recommend.prediction.worlds import DAY, START, table_of

AT = START + 40 * DAY
KINDS = ["search", "impression", "view", "click", "favourite", "cart", "uncart", "purchase", "return", "rating"]
rows = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 9), st.sampled_from(KINDS), st.integers(0, 40)), max_size=40
)


def column(table: EventTable, name: str) -> list[float]:
    return features(table, AT).values[:, NAMES.index(name)].tolist()


def test_by_hand() -> None:
    table = table_of([(0, 1, "click", 40.0), (0, 1, "click", 35.0), (0, 1, "cart", 35.0), (1, 1, "purchase", 20.0)])
    assert features(table, AT).shopper.tolist() == [0, 1]
    assert column(table, "look_5") == pytest.approx([np.log1p(1.5), 0])
    assert column(table, "purchase_20") == pytest.approx([0, np.log1p(0.5)])
    assert column(table, "since_look") == pytest.approx([0, np.log1p(NEVER)])
    assert column(table, "since_any") == pytest.approx([0, np.log1p(20)])
    assert column(table, "tenure") == pytest.approx([np.log1p(5), np.log1p(20)])
    assert column(table, "active_days") == pytest.approx([np.log1p(2), np.log1p(1)])
    assert column(table, "open_cart") == [1, 0]
    assert column(table, "spent") == pytest.approx([0, np.log1p(10)])


@given(rows, rows)
@settings(max_examples=60, deadline=None)
def test_what_comes_later_changes_nothing(past: list, later: list) -> None:
    known = features(table_of(past), AT)
    more = [(who, product, kind, 40.5 + day) for who, product, kind, day in later]
    again = features(table_of([*past, *more]), AT)
    assert np.array_equal(known.shopper, again.shopper)
    assert np.array_equal(known.values, again.values)


@given(rows)
@settings(max_examples=60, deadline=None)
def test_all_numbers_are_finite(past: list) -> None:
    found = features(table_of(past), AT)
    assert found.values.shape == (len(found.shopper), len(NAMES))
    assert np.isfinite(found.values).all()


def test_outcomes_by_hand() -> None:
    table = table_of(
        [
            (0, 1, "click", 40.0),  # at the moment itself: past
            (1, 1, "view", 41.0),
            (2, 1, "cart", 45.0),
            (3, 1, "purchase", 50.0),  # the last moment of the window
            (4, 1, "purchase", 50.01),
            (5, 1, "impression", 42.0),
        ]
    )
    found = outcomes(table, np.arange(6), AT, 10.0)
    assert found["click"].tolist() == [False, True, False, False, False, False]
    assert found["cart"].tolist() == [False, False, True, False, False, False]
    assert found["purchase"].tolist() == [False, False, False, True, False, False]
    assert found["churn"].tolist() == [True, False, False, False, True, False]
