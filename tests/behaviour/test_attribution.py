from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.behaviour.attribution import MODELS, NOWHERE, UNKNOWN, Credit, Model, attribute, shares
from shelfwise.types import Event
from tests.behaviour.times import click, minutes

HOUR = timedelta(hours=1)


def bought(id: str, shopper: str, product: str, minute: float, value: float | None = None, **more: str) -> Event:
    return Event(id, "purchase", shopper, minutes(minute), product=product, value=value, **more)  # type: ignore[arg-type]


SHOPPING = [
    Event("s1", "search", "ann", minutes(0), text="mugs", query_id="q1"),
    click("1", "ann", "mug", 1, query_id="q1", placement="search"),
    click("2", "ann", "mug", 5, query_id="r1", placement="home"),
    click("3", "ann", "mug", 10, placement="home"),
    click("4", "ann", "cup", 11, query_id="q1", placement="search"),
    click("5", "bob", "mug", 12, placement="cart"),
    bought("6", "ann", "mug", 30, 12.0),
    bought("7", "ann", "cup", 71, 5.0),  # exactly an hour after the click on it
    bought("8", "ann", "cup", 72, 7.0),  # a minute too late
    bought("9", "bob", "pot", 40),
    bought("10", "eve", "pan", 40, 20.0, placement="email"),
    click("11", "ann", "mug", 31, placement="product"),  # after the purchase
]


@pytest.mark.parametrize(
    ("model", "placements", "queries"),
    [
        (
            "last",
            {"email": Credit(1, 20), "home": Credit(1, 12), "search": Credit(1, 5)},
            {"mugs": Credit(1, 5)},
        ),
        ("first", {"email": Credit(1, 20), "search": Credit(2, 17)}, {"mugs": Credit(2, 17)}),
        (
            "linear",
            {"email": Credit(1, 20), "search": Credit(4 / 3, 9), "home": Credit(2 / 3, 8)},
            {"mugs": Credit(4 / 3, 9), UNKNOWN: Credit(1 / 3, 4)},
        ),
    ],
)
def test_by_hand(model: Model, placements: dict[str, Credit], queries: dict[str, Credit]) -> None:
    found = attribute(SHOPPING, model, HOUR)
    assert (found.purchases, found.revenue, found.without_value) == (5, 44.0, 1)
    assert found.unattributed == Credit(2, 7.0)
    for mine, expected in ((found.placements, placements), (found.queries, queries)):
        assert list(mine) == list(expected)  # in order of revenue
        for name, credit in expected.items():
            assert (mine[name].purchases, mine[name].revenue) == pytest.approx((credit.purchases, credit.revenue))


def test_what_has_no_placement_is_told() -> None:
    found = attribute([click("1", "ann", "mug", 1), bought("2", "ann", "mug", 2, 3.0)])
    assert found.placements == {NOWHERE: Credit(1, 3.0)}
    assert found.queries == {}


def test_nothing() -> None:
    found = attribute([])
    assert (found.purchases, found.placements, found.unattributed) == (0, {}, Credit())
    assert found.to_json()["window"] == 7 * 86_400


@given(st.sampled_from(MODELS), st.integers(1, 50))
def test_shares_sum_to_1(model: Model, count: int) -> None:
    assert sum(shares(model, count)) == pytest.approx(1)


SHOPPERS, PRODUCTS, MINUTES = st.sampled_from("ab"), st.sampled_from("pq"), st.integers(0, 300)


@given(
    st.sampled_from(MODELS),
    st.lists(st.tuples(SHOPPERS, PRODUCTS, MINUTES, st.sampled_from(("home", "cart"))), max_size=12),
    st.lists(st.tuples(SHOPPERS, PRODUCTS, MINUTES, st.integers(0, 99)), max_size=6),
)
def test_every_purchase_is_credited_once(
    model: Model, clicks: list[tuple[str, str, int, str]], purchases: list[tuple[str, str, int, int]]
) -> None:
    events = [click(f"c{i}", who, what, at, placement=where) for i, (who, what, at, where) in enumerate(clicks)]
    events += [bought(f"p{i}", who, what, at, float(value)) for i, (who, what, at, value) in enumerate(purchases)]
    found = attribute(events, model, HOUR)
    credits = [*found.placements.values(), found.unattributed]
    assert sum(credit.purchases for credit in credits) == pytest.approx(found.purchases)
    assert sum(credit.revenue for credit in credits) == pytest.approx(found.revenue)
    alone = [not any(c[:2] == p[:2] and 0 <= p[2] - c[2] <= 60 for c in clicks) for p in purchases]  # the slow way
    assert found.unattributed.purchases == sum(alone)
