"""What all routes share: the shop, the gate before it, the counters and the write key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.responses import Response

from shelfwise.service.base import ShopView
from shelfwise.service.gate import Gate
from shelfwise.service.keys import WriteKey
from shelfwise.service.metrics import Metrics
from shelfwise.slate import Slate
from shelfwise.types import Query
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

    def search(self, query: Query) -> Slate:
        """A search that is counted."""
        return self.metrics.observe(self.shop.search(query))

    def understand(self, query: Query) -> Understanding:
        """What a text means; counted too."""
        return self.metrics.understood(self.shop.understand(query))

    async def run(self, work: Callable[[], T]) -> T:
        """Runs blocking work in the gate's threads."""
        return await self.gate.run(work)

    async def json(self, work: Callable[[], bytes], status: int = 200) -> Response:
        """Runs blocking work that gives JSON bytes."""
        return Response(await self.gate.run(work), status, media_type="application/json")
