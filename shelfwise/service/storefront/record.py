"""POST /record: what a page's script saw (products on screen, clicks, visits, time). Who it was, the cookie says."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from shelfwise.errors import BusyError
from shelfwise.service.context import Service
from shelfwise.service.pace import Pace
from shelfwise.service.storefront.places import FARTHEST, LENGTH, Place
from shelfwise.service.storefront.recorder import Recorder
from shelfwise.service.storefront.visitor import Visitor, read_visitor
from shelfwise.service.wire import Wire
from shelfwise.types import Event

BATCH = 200  # events of one request
BODY = 200_000  # bytes of one request
WAIT = 10.0  # seconds after which a shopper who sent too much may send again
DAY = 86_400

Name = Annotated[str, Field(max_length=LENGTH, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Seen(Wire):
    """One thing that was seen or done. `id` is the same whenever it is sent again. ago: milliseconds since it happened,
    so that the browser's clock does not matter. seconds: how long, of a dwell."""

    id: Annotated[str, Field(min_length=8, max_length=LENGTH, pattern=r"^[\w.:-]+$")]
    kind: Literal["impression", "click", "view", "dwell"]
    product: Annotated[str, Field(min_length=1, max_length=200)]
    placement: Name = ""
    query_id: Name = ""
    row: Name = ""
    position: Annotated[int, Field(ge=0, le=FARTHEST)] = 0
    seconds: Annotated[float, Field(ge=0, le=DAY)] | None = None
    ago: Annotated[int, Field(ge=0, le=1000 * DAY)] = 0


class SeenIn(Wire):
    """Some of them."""

    events: Annotated[list[Seen], Field(min_length=1, max_length=BATCH)]


async def record(service: Service, recorder: Recorder, pace: Pace, request: Request, body: SeenIn) -> Response:
    """Records them; 202 when they are durable. BusyError passes, so that the script tries again later (429)."""
    visitor = read_visitor(request)
    if visitor.shopper and not all(pace.allows(visitor.shopper) for _ in body.events):
        raise BusyError("Too many events of one shopper at once.", seconds=WAIT)
    now = service.now()
    events = [_event(recorder, visitor, seen, now - timedelta(milliseconds=seen.ago)) for seen in body.events]
    await service.record(events)
    return Response(status_code=202)


def _event(recorder: Recorder, visitor: Visitor, seen: Seen, time: Any) -> Event:
    place = Place(seen.placement, seen.query_id, seen.row, seen.position)
    value = seen.seconds if seen.kind == "dwell" else None
    return recorder.event(visitor, seen.id, seen.kind, product=seen.product, value=value, time=time, **place.fields)
