"""Group commit by itself: who waits, who is told what."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from shelfwise.behaviour.log.group import AT_ONCE, GroupCommit
from shelfwise.errors import BusyError, StorageError


class Disk:
    """Counts writes, and holds them up while it is held."""

    def __init__(self) -> None:
        self.written: list[list[list[Any]]] = []
        self.free = threading.Event()
        self.free.set()
        self.fail: Callable[[Sequence[Any]], Exception | None] = lambda items: None

    def __call__(self, batches: Sequence[Sequence[Any]]) -> list[int]:
        self.free.wait(10)
        error = self.fail([item for batch in batches for item in batch])
        if error is not None:
            raise error
        self.written.append([list(batch) for batch in batches])
        return [len(batch) for batch in batches]


class Callers:
    """Threads that hand items over, and what came back."""

    def __init__(self, group: GroupCommit[Any, int]) -> None:
        self.group = group
        self.answers: dict[str, Any] = {}
        self.threads: list[threading.Thread] = []

    def call(self, name: str, items: list[Any], waiting: int | None = None) -> None:
        def work() -> None:
            try:
                self.answers[name] = self.group(items)
            except Exception as error:
                self.answers[name] = error

        self.threads.append(threading.Thread(target=work))
        self.threads[-1].start()
        end = time.monotonic() + 10
        while waiting is not None and self.group._waiting != waiting:
            assert time.monotonic() < end
            time.sleep(0.001)

    def end(self) -> dict[str, Any]:
        for thread in self.threads:
            thread.join()
        return self.answers


@pytest.fixture
def disk() -> Disk:
    return Disk()


def test_those_who_wait_are_written_together(disk: Disk) -> None:
    group = GroupCommit(disk, 100)
    callers = Callers(group)
    disk.free.clear()
    callers.call("first", [0], waiting=0)  # it is being written
    for number in range(1, 6):
        callers.call(str(number), [number] * number, waiting=sum(range(number + 1)))
    disk.free.set()
    assert callers.end() == {"first": 1} | {str(number): number for number in range(1, 6)}
    assert [len(batches) for batches in disk.written] == [1, 5]
    group.close()


def test_a_transaction_is_bounded(disk: Disk) -> None:
    group = GroupCommit(disk, 10 * AT_ONCE)
    callers = Callers(group)
    disk.free.clear()
    callers.call("first", [0], waiting=0)
    for number in range(3):
        callers.call(str(number), [number] * (AT_ONCE // 2), waiting=(number + 1) * (AT_ONCE // 2))
    callers.call("large", [9] * (2 * AT_ONCE), waiting=3 * (AT_ONCE // 2) + 2 * AT_ONCE)
    disk.free.set()
    callers.end()
    assert [sum(map(len, batches)) for batches in disk.written] == [1, AT_ONCE, AT_ONCE // 2, 2 * AT_ONCE]
    group.close()


def test_a_full_queue(disk: Disk) -> None:
    group = GroupCommit(disk, 10)
    callers = Callers(group)
    disk.free.clear()
    callers.call("first", [0], waiting=0)
    callers.call("large", [1] * 50, waiting=50)  # alone it may be larger than the queue
    with pytest.raises(BusyError, match="50 events wait"):
        group([2])
    disk.free.set()
    assert callers.end() == {"first": 1, "large": 50}
    assert group([3]) == 1
    group.close()


def test_storage_that_fails_fails_its_callers_only(disk: Disk) -> None:
    group = GroupCommit(disk, 100)
    callers = Callers(group)
    disk.fail = lambda items: StorageError("disk full", hint="free some") if 1 in items else None
    disk.free.clear()
    callers.call("first", [0], waiting=0)
    callers.call("with", [1], waiting=1)
    callers.call("beside", [2], waiting=2)
    disk.free.set()
    answers = callers.end()
    assert answers.pop("first") == 1
    assert {(type(error), error.message, error.hint) for error in answers.values()} == {
        (StorageError, "disk full", "free some")
    }
    assert answers["with"] is not answers["beside"]
    assert group([3]) == 1
    group.close()


def test_a_bad_batch_fails_alone(disk: Disk) -> None:
    group = GroupCommit(disk, 100)
    callers = Callers(group)
    disk.fail = lambda items: OverflowError("too large") if 1 in items else None
    disk.free.clear()
    callers.call("first", [0], waiting=0)
    callers.call("bad", [1], waiting=1)
    callers.call("good", [2], waiting=2)
    disk.free.set()
    answers = callers.end()
    bad = answers.pop("bad")
    assert isinstance(bad, StorageError)
    assert isinstance(bad.__cause__, OverflowError)
    assert answers == {"first": 1, "good": 1}
    group.close()


def test_closing_twice_is_fine_and_before_any_call_too(disk: Disk) -> None:
    group: GroupCommit[Any, int] = GroupCommit(disk, 10)
    group.close()
    group.close()
    with pytest.raises(StorageError, match="closed"):
        group([1])
