"""The list under the search field while a shopper types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from shelfwise.service.context import Service
from shelfwise.service.storefront.address import Address
from shelfwise.service.storefront.cards import Card, Cards
from shelfwise.service.storefront.render import Renderer
from shelfwise.types import Product, Suggestion

LENGTH = 200  # characters that are looked at
LINES = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A suggestion and where it leads; `card` for a product."""

    kind: str
    text: str
    parts: tuple[tuple[str, bool], ...]
    href: str
    card: Card | None


def suggestions(service: Service, renderer: Renderer, request: Request) -> Response:
    """A fragment: the options of the list box."""
    shop = service.shop
    prefix = request.query_params.get("q", "")[:LENGTH].strip()
    cards = Cards(renderer.locale(request), shop.settings.server.picture_hosts)
    found = shop.suggest(prefix, LINES) if prefix else []
    wanted = [suggestion.id for suggestion in found if suggestion.kind == "product" and suggestion.id]
    products = {product.id: product for product in shop.products(wanted)} if wanted else {}
    lines = [line for line in (_line(cards, suggestion, products) for suggestion in found) if line]
    return renderer.page(request, "suggestions.html", lines=lines)


def _line(cards: Cards, suggestion: Suggestion, products: Mapping[str, Product]) -> Line | None:
    text, parts = suggestion.text, suggestion.parts or ((suggestion.text, False),)
    if suggestion.kind == "product":
        product = products.get(suggestion.id or "")
        if product is None:  # gone since the suggestions were made
            return None
        card = cards.of(product)
        shown = parts if text == card.title else ((card.title, False),)  # it may have matched in the other language
        return Line("product", card.title, shown, card.href, card)
    if suggestion.kind == "query":
        return Line("query", text, parts, Address(text).path(), None)
    href = Address().only(suggestion.kind, suggestion.id or suggestion.text)
    return Line(suggestion.kind, text, parts, href, None)
