"""What all routes share: the shop, the gate before it, the counters and the write key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from starlette.responses import Response

from shelfwise.behaviour.base import Receipt
from shelfwise.errors import BusyError
from shelfwise.service.base import ShopView
from shelfwise.service.gate import Gate, Overloaded
from shelfwise.service.keys import WriteKey
from shelfwise.service.metrics import Metrics
from shelfwise.slate import Slate
from shelfwise.types import Event, Query
from shelfwise.understanding.base import Understanding

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Service:
    """One shop behind one app."""

    shop: ShopView
    gate: Gate
    metrics: Metrics
    key: WriteKey
    clock: Callable[[], float]  # seconds that only grow
    now: Callable[[], datetime]  # the time of day
    ids: Callable[[], str]  # random names that nobody can guess
    recording: Gate  # threads of their own: they wait for the disk, and no search waits for them

    def search(self, query: Query) -> Slate:
        """A search that is counted."""
        return self.metrics.observe(self.shop.search(query))

    def understand(self, query: Query) -> Understanding:
        """What a text means; counted too."""
        return self.metrics.understood(self.shop.understand(query))

    async def record(self, events: Sequence[Event], refused: int = 0) -> Receipt:
        """Keeps what shoppers did, and counts it with those that were `refused` before. Raises BusyError when too much
        waits; then nothing was taken.
        """
        try:
            receipt = await self.recording.run(lambda: self.shop.record(events))
        except (BusyError, Overloaded) as error:
            self.metrics.busy.inc()
            if isinstance(error, BusyError):
                raise
            raise BusyError("Too many events at once.", seconds=1.0, hint="Try again shortly.") from error
        self.metrics.recorded(events, receipt, refused)
        return receipt

    async def run(self, work: Callable[[], T]) -> T:
        """Runs blocking work in the gate's threads."""
        return await self.gate.run(work)

    async def json(self, work: Callable[[], bytes], status: int = 200) -> Response:
        """Runs blocking work that gives JSON bytes."""
        return Response(await self.gate.run(work), status, media_type="application/json")
