"""An event as a row of the log, and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, NamedTuple, get_args

import orjson

from shelfwise.behaviour.base import Logged, Mark
from shelfwise.types import Event, EventKind

# Numbers are on disk: a new kind or mark gets the next one, an old one keeps its own.
KIND_CODES: Final[dict[EventKind, int]] = {
    "search": 1,
    "reformulation": 2,
    "impression": 3,
    "view": 4,
    "click": 5,
    "dwell": 6,
    "favourite": 7,
    "unfavourite": 8,
    "cart": 9,
    "uncart": 10,
    "purchase": 11,
    "return": 12,
    "rating": 13,
    "review": 14,
}
MARK_BITS: Final[dict[Mark, int]] = {"late": 1, "future": 2, "bot": 4, "unknown_product": 8, "no_query_id": 16}
BOT: Final = MARK_BITS["bot"]

_KINDS: Final = {code: kind for kind, code in KIND_CODES.items()}
_MARKS: Final = {
    bits: frozenset(mark for mark in get_args(Mark) if bits & MARK_BITS[mark]) for bits in range(2 ** len(MARK_BITS))
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# The rest of an event, in this order; what is as here is left out from the end.
_DEFAULTS: Final[tuple[Any, ...]] = ("", None, None, None, None, 1, None, (), None, None, "personal", {})


class Row(NamedTuple):
    """An event ready to be written. `shopper` is a name; empty: nobody."""

    key: bytes  # 16
    kind: int
    shopper: str
    time: int
    received: int
    marks: int
    body: bytes


def encode(event: Event, received: datetime, marks: Iterable[Mark]) -> Row:
    """The row of an event that may be kept. One that says to be from the future counts as of its receipt.

    Raises TypeError for an event that was not checked.
    """
    bits = 0
    for mark in marks:
        bits |= MARK_BITS[mark]
    at = microseconds(received)
    rest = (
        event.id,
        event.product,
        event.query_id,
        event.position,
        event.value,
        event.quantity,
        event.text,
        event.slate,
        event.placement,
        event.device,
        event.consent,
        event.properties,
    )
    size = len(rest)
    while rest[size - 1] == _DEFAULTS[size - 1]:
        size -= 1
    return Row(
        key_of(event.id),
        KIND_CODES[event.kind],
        event.shopper if event.consent == "personal" else "",
        at if bits & MARK_BITS["future"] else microseconds(event.time),
        at,
        bits,
        orjson.dumps(rest[:size], default=dict),
    )


def decode(row: Any, shopper: str | None = None) -> Logged:
    """The event of a row with the columns of `schema.events`; `shopper` is its name."""
    body = orjson.loads(row.body)
    body += _DEFAULTS[len(body) :]
    id, product, query_id, position, value, quantity, text, slate, placement, device, consent, properties = body
    event = Event(
        id,
        _KINDS[row.kind],
        shopper or "",
        moment(row.time),
        product,
        query_id,
        position,
        value,
        quantity,
        text,
        tuple(slate),
        placement,
        device,
        consent,
        {name: tuple(found) if isinstance(found, list) else found for name, found in properties.items()},
    )
    return Logged(row.number, event, moment(row.received), _MARKS[row.marks])


def marks_of(bits: int) -> frozenset[Mark]:
    """The marks of their bits."""
    return _MARKS[bits]


def key_of(id: str) -> bytes:
    """What an event is known by: 16 bytes of a hash of its id, however long that is."""
    return blake2b(id.encode(), digest_size=16).digest()


def microseconds(time: datetime) -> int:
    """Since 1970, exactly.

    >>> microseconds(moment(1_700_000_000_123_456))
    1700000000123456
    """
    return (time - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """The time in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)
