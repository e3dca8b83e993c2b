"""What events look like over HTTP. Each is read by itself, so a bad one does not keep the good ones out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from shelfwise.behaviour.base import Refusal
from shelfwise.behaviour.validate import (
    MAX_ID,
    MAX_POSITION,
    MAX_PROPERTIES,
    MAX_QUANTITY,
    MAX_SLATE,
    MAX_TEXT,
    shown,
)
from shelfwise.service.wire import JsonNumber, Number, Time, Wire, Yes, text_only
from shelfwise.types import Consent, Event, EventKind

BATCH: Final = 1_000  # events in one request
BODY: Final = 2**20  # bytes of one request

Name = Annotated[str, Field(min_length=1, max_length=MAX_ID)]


class EventWire(Wire):
    """What a shopper did, or was shown. `id` is made where it happens: sent again, it counts once."""

    model_config = ConfigDict(title="Event")

    id: Name = Field(examples=["5f0c3c1e9b"])
    kind: EventKind
    shopper: Annotated[str, Field(max_length=MAX_ID)] = Field("", description="A pseudonym of a customer or visitor.")
    time: Time = Field(description="ISO 8601 with an offset.", examples=["2026-01-31T09:30:00+08:00"])
    product: Name | None = None
    query_id: Name | None = Field(None, description="Of the answer that the event goes back to.")
    position: Annotated[int, Field(ge=1, le=MAX_POSITION), JsonNumber] | None = Field(None, description="From 1.")
    value: Number | None = Field(None, description="Money of a purchase or return, stars, or seconds of a dwell.")
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY), JsonNumber] = 1
    text: Annotated[str, Field(max_length=MAX_TEXT)] | None = None
    slate: Annotated[list[Name], Field(max_length=MAX_SLATE)] = Field([], description="Products of an impression.")
    placement: Name | None = Field(None, examples=["search"])
    device: Name | None = None
    consent: Consent = "personal"
    properties: dict[str, Yes | Number | str | list[str]] = Field({}, max_length=MAX_PROPERTIES)

    def event(self, ahead: timedelta) -> Event:
        """As the shop knows it; `ahead` is how far the sender's clock is ahead."""
        fields = {name: getattr(self, name) for name in _FIELDS}
        fields["slate"] = tuple(self.slate)
        fields["time"] = _set_right(self.time, ahead)
        fields["properties"] = {
            name: tuple(found) if isinstance(found, list) else found for name, found in self.properties.items()
        }
        return Event(**fields)


_FIELDS: Final = tuple(EventWire.model_fields)


class EventsIn(Wire):
    """Events of any shoppers. With `sent_at`, the sender's clock when this was sent, their times are set right."""

    events: Annotated[
        list[Annotated[Any, WithJsonSchema(EventWire.model_json_schema())]], Field(min_length=1, max_length=BATCH)
    ]
    sent_at: Annotated[AwareDatetime, BeforeValidator(text_only)] | None = None  # however wrong: that is what it tells

    def read(self, now: datetime) -> list[Event | Refusal]:
        """Each event, or why it is none, as received at a moment."""
        ahead = timedelta() if self.sent_at is None else self.sent_at - now
        return [_read(index, given, ahead) for index, given in enumerate(self.events)]


class RefusalWire(Wire):
    """An event that was not taken: its place in what was sent (from 0), its id, and the field that is wrong."""

    index: int
    id: str | None
    field: str
    message: str


class ReceiptOut(Wire):
    """What became of events. `accepted` are durable now, `repeated` were before, `withheld` had no consent; `marks`
    counts the accepted that look odd."""

    accepted: int = Field(ge=0)
    repeated: int = Field(ge=0)
    withheld: int = Field(ge=0)
    refused: list[RefusalWire]
    marks: dict[str, int]


def _read(index: int, given: Any, ahead: timedelta) -> Event | Refusal:
    if not isinstance(given, dict):
        return Refusal(index, None, "", f"found {shown(given)}; expected an object")
    try:
        return EventWire.model_validate(given).event(ahead)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part)[:MAX_ID] for part in first["loc"][:2])
        id = given.get("id")
        return Refusal(index, id[:MAX_ID] if isinstance(id, str) else None, place, first["msg"])


def _set_right(time: datetime, ahead: timedelta) -> datetime:
    try:
        return time - ahead
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)  # beyond the calendar, so it is refused
