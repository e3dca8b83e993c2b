"""What is held out is not learnt from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.behaviour.table import EventTable
from shelfwise.errors import InputError
from shelfwise.recommend.interactions import Interactions
from shelfwise.recommend.offline import Held, leave_one_out, time_split
from shelfwise.recommend.offline.splits import sample
from shelfwise.types import Event

NAMES = tuple("abcdefgh")


def lists(some: Interactions) -> list[list[int]]:
    return [some.product[a:b].tolist() for a, b in zip(some.starts[:-1], some.starts[1:], strict=True)]


def test_the_last_and_the_second_last() -> None:
    some = Interactions.of_codes([[0, 1, 2], [3, 4], [5]], NAMES)
    test, valid = leave_one_out(some, "test"), leave_one_out(some, "valid")
    assert (lists(test.train), lists(test.histories), test.truth.items.tolist()) == (
        [[0, 1], [3], []],
        [[0, 1], [3]],
        [2, 4],
    )
    assert (lists(valid.train), lists(valid.histories), valid.truth.items.tolist()) == ([[0], [], []], [[0]], [1])


@given(st.lists(st.permutations(range(8)), min_size=1, max_size=6), st.sampled_from(["valid", "test"]))
@settings(deadline=None)
def test_no_target_is_learnt_from(histories: list[list[int]], held: Held) -> None:
    task = leave_one_out(Interactions.of_codes(histories, NAMES), held)
    back = 1 if held == "test" else 2
    assert lists(task.train) == lists(task.histories) == [each[:-back] for each in histories]
    assert task.truth.items.tolist() == [each[-back] for each in histories]


def test_histories_too_short_to_ask() -> None:
    with pytest.raises(InputError, match="no history has more than 2"):
        leave_one_out(Interactions.of_codes([[1, 2]], NAMES), "valid")


def table(*touches: tuple[int, str, str]) -> EventTable:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return EventTable.of(
        Event(str(n), "purchase", who, start + timedelta(hours=hour), what)
        for n, (hour, who, what) in enumerate(touches)
    )


def test_a_moment_parts_what_is_learnt_from_what_is_asked() -> None:
    events = table(
        (0, "ann", "a"), (1, "ben", "b"), (2, "ann", "b"), (3, "ben", "c"),
        (8, "ann", "a"), (8, "ann", "c"), (9, "ann", "d"), (9, "cat", "a"), (10, "ben", "gone"),
    )  # fmt: skip
    task = time_split(events, ("a", "b", "c", "d"), share=0.5)
    assert lists(task.train) == [[0, 1], [1, 2], []]
    assert task.histories.shoppers == ("ann",)  # ben touched nothing new, cat was not known
    assert (task.truth.starts.tolist(), task.truth.items.tolist()) == ([0, 2], [2, 3])


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0])
def test_a_share_of_nothing(share: float) -> None:
    with pytest.raises(InputError, match="share"):
        time_split(table((0, "ann", "a")), ("a",), share=share)


def test_a_log_with_nobody_to_ask() -> None:
    with pytest.raises(InputError, match="fewer than two"):
        time_split(table((0, "ann", "a")), ("a",))
    with pytest.raises(InputError, match="new to them"):
        time_split(table((0, "ann", "a"), (1, "ben", "b"), (2, "ben", "b")), ("a", "b"))


def test_a_sample_asks_fewer_and_learns_from_all() -> None:
    task = leave_one_out(Interactions.of_codes([[n % 8, (n + 1) % 8] for n in range(50)], NAMES), "test")
    small = sample(task, 10, 1)
    assert len(small.histories) == len(small.truth) == 10
    assert small.train is task.train
    assert ((small.histories.product + 1) % 8 == small.truth.items).all()
    assert np.array_equal(small.truth.items, sample(task, 10, 1).truth.items)
    assert sample(task, 50, 1) is task
