"""Several server processes behind one address: Python searches on one core at a time, so each core gets a process.

Each process opens the shop for itself and follows the catalogue, so what is written through one is visible in the
others within a second. The system deals new connections out among them (SO_REUSEPORT). The first process only looks
after the others: it starts one anew that died, ends them all in order, and they end by themselves when it is gone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Final

import structlog
from prometheus_client.multiprocess import mark_process_dead

from shelfwise.errors import ShelfwiseError
from shelfwise.service.base import ShopView
from shelfwise.service.metrics import SHARED
from shelfwise.service.server import GRACE, address_of, listen, log_as_json, run

Opener = Callable[[], AbstractContextManager[ShopView]]

MOST: Final = 4  # processes by default: each has a copy of the shop's own part in memory
THREADS: Final = 2  # searches at once in each: a quick one need not wait for a slow one
_context = multiprocessing.get_context("spawn")  # a fork would take locks of threads with it that nobody opens again


def default_workers() -> int:
    """One process a core, at most MOST; one where the system cannot share an address."""
    return min(MOST, os.cpu_count() or 1) if hasattr(socket, "SO_REUSEPORT") else 1


def serve_many(opener: Opener, host: str, port: int, workers: int, *, started: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM is raised in this process as KeyboardInterrupt.

    opener: opens the shop, in each process anew, so it must be a function of a module or a `partial` of one.
    started: called once with the address when all processes answer. Raises what the first process that cannot start
    raised, SettingsError when the address cannot be taken.
    """
    with ExitStack() as stack:
        counters = stack.enter_context(tempfile.TemporaryDirectory(prefix="shelfwise-metrics-"))
        stack.enter_context(_environment(SHARED, counters))
        first = stack.enter_context(listen(host, port, shared=True))
        port = first.getsockname()[1]
        sockets = [
            first,
            *(stack.enter_context(listen(host, port, shared=True, taken=True)) for _ in range(1, workers)),
        ]
        log_as_json()
        crew = [_Worker.start(opener, host, port, each) for each in sockets]
        try:
            for worker in crew:
                worker.wait_until_ready()
            started(address_of(host, port))
            _look_after(crew, counters)
        finally:
            _end(crew)


@dataclass
class _Worker:
    """One process: the call that started it, and the pipe that it tells through how it goes."""

    process: SpawnProcess
    told: Connection
    again: Callable[[], _Worker]

    @classmethod
    def start(cls, opener: Opener, host: str, port: int, listener: socket.socket) -> _Worker:
        here, there = _context.Pipe()
        process = _context.Process(target=_work, args=(opener, host, port, listener, there), name="shelfwise-worker")
        process.start()
        there.close()
        return cls(process, here, lambda: cls.start(opener, host, port, listener))

    def wait_until_ready(self) -> None:
        """Returns when it answers requests. Raises what it raised, ShelfwiseError when it died."""
        try:
            told = self.told.recv()
        except EOFError:
            self.process.join()
            raise ShelfwiseError(f"A server process ended with status {self.process.exitcode} as it started.") from None
        if isinstance(told, Exception):
            raise told


def _look_after(crew: list[_Worker], counters: str) -> None:
    """Starts anew what dies, for as long as it starts. Raises ShelfwiseError when it does not."""
    log = structlog.get_logger("shelfwise.workers")
    while True:
        wait([worker.process.sentinel for worker in crew])
        for place, worker in enumerate(crew):
            if worker.process.is_alive():
                continue
            worker.process.join()
            log.error("worker_died", process=worker.process.pid, status=worker.process.exitcode)
            mark_process_dead(worker.process.pid, counters)  # type: ignore[no-untyped-call]
            worker.told.close()
            crew[place] = worker.again()
            crew[place].wait_until_ready()


def _end(crew: list[_Worker]) -> None:
    """Asks all to finish what they answer, and waits for them; longer than they may take only for a moment."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN), signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for worker in crew:
        worker.process.terminate()
    for worker in crew:
        worker.process.join(GRACE + 5)
        worker.process.kill()
        worker.process.join()
        worker.told.close()
    for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
        signal.signal(number, handler)


# --- in the process ------------------------------------------------------------------------------------------


def _work(opener: Opener, host: str, port: int, listener: socket.socket, parent: Connection) -> None:
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, meant for the first process, which then asks
    try:
        with opener() as shop:
            threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
            run(shop, host, port, listener, started=lambda: parent.send(None), threads=THREADS)
    except KeyboardInterrupt:
        return
    except Exception as error:
        parent.send(_sendable(error))


def _end_with(parent: Connection) -> None:
    """Ends this process in order when the one that started it is gone."""
    try:
        parent.recv()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)


def _sendable(error: Exception) -> Exception:
    if isinstance(error, ShelfwiseError):
        plain = type(error)(error.message)  # exceptions are sent without what was given by name
        plain.hint = error.hint
        return plain
    return ShelfwiseError(f"A server process could not start: {error!r}.")


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


class _environment:
    """Sets an environment variable for processes that are started inside."""

    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value
        self._before: str | None = None

    def __enter__(self) -> None:
        self._before = os.environ.get(self._name)
        os.environ[self._name] = self._value

    def __exit__(self, *_: object) -> None:
        if self._before is None:
            del os.environ[self._name]
        else:
            os.environ[self._name] = self._before
