"""What shoppers do, through the shop: kept, refused, merged, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shelfwise.errors import InputError, StorageError
from shelfwise.settings import BehaviourSettings
from shelfwise.shop import Shop
from shelfwise.types import Event, Product

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    folder = tmp_path / "shop"
    Shop.create(folder, {"encoder.kind": "none"}).close()
    with Shop.open(folder) as plain:
        plain.upsert([Product("p1", "lamp"), Product("p2", "chair")])
        plain.index()
        settings = plain.settings
    with Shop(folder, settings, clock=lambda: NOW) as opened:
        yield opened


def click(id: str, product: str = "p1", shopper: str = "ann", **more: object) -> Event:
    values = {"time": NOW, "query_id": "q1"} | more
    return Event(id, "click", shopper, product=product, **values)  # type: ignore[arg-type]


def test_good_events_go_in_though_others_are_refused(shop: Shop) -> None:
    receipt = shop.record([click("1"), click("", "p1"), click("2", "p2"), click("3", position=0)])
    assert (receipt.accepted, receipt.repeated, receipt.withheld) == (2, 0, 0)
    assert [(refusal.index, refusal.field) for refusal in receipt.refused] == [(1, "id"), (3, "position")]
    assert {event.id for event in shop.audience.log.shopper_events("ann")} == {"1", "2"}


def test_one_event_may_come_alone(shop: Shop) -> None:
    assert shop.record(click("1")).accepted == 1
    assert shop.record(click("1")).repeated == 1


def test_a_product_that_the_shop_does_not_have_is_marked(shop: Shop) -> None:
    receipt = shop.record([click("1"), click("2", "gone"), click("3", "strange")])
    assert receipt.accepted == 3
    assert receipt.marks == {"unknown_product": 2}
    shop.upsert([Product("gone", "table")])
    assert shop.record(click("4", "gone")).marks == {}


def test_marks_tell_of_odd_times(shop: Shop) -> None:
    early, late = click("1", time=NOW + timedelta(hours=1)), click("2", time=NOW - timedelta(days=3))
    assert shop.record([early, late]).marks == {"future": 1, "late": 1}


def test_a_shop_that_nobody_visited_has_no_log(shop: Shop) -> None:
    shop.search("")
    assert not (shop.folder / "events.db").exists()


def test_the_log_is_there_after_opening_again(shop: Shop) -> None:
    shop.record(click("1"))
    shop.close()
    with Shop.open(shop.folder) as again:
        assert again.record(click("1")).repeated == 1


def test_forgetting_and_merging(shop: Shop) -> None:
    shop.record([click("1", shopper="visitor"), click("2", shopper="ann")])
    assert shop.merge("visitor", "ann") == 1
    shop.record(click("3", shopper="visitor"))
    assert shop.audience.log.canonical("visitor") == "ann"
    with pytest.raises(InputError, match="same shopper"):
        shop.merge("ann", "ann")
    assert shop.forget("visitor") == 3
    assert shop.audience.log.count() == 0
    assert shop.profile("ann").events == 0


def test_a_catalogue_being_written_keeps_no_event_waiting(shop: Shop) -> None:
    with shop.catalog.store.transaction():  # an import's batch holds the write lock of the catalogue
        assert shop.record(click("1")).accepted == 1


def test_nothing_is_taken_after_closing(shop: Shop) -> None:
    shop.record(click("1"))
    log = shop.audience.log
    shop.close()
    with pytest.raises(StorageError, match="closed"):
        log.append([click("2")])


def test_events_are_kept_as_long_as_the_settings_say(shop: Shop) -> None:
    shop.record([click("1"), click("2")])
    settings = shop.settings.model_copy(update={"behaviour": BehaviourSettings(retention_days=2)})
    with Shop(shop.folder, settings, clock=lambda: NOW + timedelta(days=1)) as later:
        assert later.audience.log.count() == 2
    with Shop(shop.folder, settings, clock=lambda: NOW + timedelta(days=3)) as later:
        assert later.audience.log.count() == 0
