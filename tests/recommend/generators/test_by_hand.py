"""Generators on logs so small that the answer can be worked out on paper, or by SciPy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy import stats

from shelfwise.behaviour.base import Profile, Touch
from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import RecommendRequest
from shelfwise.recommend.catalogue import table_of
from shelfwise.recommend.generators.baskets import SURE, BoughtTogether, likelihood_ratio
from shelfwise.recommend.generators.because_searched import BecauseSearched
from shelfwise.recommend.generators.buy_again import BuyAgain
from shelfwise.recommend.generators.complementary import Complementary
from shelfwise.recommend.generators.recently_viewed import RecentlyViewed
from shelfwise.types import Event, EventKind, Product

START = datetime(2026, 1, 1, tzinfo=UTC)
CATALOG = table_of([Product(id, id, category=("lamps" if id in "ab" else "bulbs",)) for id in "abcd"])
TABLES = [(8, 10, 12, 40), (3, 10, 12, 40), (1, 10, 12, 40), (6, 20, 9, 60), (5, 5, 5, 30)]


def baskets(*orders: str) -> EventTable:
    """An order of each shopper: a letter for each product."""
    return EventTable.of(
        Event(f"{who} {product}", "purchase", f"s{who}", START, product)
        for who, order in enumerate(orders)
        for product in order
    )


def about(seed: str) -> RecommendRequest:
    return RecommendRequest(Profile("", START), START, placement="product", seeds=(seed,))


@pytest.mark.parametrize(("both", "left", "right", "total"), TABLES)
def test_the_likelihood_ratio_is_that_of_scipy(both: int, left: int, right: int, total: int) -> None:
    table = [[both, left - both], [right - both, total - left - right + both]]
    expected = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    found = likelihood_ratio(*(np.array([float(n)]) for n in (both, left, right)), float(total))
    assert found[0] == pytest.approx(expected)


@pytest.mark.parametrize(("both", "left", "right", "total"), TABLES)
def test_bought_together_keeps_what_fisher_finds_too(both: int, left: int, right: int, total: int) -> None:
    orders = ["ab"] * both + ["a"] * (left - both) + ["b"] * (right - both)
    orders += ["c"] * (total - len(orders))
    found = BoughtTogether().fit(baskets(*orders), CATALOG).generate(about("a"), 5)
    chance = stats.fisher_exact([[both, left - both], [right - both, total - left - right + both]], "greater").pvalue
    assert ("b" in found.ids) == (chance < 0.01)
    if "b" in found.ids:
        assert found.scores["bought_together"][0] == pytest.approx(both / np.sqrt(left * right), rel=1e-5)


def test_the_bound_is_that_of_one_in_a_hundred() -> None:
    assert pytest.approx(stats.chi2.isf(0.01, 1), abs=0.01) == SURE


def test_complementary_is_of_another_category() -> None:
    log = baskets(*["abc"] * 8, *["d"] * 20)
    assert Complementary().fit(log, CATALOG).generate(about("a"), 5).ids == ("c",)
    assert set(BoughtTogether().fit(log, CATALOG).generate(about("a"), 5).ids) == {"b", "c"}


def bought(now: int, **days: tuple[int, ...]) -> RecommendRequest:
    times = {id: tuple(START + timedelta(days=day) for day in found) for id, found in days.items()}
    at = START + timedelta(days=now)
    return RecommendRequest(Profile("ann", at, bought=times), at)


def test_buy_again_by_the_shoppers_own_cycle() -> None:
    model = BuyAgain().fit(EventTable.of([]), CATALOG)
    found = model.generate(bought(30, a=(0, 10, 20), b=(0, 4, 8, 12), c=(20,)), 5)
    # a: 10 days since the last, a cycle of 10: exp(−|log 1|) = 1. b: 18 days after a cycle of 4 is given up. c: once.
    assert (found.ids, found.scores["buy_again"].tolist()) == (("a",), [1.0])
    assert model.generate(bought(35, a=(0, 10, 20)), 5).scores["buy_again"][0] == pytest.approx(10 / 15)
    assert model.generate(bought(25, a=(0, 10, 20)), 5).ids == ()  # half a cycle: too early


def test_buy_again_by_everybodys_cycle() -> None:
    days = {"s1": (0, 6), "s2": (0, 8), "s3": (0, 10), "s4": (0,)}
    log = [
        Event(f"{who}{day}", "purchase", who, START + timedelta(days=day), "a")
        for who, found in days.items()
        for day in found
    ]
    model = BuyAgain().fit(EventTable.of(log), CATALOG)
    assert model.generate(bought(10, a=(0,)), 5).scores["buy_again"][0] == pytest.approx(8 / 10)
    two = BuyAgain().fit(EventTable.of(log[:4]), CATALOG)  # two repeats are too few
    assert two.generate(bought(10, a=(0,)), 5).ids == ()


def test_recently_viewed_is_what_was_looked_at_and_not_bought() -> None:
    kinds: list[tuple[str, EventKind]] = [("a", "view"), ("b", "click"), ("gone", "view"), ("a", "view"), ("c", "view")]
    recent = tuple(Touch(id, kind, START - timedelta(minutes=n)) for n, (id, kind) in enumerate(kinds))
    profile = Profile("ann", START, recent=recent, bought={"c": (START,)})
    found = RecentlyViewed().fit(EventTable.of([]), CATALOG).generate(RecommendRequest(profile, START), 5)
    assert (found.ids, found.scores["recently_viewed"].tolist()) == (("a", "b"), [1.0, 0.5])


def test_because_searched_takes_the_last_search_of_a_month() -> None:
    asked: list[str] = []

    def search(text: str, limit: int) -> tuple[str, ...]:
        asked.append(text)
        return ("d", "a", "b")

    def profile(days: int) -> Profile:
        recent = (Touch("a", "view", START),)
        return Profile("ann", START, recent=recent, searches=(("lamp", START - timedelta(days=days)),))

    model = BecauseSearched(search)
    assert model.generate(RecommendRequest(profile(29), START), 5).ids == ("d", "b")
    assert model.generate(RecommendRequest(profile(31), START), 5).ids == ()
    assert model.generate(RecommendRequest(profile(31), START, query="bulb"), 1).ids == ("d",)
    assert asked == ["lamp", "bulb"]
