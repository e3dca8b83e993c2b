"""Products that nobody touched are found by what they are like."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from shelfwise.behaviour.base import Profile, Touch
from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import RecommendRequest
from shelfwise.recommend.catalogue import table_of
from shelfwise.recommend.generators.cold_items import ColdItems
from shelfwise.types import Event, Product

AT = datetime(2026, 5, 1, tzinfo=UTC)
VECTORS = {"lamp": [1, 0], "new lamp": [0.8, 0.6], "new knife": [0, 1], "no text": [0, 0]}
CATALOG = table_of([Product(id, id) for id in VECTORS], lambda id: np.array(VECTORS[id], np.float32))
EVENTS = EventTable.of(Event(str(n), "click", f"shopper {n}", AT, "lamp") for n in range(5))


def request(*touched: str, **more: object) -> RecommendRequest:
    profile = Profile("ann", AT, recent=tuple(Touch(id, "click", AT) for id in touched))
    return replace(RecommendRequest(profile, AT), **more)  # type: ignore[arg-type]


def test_cold_products_near_to_the_taste_come_and_warm_ones_do_not() -> None:
    model = ColdItems().fit(EVENTS, CATALOG)
    found = model.generate(request("lamp"), 5)
    assert found.ids == ("new lamp",)  # the knife is not like it
    assert found.scores["cold_items"].tolist() == pytest.approx([0.8])
    assert model.because(request("lamp"), "new lamp").because == "lamp"


def test_a_taste_without_touches_is_the_profile_s() -> None:
    profile = Profile("ann", AT, vector=np.array([0, 1], np.float32))
    assert ColdItems().fit(EVENTS, CATALOG).generate(RecommendRequest(profile, AT), 5).ids == ("new knife", "new lamp")


def test_excluded_products_and_strangers_get_nothing() -> None:
    model = ColdItems().fit(EVENTS, CATALOG)
    assert model.generate(request("lamp", exclude=frozenset({"new lamp"})), 5).ids == ()
    assert model.generate(request(), 5).ids == ()
    assert model.generate(request("unknown"), 5).ids == ()
    assert ColdItems().generate(request("lamp"), 5).ids == ()


def test_a_product_grows_warm_also_after_loading(tmp_path: Path) -> None:
    ColdItems().fit(EVENTS, CATALOG).save(tmp_path / "kept")
    loaded = ColdItems.load(tmp_path / "kept")
    more = EventTable.of(Event(str(n), "click", f"shopper {n}", AT, "new lamp") for n in range(4))
    loaded.update(more, CATALOG)
    assert loaded.generate(request("lamp"), 5).ids == ()
