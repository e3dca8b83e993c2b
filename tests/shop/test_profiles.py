"""Profiles through the shop: from its own log, catalogue and index, current after every event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from shelfwise.shop import Shop
from shelfwise.types import Attribute, Event, EventKind, Money, Product

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def lamp(number: int) -> Product:
    colour = Attribute("red" if number % 2 else "blue")
    price = Money(Decimal(10 + number), "CNY")
    return Product(
        f"lamp-{number}",
        f"lamp {number}",
        brand="Nova",
        category=("Home", "Lamps"),
        price=price,
        attributes={"color": colour},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Shop.create(tmp_path / "shop", {"encoder.kind": "fake"}) as shop:
        shop.upsert([lamp(number) for number in range(40)])
    return tmp_path / "shop"


@pytest.fixture
def shop(folder: Path) -> Iterator[Shop]:
    with Shop.open(folder) as opened:
        settings = opened.settings
        opened.index()
    with Shop(folder, settings, clock=lambda: NOW) as opened:
        yield opened


def act(id: str, kind: EventKind = "click", product: str = "lamp-39", minutes: int = 5) -> Event:
    return Event(id, kind, "ann", NOW - timedelta(minutes=minutes), product=product, query_id="q")


def test_one_event_changes_the_next_profile(shop: Shop) -> None:
    assert shop.profile("ann").events == 0
    shop.record(act("1"))
    profile = shop.profile("ann")
    assert list(profile.interests["category"]) == ["Home > Lamps", "Home"]
    assert list(profile.interests["price"]) == ["highest"]
    assert list(profile.interests["attributes.color"]) == ["red"]
    assert profile.vector == pytest.approx(shop.searcher().reader.vector("lamp-39"), abs=1e-3)
    with Shop.open(shop.folder) as elsewhere:
        elsewhere.record(act("2", "cart", "lamp-0"))
    assert shop.profile("ann").cart == ("lamp-0",)


def test_without_an_index_a_profile_has_no_vector_and_no_bands(folder: Path) -> None:
    with Shop.open(folder) as shop:
        shop.record([Event("1", "cart", "ann", datetime.now(UTC), product="lamp-1")])
        profile = shop.profile("ann")
        assert "brand" in profile.interests
        assert "price" not in profile.interests
        assert profile.vector is None
        shop.index()
        profile = shop.profile("ann")
        assert profile.vector is not None
        assert profile.interests["price"]


def test_a_deleted_product_gives_no_interest(shop: Shop) -> None:
    shop.record([act("1"), act("2", "favourite", "lamp-2")])
    shop.delete(["lamp-39"])
    shop.record(act("3", "view", "lamp-2"))
    profile = shop.profile("ann")
    assert list(profile.interests["attributes.color"]) == ["blue"]
    assert len(profile.recent) == 3
    assert profile.vector is not None
    assert np.dot(profile.vector, shop.searcher().reader.vector("lamp-2")) > 0.99


def test_a_merged_visitor_is_seen_at_once_and_forgotten_as_one(shop: Shop) -> None:
    shop.record([act("1"), Event("2", "cart", "visitor", NOW - timedelta(days=1), product="lamp-3")])
    assert shop.profile("ann").cart == ()
    assert shop.merge("visitor", "ann") == 1
    assert shop.profile("ann").cart == ("lamp-3",)
    assert shop.profile("visitor").recent == shop.profile("ann").recent
    assert shop.forget("visitor") == 2
    assert (shop.profile("ann").events, shop.profile("visitor").events) == (0, 0)


def test_without_consent_there_is_no_profile(shop: Shop) -> None:
    for consent in ("anonymous", "none"):
        shop.record(Event(consent, "click", "ann", NOW, product="lamp-1", consent=consent))  # type: ignore[arg-type]
    assert shop.profile("ann").events == 0
