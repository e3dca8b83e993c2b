"""What was acknowledged is there: whoever is killed, whoever else writes, and however many do."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shelfwise.behaviour.log.store import SqlEventLog
from shelfwise.errors import BusyError, StorageError
from shelfwise.types import Event
from tests.behaviour.log.child import NOW

HERE = Path(__file__).parent


def start(said: Path, *arguments: object, **options: Any) -> subprocess.Popen[bytes]:
    with said.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, str(HERE / "child.py"), *map(str, arguments)],
            stdout=out,
            stderr=subprocess.PIPE,
            **options,
        )


def kept(log: SqlEventLog) -> list[str]:
    return [one.event.id for page in log.read(bots=True) for one in page]


def event(id: str) -> Event:
    return Event(id, "click", "ann", NOW, "p1", "q1")


@pytest.mark.parametrize(("lines", "pause", "size"), [(1, 0.0, 1), (40, 0.004, 1), (200, 0.011, 3)])
def test_killed_while_many_threads_append(place: str, tmp_path: Path, lines: int, pause: float, size: int) -> None:
    said = tmp_path / "said.txt"
    process = start(said, "append", place, "one", 8, 100_000, size)
    end = time.monotonic() + 60
    while said.read_bytes().count(b"\n") < lines:
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < end
        time.sleep(0.002)
    time.sleep(pause)
    process.kill()
    assert process.wait(10) == -signal.SIGKILL
    process.communicate()
    acknowledged = said.read_text().split("\n")[:-1]
    assert len(acknowledged) >= lines
    with SqlEventLog.open(place, wait_seconds=30) as log:
        found = kept(log)
        assert len(found) == len(set(found)) == log.count()
        assert set(acknowledged) <= set(found)
        assert len(found) - len(acknowledged) <= 8 * size  # at most what each thread was waiting for
        again = log.append([event(id) for id in acknowledged])  # the senders try again
        assert (again.accepted, again.repeated) == (0, len(acknowledged))


def test_several_processes_write_to_one_log(place: str, tmp_path: Path) -> None:
    with SqlEventLog.open(place) as log:
        cursor = 0
        seen: list[str] = []
        processes = [start(tmp_path / f"{name}.txt", "append", place, name, 3, 20, 2) for name in ("one", "two")]
        while any(process.poll() is None for process in processes):
            for page in log.read(cursor, bots=True):  # whoever reads along misses nothing
                seen += [one.event.id for one in page]
                cursor = page[-1].number
        for process in processes:
            assert process.wait() == 0, process.communicate()[1]
            process.communicate()
        seen += [one.event.id for page in log.read(cursor, bots=True) for one in page]
        acknowledged = [id for name in ("one", "two") for id in (tmp_path / f"{name}.txt").read_text().split()]
        assert sorted(seen) == sorted(acknowledged)
        assert len(seen) == 2 * 3 * 20 * 2 == log.count()


def test_many_threads_append_the_same_and_their_own(log: SqlEventLog) -> None:
    receipts, errors = [], []

    def work(thread: int) -> None:
        try:
            mine = ([event(f"{thread}-{number}"), event(f"shared-{number}")] for number in range(10))
            receipts.extend(map(log.append, mine))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sum(receipt.accepted for receipt in receipts) == 24 * 10 + 10 == log.count()
    assert len(kept(log)) == len(set(kept(log)))
    assert sum(receipt.repeated for receipt in receipts) == 23 * 10


def test_merging_and_erasing_while_events_come_in(log: SqlEventLog) -> None:
    log.append([event("first")])
    stop = threading.Event()
    accepted = []

    def work() -> None:
        number = 0
        while not stop.is_set():
            accepted.append(log.append([Event(f"v{number}", "click", "visitor", NOW, "p1", "q1")]).accepted)
            number += 1

    thread = threading.Thread(target=work)
    thread.start()
    while len(accepted) < 5:
        time.sleep(0.001)
    log.merge("visitor", "ann")
    while len(accepted) < 10:
        time.sleep(0.001)
    stop.set()
    thread.join()
    assert log.erase("visitor") == sum(accepted) + 1
    assert (log.count(), kept(log)) == (0, [])


def test_a_full_queue_says_so_and_loses_nothing(opened: Callable[..., SqlEventLog]) -> None:
    log = opened(queue=1_000)
    taken: list[str] = []
    busy = 0
    with log._transaction():  # another writer takes its time

        def work(thread: int) -> None:
            nonlocal busy
            ids = [f"{thread}-{number}" for number in range(100)]
            try:
                log.append([event(id) for id in ids])
                taken.extend(ids)
            except BusyError as error:
                assert error.seconds > 0
                busy += 1

        threads = [threading.Thread(target=work, args=(number,)) for number in range(30)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + 10
        while busy == 0 and time.monotonic() < end:
            time.sleep(0.01)
        assert busy > 0
    for thread in threads:
        thread.join()
    assert sorted(kept(log)) == sorted(taken)
    assert len(taken) + 100 * busy == 3_000


def test_closing_writes_what_is_waiting(opened: Callable[..., SqlEventLog]) -> None:
    log = opened()
    done: list[int] = []

    def start(number: int, waiting: int) -> threading.Thread:
        """One more caller, who has handed its event over when this returns."""
        thread = threading.Thread(target=lambda: done.append(log.append([event(str(number))]).accepted))
        thread.start()
        end = time.monotonic() + 5
        while log._group._thread is None or log._group._waiting != waiting:
            assert time.monotonic() < end
            time.sleep(0.001)
        return thread

    with log._transaction():  # the first caller's event is being written; the others' wait behind it
        threads = [start(number, waiting=number) for number in range(9)]
        closing = threading.Thread(target=log.close)
        closing.start()
    closing.join()
    for thread in threads:
        thread.join()
    assert done == [1] * 9
    assert opened().count() == 9
    with pytest.raises(StorageError, match="closed"):
        log.append([event("late")])


def test_a_disk_that_is_full_takes_nothing_and_goes_on_later(tmp_path: Path) -> None:
    place = tmp_path / "events.db"
    with SqlEventLog.open(place) as log:
        log.append([event("before")])
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        try:
            with pytest.raises(StorageError, match=r"events\.db"):
                for batch in range(100):
                    log.append([event(f"{batch}-{number}") for number in range(100)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, old)
        acknowledged = log.count()
        assert log.append([event("after")]).accepted == 1
        assert len(kept(log)) == acknowledged + 1
