"""A small market, and shops that sell it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shelfwise.shop import Shop
from shelfwise.simulate import demo_products
from shelfwise.simulate.shoppers.base import Clock
from shelfwise.simulate.shoppers.draws import Draws
from shelfwise.simulate.shoppers.market import Market
from shelfwise.simulate.shoppers.parameters import Parameters, read_parameters
from shelfwise.simulate.shoppers.running import Course, World, run
from shelfwise.simulate.shoppers.shelves import Shelves
from shelfwise.simulate.shoppers.visit import Outcome
from shelfwise.types import Event, Product

START = datetime(2026, 9, 1, tzinfo=UTC)


@cache
def _products() -> tuple[Product, ...]:
    return tuple(demo_products(7, 240))


@pytest.fixture
def products() -> tuple[Product, ...]:
    return _products()


@pytest.fixture
def market() -> Market:
    return _market()


@cache
def _market() -> Market:
    return Market.of(_products(), read_parameters().needs["consumable"])


@pytest.fixture
def changed() -> Callable[..., Parameters]:
    """The built-in parameters with some replaced: changed(looking={"noise": 0.0})."""

    def change(**sections: dict[str, float]) -> Parameters:
        known = read_parameters()
        return replace(known, **{name: {**getattr(known, name), **values} for name, values in sections.items()})

    return change


@pytest.fixture
def walked(market: Market) -> Callable[..., Any]:
    """walked(parameters, shoppers, days, seed): world, course, outcomes and events of visits along shelves."""

    def walk(
        parameters: Parameters, shoppers: int = 40, days: int = 20, seed: int = 3
    ) -> tuple[World, Course, list[Outcome], list[Event]]:
        world = World.drawn(market, parameters, [0] * shoppers, seed=seed, start=START)
        course, events = Course.begin(world), list[Event]()
        shelves = Shelves(market, events.extend, Draws.seeded(seed))
        made = list(run(world, course, shelves, "personal", clock=Clock(START), days=range(days)))
        shelves.close()
        return world, course, made, events

    return walk


@pytest.fixture
def open_shop(tmp_path: Path, products: tuple[Product, ...]) -> Callable[..., Shop]:
    """Opens a new shop that sells the market, without an encoder, by a simulated clock; answers are numbered."""
    opened: list[Shop] = []

    def make(name: str, clock: Clock) -> Shop:
        with Shop.create(tmp_path / name, {"encoder.kind": "none"}) as shop:
            shop.upsert(products)
            shop.index()
        numbers = iter(range(1, 1_000_000))
        found = Shop(tmp_path / name, shop.settings, clock=clock, ids=lambda: f"answer-{next(numbers)}")
        opened.append(found)
        return found

    yield make
    for shop in opened:
        shop.close()
