"""What an event may say: every field bounded, every refusal with what was found and what was expected.

An event is checked where it enters (API, import); behind that it is trusted.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, get_args

from shelfwise.behaviour.base import Refusal
from shelfwise.behaviour.table import KINDS
from shelfwise.types import Consent, Event, EventKind

MAX_ID: Final = 200  # characters of an id, a placement, a device
MAX_TEXT: Final = 2_000
MAX_SLATE: Final = 200
MAX_POSITION: Final = 1_000_000
MAX_QUANTITY: Final = 10_000
MAX_VALUE: Final = 1e12
MAX_DWELL: Final = 86_400.0  # seconds: a day
MAX_PROPERTIES: Final = 50
MAX_PROPERTY: Final = 1_000  # characters of one value, a list's together
EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)  # no shop was on the web before
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)  # so that clocks can be subtracted; what is merely early is marked

NEED_PRODUCT: Final[frozenset[EventKind]] = frozenset(
    ("click", "favourite", "unfavourite", "cart", "uncart", "purchase", "return", "rating", "review")
)
NEED_TEXT: Final[frozenset[EventKind]] = frozenset(("search", "reformulation"))
STARS: Final[frozenset[EventKind]] = frozenset(("rating", "review"))

_CONSENTS: Final = get_args(Consent)
_BAD_IN_ID: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BAD_IN_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # tab and line ends may be
_SHOWN: Final = 60  # characters of a bad value that a message repeats


class Wrong(NamedTuple):
    """What is wrong with an event: the field, what was found there and what was expected."""

    field: str
    found: str
    expected: str


def check(event: Event, index: int = 0) -> Refusal | None:
    """Why an event cannot be taken; None when it can. `index` is its place in what was sent, from 0.

    A message repeats ids and numbers, never what a shopper typed.

    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> check(Event("1", "click", "ann", at, product="p1"))
    >>> check(Event("1", "klick", "ann", at, product="p1"), 3)
    Refusal(index=3, id='1', field='kind', message="found 'klick'; expected a kind of event. Did you mean 'click'?")
    >>> check(Event("1", "purchase", "ann", at)).message
    'found nothing; expected the product of a purchase'
    """
    wrong = wrong_with(event)
    return None if wrong is None else refusal(index, event.id, wrong)


def wrong_with(event: Event) -> Wrong | None:
    """The first thing that is wrong with an event; None when it can be taken."""
    for look in _CHECKS:
        wrong = look(event)
        if wrong is not None:
            return wrong
    return None


def refusal(index: int, id: Any, wrong: Wrong) -> Refusal:
    """A refusal that repeats at most the part of an id that may be one."""
    message = f"found {wrong.found}; expected {wrong.expected}"
    return Refusal(index, id[:MAX_ID] if isinstance(id, str) else None, wrong.field, message)


def shown(value: object) -> str:
    """A bad value as a message repeats it: short, quoted.

    >>> shown(-1), shown("x" * 100)[-20:]
    ('-1', "x…' (100 characters)")
    """
    if isinstance(value, str):
        if not value:
            return "nothing"
        if len(value) <= _SHOWN:
            return repr(value)
        return f"{value[:_SHOWN] + '…'!r} ({len(value):,} characters)"
    if value is None:
        return "nothing"
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a number of more than 18 digits"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def unknown_kind(kind: object) -> Wrong:
    """What to say of a kind that is none: the nearest one."""
    near = difflib.get_close_matches(str(kind)[:MAX_ID].lower(), KINDS, 1, 0.5)
    hint = f"Did you mean {near[0]!r}?" if near else f"Kinds: {', '.join(KINDS)}."
    return Wrong("kind", shown(kind), f"a kind of event. {hint}")


# --- each field ----------------------------------------------------------------------------------------------


def _kind(event: Event) -> Wrong | None:
    # A kind of another type may not be hashable: a tuple's `in` needs no hash.
    return None if event.kind in KINDS else unknown_kind(event.kind)


def _consent(event: Event) -> Wrong | None:
    if event.consent in _CONSENTS:
        return None
    return Wrong("consent", shown(event.consent), f"one of {', '.join(_CONSENTS)}")


def _ids(event: Event) -> Wrong | None:
    """The names: `id` always, `shopper` unless the event is anonymous anyway, the others when they are given."""
    if not _is_name(event.id):
        return Wrong("id", shown(event.id), _NAME)
    nobody = event.shopper == "" and event.consent != "personal"
    if not nobody and not _is_name(event.shopper):
        return Wrong("shopper", shown(event.shopper), _NAME)
    for field, value in (
        ("product", event.product),
        ("query_id", event.query_id),
        ("placement", event.placement),
        ("device", event.device),
    ):
        if value is not None and not _is_name(value):
            return Wrong(field, shown(value), _NAME)
    return None


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_ID and (value.isprintable() or not _BAD_IN_ID.search(value))


def _time(event: Event) -> Wrong | None:
    time = event.time
    if not isinstance(time, datetime):
        return Wrong("time", shown(time), "a time")
    if time.tzinfo is None or time.utcoffset() is None:
        return Wrong("time", f"{time.isoformat()} without an offset", "one, like 2026-01-31T09:30:00+08:00")
    if not EARLIEST <= time < LATEST:
        return Wrong("time", time.isoformat(), f"a time from {EARLIEST.year} to {LATEST.year}")
    return None


def _needs(event: Event) -> Wrong | None:
    """What an event of its kind has to say."""
    kind = event.kind
    if event.product is None:
        if kind in NEED_PRODUCT:
            return Wrong("product", "nothing", f"the product of a {kind}")
        if kind == "impression" and not event.slate:
            return Wrong("slate", "nothing", "the products that an impression showed")
        if kind == "view" and event.placement is None:
            return Wrong("product", "nothing", "the product of a view, or the placement of a page without one")
    if kind in NEED_TEXT and not event.text:
        return Wrong("text", "nothing", f"what was searched in a {kind}")
    if event.value is None and (kind in ("rating", "dwell") or (kind == "review" and not event.text)):
        what = "seconds" if kind == "dwell" else "1 to 5 stars"
        return Wrong("value", "nothing", f"{what} in a {kind}" + (", or a text" if kind == "review" else ""))
    return None


def _numbers(event: Event) -> Wrong | None:
    if event.position is not None and not _whole(event.position, MAX_POSITION):
        return Wrong("position", shown(event.position), f"a whole number from 1 to {MAX_POSITION:,}")
    if not _whole(event.quantity, MAX_QUANTITY):
        return Wrong("quantity", shown(event.quantity), f"a whole number from 1 to {MAX_QUANTITY:,}")
    value = event.value
    if value is None:
        return None
    low, high = (1, 5) if event.kind in STARS else (0, MAX_DWELL if event.kind == "dwell" else MAX_VALUE)
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        unit = {"dwell": "seconds, ", "rating": "stars, ", "review": "stars, "}.get(event.kind, "")
        return Wrong("value", shown(value), f"{unit}{low:,} to {high:,.0f}")
    return None


def _whole(number: object, most: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= most


def _text(event: Event) -> Wrong | None:
    text = event.text
    if text is None:
        return None
    if not isinstance(text, str):
        return Wrong("text", f"a {type(text).__name__}", "a text")
    if len(text) > MAX_TEXT:
        return Wrong("text", f"{len(text):,} characters", f"at most {MAX_TEXT:,}")
    if not text.isprintable() and _BAD_IN_TEXT.search(text):
        return Wrong("text", "control characters", "none but tabs and line ends")
    return None


def _slate(event: Event) -> Wrong | None:
    slate = event.slate
    if not slate:
        return None if isinstance(slate, tuple) else Wrong("slate", shown(slate), "a list of products")
    if event.kind != "impression":
        return Wrong("slate", f"products in a {event.kind}", "them only in an impression")
    if not isinstance(slate, tuple | list) or len(slate) > MAX_SLATE:
        found = f"{len(slate):,} products" if isinstance(slate, tuple | list) else shown(slate)
        return Wrong("slate", found, f"a list of at most {MAX_SLATE}")
    for place, product in enumerate(slate):
        if not _is_name(product):
            return Wrong(f"slate[{place}]", shown(product), _NAME)
    return None


def _properties(event: Event) -> Wrong | None:
    properties = event.properties
    if not properties:
        return None
    if not isinstance(properties, Mapping):
        return Wrong("properties", f"a {type(properties).__name__}", "names with values")
    if len(properties) > MAX_PROPERTIES:
        return Wrong("properties", f"{len(properties):,}", f"at most {MAX_PROPERTIES}")
    for name, value in properties.items():
        if not _is_name(name):
            return Wrong("properties", f"the name {shown(name)}", _NAME)
        if not _fits(value):
            return Wrong(f"properties.{name}", _size(value), _PROPERTY)
    return None


def _fits(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_PROPERTY and (value.isprintable() or not _BAD_IN_TEXT.search(value))
    if isinstance(value, tuple):
        texts = all(isinstance(part, str) and _fits(part) for part in value)
        return texts and sum(map(len, value)) <= MAX_PROPERTY and len(value) <= MAX_PROPERTY
    return isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 1e300 and math.isfinite(value))


def _size(value: object) -> str:
    return f"a {type(value).__name__} of {len(value):,}" if isinstance(value, str | tuple | list) else shown(value)


_NAME: Final = f"1 to {MAX_ID} characters, none of them a control character"
_PROPERTY: Final = f"texts of at most {MAX_PROPERTY:,} characters, a finite number, or yes/no"
_CHECKS: Final[tuple[Callable[[Event], Wrong | None], ...]] = (
    _kind,
    _consent,
    _ids,
    _time,
    _needs,
    _numbers,
    _text,
    _slate,
    _properties,
)
