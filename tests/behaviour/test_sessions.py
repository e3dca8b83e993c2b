from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.behaviour.sessions import SessionTracker, session_of, sessions
from shelfwise.behaviour.table import EventTable
from shelfwise.types import Event
from tests.behaviour.times import click, minutes

HALF_HOUR = timedelta(minutes=30)


def test_by_hand() -> None:
    """ann: 0, 10, 40 | 71 (31 minutes later); bob: 5 | 60, 61. A pause of exactly the gap ends nothing."""
    table = EventTable.of(
        [
            click("1", "ann", "p", 0),
            click("2", "bob", "p", 5),
            Event("3", "cart", "ann", minutes(10), product="p"),
            Event("4", "purchase", "ann", minutes(40), product="p", value=9.5),
            click("5", "bob", "p", 60),
            Event("6", "impression", "bob", minutes(61), slate=("p", "q")),
            Event("7", "purchase", "ann", minutes(71), product="p"),
        ]
    )
    assert session_of(table, HALF_HOUR).tolist() == [0, 2, 0, 0, 3, 3, 3, 1]
    found = sessions(table, HALF_HOUR)
    assert [table.shoppers[code] for code in found.shopper] == ["ann", "ann", "bob", "bob"]
    assert found.events.tolist() == [3, 1, 1, 3]
    assert found.seconds().tolist() == [2400.0, 0.0, 0.0, 60.0]
    assert found.value.tolist() == [9.5, 0.0, 0.0, 0.0]
    assert found.of_kind("purchase").tolist() == [1, 1, 0, 0]
    told = found.to_json()
    assert (told["sessions"], told["shoppers"], told["median_events"], told["purchases_per_session"]) == (4, 2, 2, 0.5)
    assert told["with"] == {"impression": 0.25, "click": 0.75, "cart": 0.25, "purchase": 0.5}


def test_nothing() -> None:
    found = sessions(EventTable.of([]))
    assert (len(found), found.to_json()["sessions"]) == (0, 0)


TIMES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 500)), max_size=40)


@given(TIMES)
def test_the_tracker_agrees_with_the_table(seen: list[tuple[int, int]]) -> None:
    table = EventTable.of(click(str(i), f"s{who}", "p", minute) for i, (who, minute) in enumerate(seen))
    numbers = session_of(table, HALF_HOUR)
    for code in range(len(table.shoppers)):
        tracker = SessionTracker(HALF_HOUR)
        mine = table.shopper == code
        times = [datetime.fromtimestamp(when / 1000, UTC) for when in table.time[mine]]
        opened = np.cumsum([tracker.see(time) for time in times])
        assert (numbers[mine] - numbers[mine].min() + 1).tolist() == opened.tolist()
        assert tracker.count == len(set(numbers[mine].tolist()))


@given(TIMES, st.integers(1, 60))
def test_a_longer_pause_never_makes_more_sessions(seen: list[tuple[int, int]], gap: int) -> None:
    table = EventTable.of(click(str(i), f"s{who}", "p", minute) for i, (who, minute) in enumerate(seen))
    assert len(sessions(table, timedelta(minutes=gap))) >= len(sessions(table, timedelta(minutes=gap + 1)))
