"""The door to the shop: a thread for each core, a short queue before it, and a clear no when it is full."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Overloaded(Exception):
    """The queue before the shop is full."""


class TooSlow(Exception):
    """The answer did not come in time."""


class Gate:
    """Runs blocking work in `workers` threads; at most `queue` more jobs may wait, each at most `seconds`.

    A job that was started and timed out keeps its thread and its place until it ends, so threads never pile up.
    """

    def __init__(self, workers: int, queue: int, seconds: float) -> None:
        self.capacity = workers + queue
        self.seconds = seconds
        self.inside = 0
        self._workers = workers
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[[], T], seconds: float | None = None) -> T:
        """The result of `work()`. Raises Overloaded at once when the queue is full, TooSlow after `seconds` (by default
        the gate's own)."""
        if self.inside >= self.capacity:
            raise Overloaded
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="shop")
        self.inside += 1
        job = asyncio.get_running_loop().run_in_executor(self._pool, work)
        job.add_done_callback(self._leave)
        done, _ = await asyncio.wait({job}, timeout=seconds or self.seconds)
        if not done:
            job.add_done_callback(_forget)
            raise TooSlow
        return job.result()

    def _leave(self, job: asyncio.Future[T]) -> None:
        self.inside -= 1

    def close(self) -> None:
        """Lets running jobs end and drops waiting ones; a later job starts new threads."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _forget(job: asyncio.Future[T]) -> None:
    """Takes note of a late result or error that nobody waits for any more."""
    if not job.cancelled():
        job.exception()
