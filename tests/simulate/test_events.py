"""The demo shop's shoppers: the same for the same seed, in the past, among its own products."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shelfwise.behaviour.validate import check
from shelfwise.simulate import demo_events, demo_products

NOW = datetime(2026, 11, 2, tzinfo=UTC)
PRODUCTS = tuple(demo_products(7, 200))


def test_the_same_seed_gives_the_same_events_and_another_one_others() -> None:
    first = list(demo_events(PRODUCTS, NOW, 7, 40))
    assert first == list(demo_events(PRODUCTS, NOW, 7, 40))
    assert first != list(demo_events(PRODUCTS, NOW, 8, 40))


def test_events_are_good_ones_of_the_last_month() -> None:
    events = list(demo_events(PRODUCTS, NOW, 7, 60))
    assert [found for place, event in enumerate(events) if (found := check(event, place)) is not None] == []
    assert len({event.id for event in events}) == len(events)
    assert all(NOW - timedelta(days=31) < event.time <= NOW for event in events)
    known = {product.id for product in PRODUCTS}
    assert {event.product for event in events if event.product} <= known
    assert {event.kind for event in events} == {"search", "click", "cart", "purchase"}
