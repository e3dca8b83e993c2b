"""Searches as events: the answer's text, and whether it is another try at what was searched just before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Final

from starlette.requests import Request

from shelfwise.service.base import ShopView
from shelfwise.service.storefront.address import Address
from shelfwise.service.storefront.recorder import Recorder
from shelfwise.service.storefront.visitor import Visitor, read_visitor
from shelfwise.slate import Slate
from shelfwise.types import Event, Value

SOON: Final = timedelta(minutes=5)
ALIKE: Final = 0.6  # share of characters that two tries have in common
RELOADS: Final = frozenset({"no-cache", "max-age=0"})  # what browsers send when a page is loaded again


def record_search(shop: ShopView, recorder: Recorder, request: Request, address: Address, slate: Slate) -> None:
    """Records the search of a results page, unless the page was only loaded again or fetched ahead."""
    fetched_ahead = "prefetch" in request.headers.get("sec-purpose", request.headers.get("purpose", ""))
    again = request.headers.get("cache-control") in RELOADS
    if address.text.strip() and not again and not fetched_ahead:
        recorder.record([_event(shop, recorder, read_visitor(request), address, slate)])


def _event(shop: ShopView, recorder: Recorder, visitor: Visitor, address: Address, slate: Slate) -> Event:
    """A search, or another try at the one before. Pages and filters of a search are told as such."""
    text = address.text.strip()
    told: dict[str, Value] = {"page": address.page, "results": slate.total, "narrowed": address.narrowed}
    event = recorder.event(
        visitor, f"{slate.query_id}.search", "search", text=text, query_id=slate.query_id, placement="search"
    )
    before = _before(shop, visitor, event.time)
    if before and address.page == 1 and is_another_try(before, text):
        return replace(event, kind="reformulation", properties={**told, "before": before[:500]})
    return replace(event, properties=told)


def _before(shop: ShopView, visitor: Visitor, now: datetime) -> str:
    """What this shopper searched just before; nothing is known of an anonymous one."""
    searches = shop.profile(visitor.shopper).searches if visitor.shopper else ()
    return searches[0][0] if searches and now - searches[0][1] < SOON else ""


def is_another_try(before: str, now: str) -> bool:
    """Whether a text is another way to say the one before: most of its characters in the same order, or all its words.

    >>> is_another_try("phnoe case", "phone case"), is_another_try("phone", "red phone"), is_another_try("tea", "boots")
    (True, True, False)
    >>> is_another_try("蓝牙耳记", "蓝牙耳机"), is_another_try("phone", "Phone ")
    (True, False)
    """
    before, now = before.strip().casefold(), now.strip().casefold()
    words, others = set(before.split()), set(now.split())
    alike = words <= others or others <= words or SequenceMatcher(None, before, now).ratio() >= ALIKE
    return alike and before != now
