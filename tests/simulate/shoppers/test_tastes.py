"""Tastes and what products are worth: their scale, drift, and what a visit adds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from shelfwise.simulate.shoppers.draws import Draws
from shelfwise.simulate.shoppers.market import Market
from shelfwise.simulate.shoppers.needs import Need, need_of
from shelfwise.simulate.shoppers.parameters import read_parameters
from shelfwise.simulate.shoppers.setting import Setting
from shelfwise.simulate.shoppers.shopper import Character, State, money
from shelfwise.simulate.shoppers.utility import worth_now


@pytest.fixture
def setting(market: Market) -> Setting:
    return Setting.drawn(market, read_parameters(), Draws.seeded(1))


def shoppers(setting: Setting, count: int) -> list[Character]:
    return [Character.drawn(setting, Draws.seeded(1), number, f"s{number}", 0) for number in range(count)]


def test_each_part_of_utility_has_the_weight_that_it_is_given(setting: Setting, changed: Callable[..., Any]) -> None:
    none = dict.fromkeys(("category", "brand", "attributes", "price", "rating"), 0.0)
    for part in ("category", "attributes", "price"):
        alone = Setting(setting.market, changed(taste={**none, part: 1.0}), setting.appeal)
        told = np.stack([one.tastes.told(alone, 0) for one in shoppers(setting, 200)])
        assert abs(told.mean()) < 0.15, part
        assert 0.8 < told.std() < 1.2, part


def test_tastes_turn_and_stay_as_strong(setting: Setting) -> None:
    now = np.stack([one.tastes.categories(0.0) for one in shoppers(setting, 300)])
    then = np.stack([one.tastes.categories(0.6) for one in shoppers(setting, 300)])
    assert abs(then.std() - now.std()) < 0.05
    assert abs(np.corrcoef(now.ravel(), then.ravel())[0, 1] - math.cos(0.6)) < 0.05


def test_a_need_lifts_its_category_only(setting: Setting) -> None:
    one, market = shoppers(setting, 1)[0], setting.market
    told = one.tastes.told(setting, 0)
    worth = worth_now(one, State(), setting, told, Need(2, ("x",)), day=0)
    inside = market.category == 2
    np.testing.assert_allclose((worth.card - told)[inside], 2.0)
    np.testing.assert_allclose((worth.card - told)[~inside], -1.0)


def test_what_was_bought_is_worth_less_and_its_category_for_a_while(setting: Setting) -> None:
    one, market = shoppers(setting, 1)[0], setting.market
    lasting = int(np.flatnonzero(~market.consumable[market.category])[0])
    state = State(bought={lasting: 0.0}, bought_in={int(market.category[lasting]): 0.0})
    told = one.tastes.told(setting, 30)
    lost = told - worth_now(one, state, setting, told, None, day=30).card
    siblings = np.flatnonzero((market.category == market.category[lasting]) & (np.arange(len(market)) != lasting))
    assert lost[lasting] == pytest.approx(3.0 + 1.5 * (1 - 30 / 60))
    np.testing.assert_allclose(lost[siblings], 1.5 * (1 - 30 / 60))


def test_a_consumable_that_is_used_up_is_needed(setting: Setting, market: Market) -> None:
    category = int(np.flatnonzero(market.consumable)[0])
    needs = [
        need_of(one, State(bought_in={category: 0.0}), setting, one.tastes.told(setting, 400), 400)
        for one in shoppers(setting, 60)
    ]
    assert any(needs)
    assert {need.category for need in needs if need} == {category}


def test_queries_are_words_of_the_catalogue_in_the_shoppers_language(setting: Setting) -> None:
    found = {"en": 0, "zh": 0}
    for one in shoppers(setting, 60):
        need = need_of(one, State(), setting, one.tastes.told(setting, 3), 3)
        for text in need.queries if need else ():
            assert text.strip()
            chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
            assert chinese == (one.locale == "zh"), text
            found[one.locale] += 1
    assert min(found.values()) > 5


def test_money_comes_in_day_by_day_and_is_not_saved_for_ever(setting: Setting) -> None:
    one, parameters = shoppers(setting, 1)[0], setting.parameters
    assert money(one, State(), 0, parameters) == pytest.approx(one.allowance)
    assert money(one, State(), 15, parameters) == pytest.approx(1.5 * one.allowance)
    assert money(one, State(), 900, parameters) == pytest.approx(3 * one.allowance)
    assert money(one, State(spent=one.allowance), 0, parameters) == 0
