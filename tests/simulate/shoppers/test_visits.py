"""What shoppers do: determinism, budgets, position bias, and what the shop can learn of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import stats

from shelfwise.behaviour.validate import check
from shelfwise.shop import Shop
from shelfwise.simulate.shoppers.base import Clock
from shelfwise.simulate.shoppers.filling import fill
from shelfwise.simulate.shoppers.parameters import read_parameters
from shelfwise.simulate.shoppers.running import World
from shelfwise.simulate.shoppers.setting import MONTH
from shelfwise.types import Event

START = datetime(2026, 9, 1, tzinfo=UTC)
EAGER = {"cart": -2.0, "order": 0.0}


def test_the_same_seed_gives_the_same_events_and_another_others(walked: Callable[..., Any]) -> None:
    *_, one = walked(read_parameters(), seed=3)
    *_, two = walked(read_parameters(), seed=3)
    *_, other = walked(read_parameters(), seed=4)
    assert one == two
    assert one and one != other


def test_events_can_be_taken_and_are_in_order(walked: Callable[..., Any]) -> None:
    *_, events = walked(read_parameters(), days=30)
    assert [refusal for event in events if (refusal := check(event))] == []
    assert len({event.id for event in events}) == len(events)
    visits: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        visits[event.id.rsplit("-", 1)[0]].append(event)
    for made in visits.values():
        assert all(one.time <= two.time for one, two in pairwise(made))
    clicks = [event for event in events if event.kind == "click"]
    assert all(event.query_id and event.position and event.placement for event in clicks)


def test_nobody_spends_more_than_there_is(walked: Callable[..., Any], changed: Callable[..., Any]) -> None:
    parameters = changed(buying={**EAGER, "budget": 0.4}, visits={"per_day": 0.8})
    world, course, outcomes, events = walked(parameters, days=40)
    spent = np.zeros(len(world.shoppers))
    for one in outcomes:
        spent[one.number] += one.spent
        who = world.shoppers[one.number]
        assert spent[one.number] <= who.allowance * (1 + one.day / MONTH) + 1e-6
    assert (spent > 0).sum() > 10
    assert np.allclose(spent, [state.spent for state in course.states])
    told = sum(event.value or 0.0 for event in events if event.kind == "purchase")
    assert told == pytest.approx(spent.sum(), abs=0.01 * len(events))


def test_clicks_show_the_position_bias_that_was_put_in(walked: Callable[..., Any], changed: Callable[..., Any]) -> None:
    """With products placed by chance, clicks by position fall as examination does: log-log slope −η."""
    flat = dict.fromkeys(read_parameters().taste, 0.0)
    parameters = changed(
        taste=flat,
        looking={"attraction": -2.5, "pages": 200.0, "below": 0.0, "rows": 1.0, "shown": 20.0},
        examination={"row": 0.8},
        visits={"need": 0.0, "per_day": 1.0},
    )
    *_, events = walked(parameters, shoppers=300, days=30)
    clicks = [event.position for event in events if event.kind == "click" and event.placement == "home"]
    counts = np.bincount(clicks, minlength=21)[1:]
    slope = stats.linregress(np.log(np.arange(1, 21)), np.log(counts)).slope
    assert slope == pytest.approx(-0.8, abs=0.1)


def test_a_shop_learns_the_tastes_that_shoppers_have(
    open_shop: Callable[..., Shop], market: Any, changed: Callable[..., Any]
) -> None:
    """Interests of profiles go with the true likings: mean rank correlation over categories well above 0."""
    parameters = changed(visits={"per_day": 0.8}, after={"drift": 0.0})
    clock = Clock(START)
    shop = open_shop("learns", clock)
    fill(shop, parameters, shoppers=12, days=40, seed=1, start=START)
    clock.now = START + timedelta(days=41)
    world = World.drawn(market, parameters, [0] * 12, seed=1, start=START)
    found = []
    for who in world.shoppers:
        interests = shop.profile(who.name).interests.get("category", {})
        weights = [interests.get(path, 0.0) for path in market.categories]
        if np.std(weights) > 0:
            found.append(stats.spearmanr(weights, who.tastes.categories(0.0)).statistic)
    assert len(found) >= 10
    assert np.mean(found) > 0.3
    assert np.mean(np.array(found) > 0) > 0.8


def test_content_shoppers_come_back_more_often(walked: Callable[..., Any], changed: Callable[..., Any]) -> None:
    count = {}
    for strength in (0.0, 3.0):
        _, _, outcomes, _ = walked(changed(visits={"return": strength}, buying={"cart": -30.0}), days=40)
        count[strength] = len(outcomes)  # nobody buys, so satisfaction falls
    assert count[3.0] < 0.8 * count[0.0]
