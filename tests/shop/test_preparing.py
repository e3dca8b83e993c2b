"""Recommendations prepared before they are asked for: whom to expect, by whom, and when not."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shelfwise.errors import NotFoundError
from shelfwise.predicting import Predicting
from shelfwise.preparing import Preparing
from shelfwise.recommend.expected import MOST, Expected
from shelfwise.shop import Shop
from shelfwise.types import Event, Product

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def history() -> Iterator[Event]:
    """Shoppers with even numbers come every second day of the last forty, the others seldom."""
    draw = random.Random(0)
    for who in range(60):
        day = draw.uniform(0, 10)
        while day < 40:
            kind = draw.choice(["click", "view", "cart", "purchase"])
            at, product = NOW - timedelta(days=40 - day), f"p{draw.randint(1, 8)}"
            yield Event(f"{who}-{day}", kind, f"u{who}", at, product, query_id="q", value=9.0)  # type: ignore[arg-type]
            day += draw.expovariate(1 / 2 if who % 2 == 0 else 1 / 20)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    Shop.create(tmp_path / "shop", {"encoder.kind": "none"}).close()
    with Shop.open(tmp_path / "shop") as plain:
        settings = plain.settings
    with Shop(tmp_path / "shop", settings, clock=lambda: NOW) as shop:
        shop.upsert([Product(f"p{n}", f"lamp {n}", category=("Home", f"c{n % 3}")) for n in range(1, 9)])
        shop.index()
        shop.record(list(history()))
        yield shop


def predicting(shop: Shop) -> Predicting:
    return Predicting(shop.folder, shop.audience.log, shop.catalog.store, lambda: NOW)


class Rounds:
    """Calls of `prepare`, which a test can wait for."""

    def __init__(self, prepare: Callable[[Sequence[str]], int]) -> None:
        self._prepare, self.asked, self._done = prepare, list[str](), threading.Condition()

    def __call__(self, shoppers: Sequence[str]) -> int:
        try:
            return self._prepare(shoppers)
        finally:
            with self._done:
                self.asked += shoppers
                self._done.notify_all()

    def wait(self, count: int) -> None:
        with self._done:
            assert self._done.wait_for(lambda: len(self.asked) >= count, timeout=60)


def test_who_is_likely_to_return_finds_rows_ready(shop: Shop) -> None:
    predicting(shop).fit(5.0)
    assert predicting(shop).expect(6) == 6
    expected = shop.recommender.expected.read()
    assert sum(int(name[1:]) % 2 == 0 for name in expected) >= 5
    rounds = Rounds(shop.recommender.prepare)
    worker = Preparing(shop.recommender.expected.read, rounds)
    rounds.wait(6)
    worker.close()
    assert tuple(rounds.asked) == expected
    for shopper in expected:
        took = shop.recommend(shopper).took
        assert "profile" not in took and "rows" not in took
    other = next(f"u{n}" for n in range(60) if f"u{n}" not in expected)
    assert "rows" in shop.recommend(other).took


def test_what_a_shopper_does_is_prepared_again_and_what_holds_is_not(shop: Shop) -> None:
    assert shop.recommender.prepare(["u2", "u4"]) == 2
    assert shop.recommender.prepare(["u2", "u4"]) == 0
    shop.record(Event("new", "view", "u2", NOW, "p1"))
    assert shop.recommender.prepare(["u2", "u4"]) == 1


def test_a_server_prepares_and_stops(shop: Shop) -> None:
    shop.recommender.expected.write(["u2"])
    shop.follow()
    shop.follow()
    names = [thread.name for thread in threading.enumerate()]
    assert names.count("shelfwise-preparing") == 1
    shop.close()
    assert "shelfwise-preparing" not in [thread.name for thread in threading.enumerate()]


def test_nothing_was_predicted(shop: Shop) -> None:
    assert shop.recommender.expected.read() == ()
    with pytest.raises(NotFoundError, match="predict fit"):
        predicting(shop).expect()


def test_a_forgotten_shopper_is_not_expected(shop: Shop) -> None:
    shop.merge("u4", "u2")
    shop.recommender.expected.write(["u2", "u4", "u6"])
    shop.forget("u2")
    assert shop.recommender.expected.read() == ("u6",)
    assert b"u2" not in (shop.folder / "recommend" / "expected.json").read_bytes()


def test_a_round_that_fails_is_not_the_last(shop: Shop) -> None:
    def fail(shoppers: Sequence[str]) -> int:
        raise RuntimeError("the disk is gone")

    rounds = Rounds(fail)
    worker = Preparing(lambda: ("u2",), rounds, seconds=0.001)
    rounds.wait(3)
    worker.close()


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": 1}', b"[1, null]"])
def test_a_file_that_cannot_be_read_expects_nobody(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "expected.json").write_bytes(content)
    assert Expected(tmp_path).read() == ()


def test_few_are_expected(tmp_path: Path) -> None:
    Expected(tmp_path / "new").write([f"u{n}" for n in range(MOST + 5)])
    assert len(Expected(tmp_path / "new").read()) == MOST
