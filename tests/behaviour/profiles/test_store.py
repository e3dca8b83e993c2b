"""The live store: one event changes the next answer, and forgetting leaves nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shelfwise.behaviour.base import Profile
from shelfwise.behaviour.profiles import LiveProfiles
from shelfwise.types import EventKind
from tests.behaviour.profiles.given import NOW, SHELF, MemoryLog, Shelf, event


@pytest.fixture
def log() -> MemoryLog:
    made = MemoryLog()
    made.append([event("click", "phone", days=1), event("click", "kettle", shopper="bob")])
    return made


def test_an_unknown_shopper_has_an_empty_profile(log: MemoryLog) -> None:
    assert LiveProfiles(log, Shelf(SHELF)).profile("nobody", NOW) == Profile("nobody", NOW)
    assert log.reads == 0


def test_a_profile_is_kept_until_something_happens(log: MemoryLog) -> None:
    shelf = Shelf(SHELF)
    profiles = LiveProfiles(log, shelf)
    first = profiles.profile("ann", NOW)
    assert profiles.profile("ann", NOW + timedelta(seconds=30)) is first
    log.append([event("cart", "kettle", shopper="bob")])
    assert profiles.profile("ann", NOW) is first
    log.append([event("cart", "phone")])  # by whatever process
    after = profiles.profile("ann", NOW)
    assert after.cart == ("phone",)
    assert after.interests["brand"]["Nova"] > first.interests["brand"]["Nova"]
    later = profiles.profile("ann", NOW + timedelta(days=30))
    assert later.interests["category"]["Electronics"] < after.interests["category"]["Electronics"]
    shelf.turns += 1  # another index
    assert profiles.profile("ann", NOW) is not after


def test_a_late_event_of_the_past_is_seen(log: MemoryLog) -> None:
    profiles = LiveProfiles(log, Shelf(SHELF))
    profiles.profile("ann", NOW)
    log.append([event("purchase", "kettle", days=50)])
    assert list(profiles.profile("ann", NOW).bought) == ["kettle"]


def test_forgetting_leaves_nothing(log: MemoryLog) -> None:
    profiles = LiveProfiles(log, Shelf(SHELF))
    profiles.profile("ann", NOW)
    assert profiles.forget("ann") == 1
    assert profiles.profile("ann", NOW) == Profile("ann", NOW)
    assert profiles._kept == {}
    assert profiles.forget("ann") == 0
    assert profiles.profile("bob", NOW).events == 1


def test_erasing_behind_its_back_leaves_nothing(log: MemoryLog) -> None:
    profiles = LiveProfiles(log, Shelf(SHELF))
    profiles.profile("ann", NOW)
    log.erase("ann")
    assert profiles.profile("ann", NOW) == Profile("ann", NOW)
    assert profiles._kept == {}


def test_erased_while_it_is_worked_out(log: MemoryLog) -> None:
    class Erasing(Shelf):
        def of(self, ids):  # type: ignore[no-untyped-def]
            profiles.forget("ann")
            return super().of(ids)

    profiles = LiveProfiles(log, Erasing(SHELF))
    profiles.profile("ann", NOW)
    assert profiles._kept == {}


def test_a_merged_visitor_is_the_customer(log: MemoryLog) -> None:
    profiles = LiveProfiles(log, Shelf(SHELF))
    assert profiles.profile("ann", NOW).events == 1
    log.append([event("view", "phone2", shopper="v1")])
    log.merge("v1", "ann")
    assert profiles.profile("v1", NOW).recent == profiles.profile("ann", NOW).recent
    assert profiles.profile("v1", NOW).shopper == "ann"
    assert profiles.profile("ann", NOW).events == 2
    assert set(profiles._kept) == {"v1", "ann"}
    assert profiles.forget("v1") == 2
    assert profiles._kept == {}


def test_memory_is_bounded() -> None:
    log = MemoryLog()
    log.append([event("click", "phone", shopper=f"s{n}") for n in range(30)])
    profiles = LiveProfiles(log, Shelf(SHELF), keep=10)
    for n in range(30):
        profiles.profile(f"s{n}", NOW)
    assert list(profiles._kept) == [f"s{n}" for n in range(20, 30)]


def test_favourites_and_cart_outlast_any_number_of_views(log: MemoryLog) -> None:
    held: list[EventKind] = ["favourite", "cart", "purchase", "return"]
    log.append([event(kind, kind, days=9, value=7.0 if kind == "purchase" else 2.0) for kind in held])
    log.append([event("view", f"p{n}", days=n / 1000) for n in range(2_000)])
    profiles = LiveProfiles(log, Shelf(SHELF))
    profile = profiles.profile("ann", NOW)
    assert (profile.favourites, profile.cart, list(profile.bought)) == (("favourite",), ("cart",), ["purchase"])
    assert (profile.purchases, profile.spent, profile.events) == (1, 5.0, 500)
    log.append([event("unfavourite", "favourite"), event("uncart", "cart")])
    profile = profiles.profile("ann", NOW)
    assert (profile.favourites, profile.cart) == ((), ())
    profiles.forget("ann")
    assert profiles.profile("ann", NOW) == Profile("ann", NOW)


def test_what_is_held_is_bounded() -> None:
    log = MemoryLog()
    log.append([event("favourite", f"p{n}", days=n / 1000) for n in range(2_100)])
    assert LiveProfiles(log, Shelf({})).profile("ann", NOW).favourites == tuple(f"p{n}" for n in range(2_000))


def test_only_the_newest_events_are_read() -> None:
    log = MemoryLog()
    log.append([event("view", f"p{n}", days=n / 1000) for n in range(2_000)])
    shelf = Shelf({f"p{n}": SHELF["phone"] for n in range(2_000)})
    profile = LiveProfiles(log, shelf).profile("ann", NOW)
    assert (profile.events, len(profile.recent), profile.recent[0].product) == (500, 50, "p0")
