"""What one process writes, another that follows sees."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shelfwise.errors import StorageError
from shelfwise.live import SECONDS, Follower
from shelfwise.shop import Shop
from shelfwise.types import Product

Soon = Callable[[Callable[[], object]], None]


def ids(shop: Shop, text: str, **options: Any) -> list[str]:
    return [product.id for product in shop.search(text, **options).products]


@pytest.fixture
def following(small: Path) -> Any:
    with Shop.open(small) as shop:
        shop.searcher()
        shop.follow()
        yield shop


def test_a_look_is_taken_often_enough_for_a_second() -> None:
    assert 0 < SECONDS <= 0.5


def test_products_prices_stock_and_deletions_of_another_process(
    following: Shop, nursery: Callable[..., Any], soon: Soon
) -> None:
    assert ids(following, "zebra blanket") == []
    assert nursery("change", following.folder).wait() == 0
    soon(lambda: ids(following, "zebra blanket") == ["new"])
    (shown,) = following.search("", filters={"id": "p1"}).products
    assert shown.price is not None
    assert (shown.price.amount, shown.stock, shown.available) == (Decimal("77.50"), 0, False)
    assert ids(following, "", filters={"price": [77, 78]}) == ["p1"]
    assert ids(following, "", filters={"available": False}) == ["p1"]
    assert "p2" not in ids(following, "lamp", limit=100)
    assert following.search("lamp").total == 39


def test_an_import_by_the_command(following: Shop, tmp_path: Path, soon: Soon) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("id,title,price\nf1,walrus mug,12.50\np3,heron lamp,3\n")
    call = [sys.executable, "-m", "shelfwise.cli", "import", str(feed), "--shop", str(following.folder)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    soon(lambda: ids(following, "walrus mug") == ["f1"])
    assert ids(following, "heron") == ["p3"]
    assert "p3" not in ids(following, "model3")


def test_a_new_generation_of_another_process(following: Shop, nursery: Callable[..., Any], soon: Soon) -> None:
    following.upsert([Product("q1", "otter bottle")])
    assert nursery("index", following.folder, 1).wait() == 0
    soon(lambda: following.status()["generation"] == "0002")
    assert following.status()["problems"] == []
    assert ids(following, "otter") == ["q1"]
    following.rollback()
    assert following.status()["generation"] == "0001"
    assert ids(following, "otter") == ["q1"]


def test_searches_never_fail_while_generations_come_and_go(
    following: Shop, nursery: Callable[..., Any], soon: Soon
) -> None:
    indexing = nursery("index", following.folder, 6)  # each removes the one before the last
    totals = set()
    ended = threading.Event()
    waiting = threading.Thread(target=lambda: (indexing.wait(), ended.set()))
    waiting.start()
    while not ended.is_set():
        totals.add(following.search("lamp").total)
    waiting.join()
    assert indexing.said == ["0002", "0003", "0004", "0005", "0006", "0007"]
    soon(lambda: following.search("lamp").generation == "0007")
    assert totals == {40}
    assert following.status()["problems"] == []


def test_opening_while_generations_come_and_go(small: Path, nursery: Callable[..., Any]) -> None:
    indexing = nursery("index", small, 5)
    while len(indexing.said) < 5:
        with Shop.open(small) as shop:
            assert shop.search("lamp").total == 40
            assert shop.status()["problems"] == []
    assert indexing.wait() == 0


def test_a_damaged_generation_is_passed_over_and_its_successor_taken(
    following: Shop, nursery: Callable[..., Any], soon: Soon
) -> None:
    run = nursery("index", following.folder, 1)
    assert run.wait() == 0
    soon(lambda: following.search("lamp").generation == "0002")
    following.rollback()
    (following.folder / "index" / "0002" / "manifest.json").write_bytes(b"{")
    (following.folder / "index" / "current").write_text("0002")
    soon(lambda: following.status()["problems"])
    assert following.search("lamp").generation == "0001"
    following.upsert([Product("live", "badger hat")])
    assert ids(following, "badger") == ["live"]
    assert nursery("index", following.folder, 1).wait() == 0
    soon(lambda: following.search("lamp").generation == "0003")
    assert following.status()["problems"] == []


@pytest.mark.parametrize("error", [StorageError("locked"), OSError("gone"), RuntimeError("odd")])
def test_a_follower_goes_on_after_any_trouble(error: Exception) -> None:
    calls = []
    seen = threading.Event()

    def catch_up() -> None:
        calls.append(time.monotonic())
        if len(calls) == 1:
            raise error
        seen.set()

    follower = Follower(catch_up, 0.001)
    assert seen.wait(20)
    follower.close()
    count = len(calls)
    time.sleep(0.01)
    assert len(calls) == count


def test_follow_twice_is_one_thread_and_close_ends_it(small: Path) -> None:
    def followers() -> int:
        return sum(thread.name == "shelfwise-follower" for thread in threading.enumerate())

    before = followers()
    shop = Shop.open(small)
    shop.follow()
    shop.follow()
    assert followers() == before + 1
    shop.close()
    assert followers() == before
    assert not [path.name for path in (small / "index").iterdir() if "overlay" in path.name]
