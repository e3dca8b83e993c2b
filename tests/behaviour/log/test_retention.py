"""Old events go, and only they."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from shelfwise.behaviour.log.store import SqlEventLog
from tests.behaviour.log.test_store import event as click
from tests.behaviour.log.test_store import everything, ids


def test_what_is_too_old_goes_as_new_events_come(opened: Callable[..., SqlEventLog], clock: Any) -> None:
    log = opened(keep=timedelta(days=30))
    log.append([click(str(number), "old") for number in range(8)])
    clock.forward(days=10)
    log.append([click("young", "ann")])
    clock.forward(days=21)
    assert log.count() == 9
    log.append([click("a", "ann")])
    assert log.count() == 8  # two for each that comes
    log.append([click("b", "ann"), click("c", "ann"), click("d", "ann")])
    assert ids(everything(log)) == ["young", "a", "b", "c", "d"]
    assert (log.count(), log.last("old"), log.shopper_events("old")) == (5, 0, [])
    assert len(log.shopper_events("ann")) == 5


def test_a_log_that_is_opened_again_is_tidied(opened: Callable[..., SqlEventLog], clock: Any) -> None:
    opened(keep=timedelta(days=1)).append([click("1"), click("2", consent="anonymous")])
    clock.forward(hours=25)
    assert opened(keep=timedelta(days=1)).count() == 0


def test_without_a_bound_everything_stays(opened: Callable[..., SqlEventLog], clock: Any) -> None:
    log = opened()
    log.append([click("1")])
    clock.forward(days=9_999)
    log.append([click("2")])
    assert log.expire(100) == 0
    assert log.count() == 2


def test_merged_visitors_stay_as_long_as_the_customer(opened: Callable[..., SqlEventLog], clock: Any) -> None:
    log = opened(keep=timedelta(days=1))
    log.append([click("1", "visitor"), click("2", "ann")])
    log.merge("visitor", "ann")
    clock.forward(hours=20)
    log.append([click("3", "ann")])
    clock.forward(hours=6)
    assert log.expire(100) == 2
    assert log.canonical("visitor") == "ann"
    clock.forward(hours=20)
    assert log.expire(100) == 1
    assert log.canonical("visitor") == "visitor"


def test_numbers_go_on_after_all_is_gone(opened: Callable[..., SqlEventLog], clock: Any) -> None:
    log = opened(keep=timedelta(days=1))
    cursor = log.append([click("1")]).cursor
    clock.forward(days=2)
    assert log.expire(10) == 1
    log.append([click("1")])  # forgotten, so it is new
    assert ids(everything(log, since=cursor)) == ["1"]
