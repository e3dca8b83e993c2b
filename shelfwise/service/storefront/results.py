"""The page of results: cards, facets, chips, corrections, and a way on when nothing was found."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from shelfwise.service.context import Service
from shelfwise.service.storefront.address import LAST_PAGE, SORTS, Address, read_address
from shelfwise.service.storefront.asked import asked
from shelfwise.service.storefront.cards import Cards
from shelfwise.service.storefront.facets import Facets
from shelfwise.service.storefront.offers import Ask, offered
from shelfwise.service.storefront.places import Place
from shelfwise.service.storefront.recorder import Recorder
from shelfwise.service.storefront.render import Renderer
from shelfwise.service.storefront.searches import record_search
from shelfwise.service.storefront.understood import Readings, softened
from shelfwise.service.storefront.visitor import read_visitor
from shelfwise.service.storefront.windows import Windows
from shelfwise.service.wire_understanding import QUERY_LENGTH
from shelfwise.types import Correction, Locale, Page, Query

SIZE = 24  # products of a page


def results(windows: Windows, recorder: Recorder, service: Service, renderer: Renderer, request: Request) -> Response:
    """The page of a search, which is recorded once it is on its way."""
    shop = service.shop
    locale = renderer.locale(request)
    address = read_address(request.query_params.multi_items(), QUERY_LENGTH)
    slate = service.search(_query(address, locale, read_visitor(request).shopper))
    cards = Cards(
        locale, shop.settings.server.picture_hosts, corrected(address.text, slate.corrections) or address.text
    )
    facets = Facets(shop.labels, locale, shop.settings.shop.currency)
    readings = Readings(shop.labels, locale, shop.settings.shop.currency, partial(renderer.messages.text, locale))
    groups = facets.groups(slate.facets, address)
    steps = [(step.step, word) for step in slate.relaxed if step.step != "constraint" for word in step.dropped]
    chips = facets.chips(address, frozenset(word for step, word in steps if step == "filter"))
    values: dict[str, Any] = {
        "text": address.text,
        "address": address,
        "slate": slate,
        "place": Place("search", slate.query_id),
        "cards": [cards.item(item) for item in slate.items],
        "groups": groups,
        "kept": address.narrowing(frozenset(group.field for group in groups)),
        "chips": chips,
        "sorts": SORTS,
        "pages": pages(address.page, slate.total),
        "understood": readings.of(slate, address),
        "asked": asked(slate, address, locale),
        "softened": sorted(softened(slate)),
        "widened": any(step.step != "constraint" for step in slate.relaxed),
        "corrected": corrected(address.text, slate.corrections),
        "dropped": [word for step, word in steps if step != "filter"] + [chip.label for chip in chips if chip.unused],
    }
    if not slate.items:
        values["window"] = windows.window(cards)
        values["offered"] = offered(service, renderer, request, Ask("zero_results", query=address.text))
    answer = renderer.page(request, "results.html", **values)
    answer.background = BackgroundTask(record_search, shop, recorder, request, address, slate)
    return answer


def pages(current: int, total: int, size: int = SIZE) -> list[int | None]:
    """Page numbers to offer; None is a gap.

    >>> pages(6, 24 * 20)
    [1, None, 5, 6, 7, None, 20]
    """
    last = min(-(-total // size), LAST_PAGE)
    near = sorted({1, last, *range(current - 1, current + 2)} & set(range(1, last + 1)))
    shown: list[int | None] = []
    for number in near:
        if shown and number - (shown[-1] or 0) == 2:
            shown.append(number - 1)
        elif shown and number - (shown[-1] or 0) > 2:
            shown.append(None)
        shown.append(number)
    return shown if last > 1 else []


def corrected(text: str, corrections: tuple[Correction, ...]) -> str:
    """The text as it was searched, or nothing when it was searched as typed.

    >>> corrected("red Shose", (Correction("shose", "shoes", 0.9),))
    'red shoes'
    """
    read = text
    for correction in corrections:
        read = re.sub(re.escape(correction.original), lambda _, c=correction: c.corrected, read, flags=re.IGNORECASE)  # type: ignore[misc]
    return read if corrections else ""


def _query(address: Address, locale: Locale, shopper: str | None) -> Query:
    return Query(
        text=address.text,
        shopper=shopper,
        locale=locale,
        filters=address.filter(),
        sort=address.sort,
        page=Page((address.page - 1) * SIZE, SIZE),
        correct=not address.exact,
        dismissed=address.dismissed,
    )
