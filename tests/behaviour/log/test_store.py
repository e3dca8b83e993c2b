"""The contract of an EventLog, on SQLite and on PostgreSQL."""

from __future__ import annotations

import random
import re
import sqlite3
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.behaviour.base import HOLDING, EventLog, Logged
from shelfwise.behaviour.log.codec import KIND_CODES
from shelfwise.behaviour.log.schema import HELD, TABLES, events, metadata, shoppers
from shelfwise.behaviour.log.store import _NEWEST_HELD, SqlEventLog
from shelfwise.errors import InputError, ShopError, StorageError
from shelfwise.types import Event

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FULL = Event(
    "e-1",
    "impression",
    "ann",
    NOW.replace(microsecond=123_457),
    None,
    "q-1",
    3,
    9.5,
    2,
    "hiking boots 登山靴",
    ("p1", "p2", "p\t3"),
    "search",
    "phone",
    "personal",
    {"store": "west", "score": 1.5, "tags": ("a", "b"), "sale": True},
)


def event(id: str, shopper: str = "ann", at: float = 0, **values: Any) -> Event:
    """A click, if nothing else is said, `at` minutes from now."""
    given = {"kind": "click", "product": "p1", "query_id": "q1", **values}
    return Event(id, shopper=shopper, time=NOW + timedelta(minutes=at), **given)


def everything(log: EventLog, **options: Any) -> list[Logged]:
    return [logged for page in log.read(**options) for logged in page]


def ids(found: Iterable[Logged | Event]) -> list[str]:
    return [one.event.id if isinstance(one, Logged) else one.id for one in found]


# --- what goes in comes out ----------------------------------------------------------------------------------


def test_every_field_comes_back(log: SqlEventLog) -> None:
    east = NOW.astimezone(timezone(timedelta(hours=8)))
    least = Event("e-2", "view", "bob", east, product="p1")
    receipt = log.append([FULL, least])
    assert (receipt.accepted, receipt.repeated, receipt.withheld, receipt.refused) == (2, 0, 0, ())
    found = everything(log)
    assert [one.event for one in found] == [FULL, least]
    assert [one.received for one in found] == [NOW, NOW]
    assert receipt.cursor == found[-1].number == log.cursor()
    assert log.count() == 2


def test_every_kind_comes_back(log: SqlEventLog) -> None:
    from shelfwise.behaviour.table import KINDS

    log.append([Event(kind, kind, "ann", NOW, "p1", "q1") for kind in KINDS])
    assert [one.event.kind for one in everything(log)] == list(KINDS)
    assert ids(everything(log, kinds={"cart", "purchase"})) == ["cart", "purchase"]


def test_an_id_counts_once_whatever_else_it_says(log: SqlEventLog) -> None:
    first = log.append([event("1"), event("2"), event("1", "bob")])
    assert (first.accepted, first.repeated) == (2, 1)
    again = log.append([event("2", "bob", 5), event("3")])
    assert (again.accepted, again.repeated) == (1, 1)
    assert [(one.event.id, one.event.shopper) for one in everything(log)] == [("1", "ann"), ("2", "ann"), ("3", "ann")]
    assert log.count() == 3


def test_an_id_that_was_there_makes_nobody_known(log: SqlEventLog) -> None:
    log.append([event("1")])
    log.append([event("1", "bob")])
    with log.engine.connect() as connection:
        assert connection.execute(sa.select(shoppers.c.name)).scalars().all() == ["ann"]


def test_long_ids_that_differ_at_the_end_are_two(log: SqlEventLog) -> None:
    assert log.append([event("x" * 199 + "a"), event("x" * 199 + "b")]).accepted == 2


def test_nothing_is_a_batch_too(log: SqlEventLog) -> None:
    assert log.append([]).accepted == 0
    assert everything(log) == []


def test_numbers_grow_and_a_cursor_goes_on_where_it_stopped(log: SqlEventLog) -> None:
    cursor = log.append([event(str(number)) for number in range(7)]).cursor
    log.append([event(str(number)) for number in range(7, 12)])
    numbers = [one.number for one in everything(log)]
    assert all(before < after for before, after in pairwise(numbers))
    assert ids(everything(log, since=cursor)) == ["7", "8", "9", "10", "11"]
    assert [len(page) for page in log.read(batch=5)] == [5, 5, 2]
    assert everything(log, since=log.cursor()) == []


def test_a_read_ends_at_the_last_event_of_the_call(log: SqlEventLog) -> None:
    log.append([event(str(number)) for number in range(4)])
    pages = log.read(batch=2)
    assert ids(next(pages)) == ["0", "1"]
    log.append([event("late")])
    assert [ids(page) for page in pages] == [["2", "3"]]


def test_what_was_written_is_there_after_opening_again(opened: Any) -> None:
    opened().append([FULL])
    again = opened()
    assert again.append([FULL]).repeated == 1
    assert again.shopper_events("ann") == [FULL]


# --- marks -----------------------------------------------------------------------------------------------------


def test_clocks_that_go_wrong(log: SqlEventLog, clock: Any) -> None:
    receipt = log.append(
        [event("soon", at=4), event("future", at=60), event("old", at=-60 * 24 - 1), event("day", at=-9)]
    )
    assert receipt.marks == {"future": 1, "late": 1}
    found = {one.event.id: one for one in everything(log)}
    assert found["future"].event.time == NOW  # as of its receipt
    assert found["future"].marks == {"future"}
    assert found["soon"].event.time == NOW + timedelta(minutes=4)
    assert found["soon"].marks == frozenset()
    assert found["old"].marks == {"late"}
    assert ids(log.shopper_events("ann")) == ["soon", "future", "day", "old"]


def test_events_out_of_order_are_in_order_for_a_shopper(log: SqlEventLog) -> None:
    minutes = [-5, -1, -9, -3]
    log.append([event(str(at), at=at) for at in minutes[:2]])
    log.append([event(str(at), at=at) for at in minutes[2:]])
    assert ids(log.shopper_events("ann")) == ["-1", "-3", "-5", "-9"]
    assert ids(log.shopper_events("ann", 2)) == ["-1", "-3"]
    assert ids(everything(log)) == ["-5", "-1", "-9", "-3"]


def test_marks_of_what_was_there_already_are_not_counted_again(opened: Any) -> None:
    log = opened(marking=lambda events, received: [{"unknown_product"} for _ in events])
    assert log.append([event("1")]).marks == {"unknown_product": 1}
    assert log.append([event("1"), event("2")]).marks == {"unknown_product": 1}


def test_bots_are_left_out_unless_asked_for(opened: Any) -> None:
    log = opened(marking=lambda events, received: [{"bot"} if one.shopper == "bot" else set() for one in events])
    log.append([event("1"), event("2", "bot"), event("3")])
    assert ids(everything(log)) == ["1", "3"]
    assert ids(everything(log, bots=True)) == ["1", "2", "3"]
    assert log.shopper_events("bot") == []
    assert log.count() == 3


# --- consent -----------------------------------------------------------------------------------------------------


def test_consent_decides_what_is_kept(log: SqlEventLog) -> None:
    receipt = log.append([event("1"), event("2", consent="anonymous"), event("3", consent="none")])
    assert (receipt.accepted, receipt.withheld) == (2, 1)
    assert [(one.event.id, one.event.shopper) for one in everything(log)] == [("1", "ann"), ("2", "")]
    assert ids(log.shopper_events("ann")) == ["1"]
    assert log.append([event("3")]).accepted == 1  # it never was there


def test_a_shopper_without_consent_leaves_no_name(log: SqlEventLog) -> None:
    log.append([event("1", "secret", consent="anonymous"), event("2", "secret", consent="none")])
    assert log.last("secret") == 0
    with log.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(shoppers)).scalar() == 0
        bodies = connection.execute(sa.select(events.c.body)).scalars().all()
    assert not any(b"secret" in body for body in bodies)


# --- one shopper ---------------------------------------------------------------------------------------------


def test_last_grows_with_the_shopper_only(log: SqlEventLog) -> None:
    assert log.last("ann") == 0
    first = log.append([event("1")]).cursor
    assert log.last("ann") == first
    log.append([event("2", "bob")])
    assert log.last("ann") == first
    assert log.append([event("1")]).repeated == 1
    assert log.last("ann") == first
    assert log.append([event("3", at=-99)]).cursor == log.last("ann")


def test_a_person_behind_a_few_bot_events_is_seen(opened: Any) -> None:
    log = opened(marking=lambda events, received: [{"bot"} if one.id.startswith("b") else set() for one in events])
    log.append([event("1", at=-9), event("2", at=-8), *(event(f"b{number}") for number in range(5))])
    assert ids(log.shopper_events("ann", 2)) == ["2", "1"]
    assert log.shopper_events("ann", 1) == []  # nor is anything but the newest four looked at


def test_what_is_held_is_found_behind_any_number_of_views(log: SqlEventLog) -> None:
    held = [event(kind, at=-5000 + place, kind=kind) for place, kind in enumerate(HOLDING)]
    views = [event(str(number), at=-number, kind="view") for number in range(2_000)]
    log.append([event("cart, lately", at=1, kind="cart"), *views, *held, event("bob", "bob", kind="cart")])
    assert ids(log.shopper_events("ann", 3)) == ["cart, lately", "0", "1"]
    assert ids(log.shopper_events("ann", 3, 99)) == ["cart, lately", "0", "1", *reversed(HOLDING)]
    assert log.shopper_events("ann", 3, 2)[3:] == [held[-1]]
    assert len(log.shopper_events("ann", 9_999, 9_999)) == len({*ids(views), *ids(held), "cart, lately"})
    log.append([event("visitor", "visitor", -99, kind="cart")])
    log.merge("visitor", "ann")
    assert ids(log.shopper_events("visitor", 1, 3)) == ["cart, lately", "visitor", "return"]
    log.append([event("nobody", kind="cart", consent="anonymous"), event("none", kind="cart", consent="none")])
    assert ids(log.shopper_events("ann", 1, 2)) == ["cart, lately", "visitor"]
    log.erase("ann")
    assert log.shopper_events("ann", 1, 99) == log.shopper_events("visitor", 1, 99) == []
    assert ids(log.shopper_events("bob", 1, 99)) == ["bob"]


def test_what_a_bot_holds_is_nothing_and_hides_nothing(opened: Any) -> None:
    log = opened(marking=lambda events, received: [{"bot"} if one.id.startswith("b") else set() for one in events])
    log.append([event("1", at=-9, kind="cart"), *(event(f"b{number}", kind="cart") for number in range(5))])
    assert log.shopper_events("ann", 1) == []  # nothing but the newest four are looked at
    assert ids(log.shopper_events("ann", 1, 2)) == ["1"]


def test_an_index_finds_what_is_held(log: SqlEventLog) -> None:
    assert {KIND_CODES[kind] for kind in HOLDING} == {int(code) for code in re.findall(r"\d+", HELD)}
    log.append([event(str(number), kind="view") for number in range(5_000)])
    with log.engine.connect() as connection:
        if log.engine.dialect.name == "postgresql":
            connection.execute(sa.text("analyze events"))
        asked = _NEWEST_HELD.params(name="ann", seen=8_000, limit=2_000)
        query = asked.compile(log.engine, compile_kwargs={"literal_binds": True})
        explain = "explain query plan" if log.engine.dialect.name == "sqlite" else "explain"
        plan = connection.exec_driver_sql(f"{explain} {query}").all()
    assert "ix_events_held" in str(plan)


def test_a_stranger_has_nothing(log: SqlEventLog) -> None:
    assert log.shopper_events("nobody") == log.shopper_events("nobody", 1, 9) == []
    assert log.canonical("nobody") == "nobody"
    assert log.erase("nobody") == 0
    assert log.shopper_events("") == []


def test_a_visitor_becomes_a_customer(log: SqlEventLog) -> None:
    log.append([event("1", "visitor", -2), event("2", "ann", -1), event("3", "bob")])
    before = log.last("ann")
    assert log.merge("visitor", "ann") == 1
    assert log.last("ann") > before  # the past is another one
    assert ids(log.shopper_events("ann")) == ["2", "1"]
    assert log.append([event("4", "visitor", 1), event("1", "visitor")]).repeated == 1
    assert ids(log.shopper_events("visitor")) == ["4", "2", "1"] == ids(log.shopper_events("ann"))
    assert log.last("visitor") == log.last("ann") == log.cursor()
    assert log.canonical("visitor") == "ann"
    assert {one.event.shopper for one in everything(log)} == {"ann", "bob"}
    assert log.merge("visitor", "ann") == 0  # said again


def test_a_merge_is_durable_before_any_event(opened: Any) -> None:
    opened().merge("visitor", "ann")
    log = opened()
    log.append([event("1", "visitor")])
    assert ids(log.shopper_events("ann")) == ["1"]


def test_chains_of_merges(log: SqlEventLog) -> None:
    log.append([event(name, name) for name in ("a", "b", "c")])
    assert log.merge("a", "b") == 1
    assert log.merge("b", "c") == 2
    assert {log.canonical(name) for name in "abc"} == {"c"}
    log.append([event("a2", "a")])
    log.merge("d", "a")  # into one who was merged: into whom they are
    log.append([event("d1", "d")])
    assert sorted(ids(log.shopper_events("c"))) == ["a", "a2", "b", "c", "d1"]


@pytest.mark.parametrize(
    ("merges", "wrong", "why"),
    [
        ([], ("ann", "ann"), "same shopper"),
        ([("a", "b")], ("b", "a"), "same shopper"),
        ([("a", "b"), ("b", "c")], ("c", "a"), "same shopper"),
        ([("a", "b")], ("a", "c"), "into another customer before"),
    ],
)
def test_merges_that_cannot_be(
    log: SqlEventLog, merges: list[tuple[str, str]], wrong: tuple[str, str], why: str
) -> None:
    log.append([event(name, name) for name in "abc"])
    for visitor, customer in merges:
        log.merge(visitor, customer)
    before = [(one.event.id, one.event.shopper) for one in everything(log)]
    with pytest.raises(InputError, match=why):
        log.merge(*wrong)
    assert [(one.event.id, one.event.shopper) for one in everything(log)] == before


def test_erasing_leaves_nothing(log: SqlEventLog) -> None:
    log.append([event("1"), event("2", "visitor"), event("3", "bob")])
    log.merge("visitor", "ann")
    cursor = log.cursor()
    assert log.erase("visitor") == 2  # whoever they are by now
    assert ids(everything(log)) == ["3"]
    assert (log.count(), log.last("ann"), log.shopper_events("ann")) == (1, 0, [])
    assert log.canonical("visitor") == "visitor"
    log.append([event("4", "visitor")])
    assert log.shopper_events("ann") == []
    assert everything(log, since=cursor)[0].event.id == "4"  # numbers are never given twice


def test_what_was_erased_is_not_in_the_file_either(opened: Any, place: str) -> None:
    if "://" in place:
        pytest.skip("a file of SQLite")
    log = opened()
    log.append([event(str(number), "forget-me-please", text="my own words") for number in range(50)])
    log.append([event("other", "bob")])
    log.erase("forget-me-please")
    content = b"".join(file.read_bytes() for file in Path(place).parent.iterdir())
    assert b"bob" in content
    assert b"forget-me" not in content
    assert b"my own words" not in content


# --- any order, any repetition ---------------------------------------------------------------------------------

EVENTS = [event(str(number), f"s{number % 3}", -number, product=f"p{number % 4}") for number in range(12)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(EVENTS), max_size=8), max_size=8), st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_the_same_log(batches: list[list[Event]], rng: random.Random) -> None:
    batches = [*batches, EVENTS]
    rng.shuffle(batches)
    with tempfile.TemporaryDirectory() as folder, SqlEventLog.open(f"{folder}/events.db", clock=lambda: NOW) as log:
        receipts = [log.append(batch) for batch in batches]
        assert sum(receipt.accepted for receipt in receipts) == len(EVENTS) == log.count()
        assert all(one.accepted + one.repeated == len(batch) for one, batch in zip(receipts, batches, strict=True))
        found = sorted((one.event for one in everything(log)), key=lambda one: int(one.id))
        assert found == EVENTS
        for name in ("s0", "s1", "s2"):
            mine = [one for one in EVENTS if one.shopper == name]
            assert log.shopper_events(name) == sorted(mine, key=lambda one: one.time, reverse=True)


# --- the database ----------------------------------------------------------------------------------------------


def test_migrations_end_at_the_schema_of_the_code(log: SqlEventLog) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with log.engine.connect() as connection:
        assert TABLES.version(connection) == TABLES.head
        context = MigrationContext.configure(connection, opts={"version_table": TABLES.version_table})
        assert compare_metadata(context, metadata) == []


def test_an_older_log_is_brought_up_to_date(opened: Any) -> None:
    log = opened()
    log.append([event("1", at=-1, kind="cart"), event("2")])
    with log.engine.begin() as connection:
        connection.execute(sa.text("drop index ix_events_held"))
        connection.execute(sa.text(f"update {TABLES.version_table} set version_num = '0001'"))
    assert ids(opened().shopper_events("ann", 1, 9)) == ["2", "1"]
    assert "ix_events_held" in {index["name"] for index in sa.inspect(opened().engine).get_indexes("events")}


def test_a_newer_log_is_refused(opened: Any) -> None:
    with opened().engine.begin() as connection:
        connection.execute(sa.text(f"update {TABLES.version_table} set version_num = '9999'"))
    with pytest.raises(ShopError, match="event log version 9999 is newer"):
        opened()


def test_catalogue_and_log_may_share_a_database(place: str, opened: Any) -> None:
    from shelfwise.catalog.store import SqlCatalogStore
    from shelfwise.types import Product

    with SqlCatalogStore.open(place) as store:
        log = opened()
        store.upsert([Product("p1", "lamp")])
        assert log.append([event("1")]).accepted == 1
        assert store.known(["p1", "p2", "\0"]) == {"p1"}
        store.delete(["p1"])
        assert store.known(["p1"]) == set()


def test_a_locked_database_says_so_and_takes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "events.db"
    with SqlEventLog.open(file, wait_seconds=0.05) as log:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match=r"events\.db.*locked"):
            log.append([event("1")])
        other.execute("ROLLBACK")
        other.close()
        assert log.append([event("1")]).accepted == 1
