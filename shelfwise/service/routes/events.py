"""POST /v1/events: what shoppers do. Open to their browsers; durable when answered."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from shelfwise.behaviour.base import Receipt, Refusal
from shelfwise.service import encode
from shelfwise.service.context import Service
from shelfwise.service.pace import Pace
from shelfwise.service.wire import errors
from shelfwise.service.wire_events import EventsIn, ReceiptOut
from shelfwise.types import Event


def router(service: Service) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["behaviour"])
    pace = Pace(service.clock)

    @routes.post(
        "/v1/events", response_model=ReceiptOut, status_code=202, responses=errors(400, 413, 414, 422, 429, 503, 504)
    )
    async def post_events(body: EventsIn) -> Response:
        """Records events: at most 1,000 in 1 MB. Good ones go in though others are refused.

        429: too much is waiting to be written, and nothing of this was taken; send it again later.
        """
        read = _paced(body.read(service.now()), pace)
        places = [index for index, one in enumerate(read) if isinstance(one, Event)]
        refused = [one for one in read if isinstance(one, Refusal)]
        receipt = await service.record([one for one in read if isinstance(one, Event)], refused=len(refused))
        return Response(_receipt(receipt, refused, places), 202, media_type="application/json")

    return routes


def _paced(read: Sequence[Event | Refusal], pace: Pace) -> list[Event | Refusal]:
    """What was read, without the events of shoppers who send too many."""
    return [
        Refusal(index, one.id, "shopper", "found too many events of this shopper at once; send the rest later")
        if isinstance(one, Event) and one.shopper and not pace.allows(one.shopper)
        else one
        for index, one in enumerate(read)
    ]


def _receipt(receipt: Receipt, refused: Sequence[Refusal], places: Sequence[int]) -> bytes:
    """`places`: where each event that the shop was given stood in what was sent."""
    later = [(places[one.index], one) for one in receipt.refused]
    told = sorted([*((one.index, one) for one in refused), *later], key=lambda pair: pair[0])
    return encode.dumps(
        {
            "accepted": receipt.accepted,
            "repeated": receipt.repeated,
            "withheld": receipt.withheld,
            "refused": [
                {"index": index, "id": one.id, "field": one.field, "message": one.message} for index, one in told
            ],
            "marks": receipt.marks,
        }
    )
