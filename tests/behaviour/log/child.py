"""Run as a process of its own by tests: `child.py append PLACE NAME THREADS COUNT SIZE` says each id once durable."""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime

from shelfwise.behaviour.log.store import SqlEventLog
from shelfwise.types import Event

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def append(place: str, name: str, threads: str, count: str, size: str) -> None:
    with SqlEventLog.open(place, wait_seconds=30, clock=lambda: NOW) as log:

        def work(thread: int) -> None:
            for number in range(int(count)):
                ids = [f"{name}-{thread}-{number}-{place}" for place in range(int(size))]
                receipt = log.append([Event(id, "click", f"{name}-{thread}", NOW, "p1", "q1") for id in ids])
                assert receipt.accepted + receipt.repeated == len(ids)
                os.write(1, "".join(f"{id}\n" for id in ids).encode())  # whole lines, even when killed

        workers = [threading.Thread(target=work, args=(thread,)) for thread in range(int(threads))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()


if __name__ == "__main__":
    {"append": append}[sys.argv[1]](*sys.argv[2:])
