"""Group commit: callers wait while one thread writes what all of them brought, in one transaction.

Each flush of a disk takes milliseconds whatever it carries. While one is under way, the next callers gather; so under
load a flush carries many of them, and alone nobody waits longer than for their own.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from shelfwise.errors import BusyError, StorageError

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE: Final = 5_000  # items of one transaction, unless one caller alone brings more


class GroupCommit(Generic[T, R]):
    """Hands batches of items to `write` and gives each caller the result of theirs. Threads may share it.

    write: batches → one result each, all durable when it returns; none is when it raises. At most `queue` items wait
    (one batch may be larger when nothing else waits). When a transaction fails, its callers get the error and nobody
    else; when it was not the storage that refused it, its batches are tried one by one, so one caller's bad batch
    fails alone.
    """

    def __init__(self, write: Callable[[Sequence[Sequence[T]]], Sequence[R]], queue: int) -> None:
        self._write = write
        self._queue = queue
        self._batches: deque[_Batch[T, R]] = deque()
        self._waiting = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def __call__(self, items: Sequence[T]) -> R:
        """The result of these items, once they are durable. Raises BusyError at once, or what `write` raised."""
        batch: _Batch[T, R] = _Batch(items)
        with self._changed:
            if self._closed:
                raise StorageError("The event log is closed; nothing was acknowledged.")
            if self._waiting and self._waiting + len(items) > self._queue:
                raise BusyError(f"{self._waiting:,} events wait to be written.", seconds=1.0, hint="Try again shortly.")
            self._waiting += len(items)
            self._batches.append(batch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="group-commit", daemon=True)
                self._thread.start()
            self._changed.notify()
        return batch.wait()

    def close(self) -> None:
        """Write what is waiting, then stop; later calls raise StorageError."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while batches := self._take():
            try:
                self._settle(batches)
            except StorageError as error:
                for batch in batches:
                    batch.fail(error)
            except BaseException as error:  # a thread's failure is its callers'
                if len(batches) == 1:
                    batches[0].fail(error)
                else:
                    self._one_by_one(batches)

    def _take(self) -> list[_Batch[T, R]]:
        """The batches of the next transaction; none when it is closed and all is written."""
        with self._changed:
            while not self._batches and not self._closed:
                self._changed.wait()
            taken: list[_Batch[T, R]] = []
            size = 0
            while self._batches and (not taken or size + len(self._batches[0].items) <= AT_ONCE):
                taken.append(self._batches.popleft())
                size += len(taken[-1].items)
            self._waiting -= size
            return taken

    def _settle(self, batches: Sequence[_Batch[T, R]]) -> None:
        for batch, result in zip(batches, self._write([batch.items for batch in batches]), strict=True):
            batch.give(result)

    def _one_by_one(self, batches: Sequence[_Batch[T, R]]) -> None:
        for batch in batches:
            try:
                self._settle([batch])
            except BaseException as error:
                batch.fail(error)


class _Batch(Generic[T, R]):
    """What one caller brought, and how it went."""

    def __init__(self, items: Sequence[T]) -> None:
        self.items = items
        self._done = threading.Event()
        self._result: list[R] = []
        self._error: BaseException | None = None

    def give(self, result: R) -> None:
        self._result.append(result)
        self._done.set()

    def fail(self, error: BaseException) -> None:
        self._error = error
        self._done.set()

    def wait(self) -> R:
        self._done.wait()
        if self._error is not None:
            raise _again(self._error) from self._error
        return self._result[0]


def _again(error: BaseException) -> BaseException:
    """An error of the same kind: one raised in several threads would mix up their stacks."""
    if isinstance(error, StorageError):
        return StorageError(error.message, hint=error.hint)
    return StorageError("The event log could not be written; nothing was acknowledged.")
