"""The first page: categories with pictures, what buyers rate highest, what is new."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.service.base import ShopView
from shelfwise.service.context import Service
from shelfwise.service.storefront.address import Address
from shelfwise.service.storefront.cards import Card, Cards, Picture
from shelfwise.service.storefront.render import Renderer
from shelfwise.types import AnyOf, Facet, FacetValue, Locale, Page, Product, Query, Sort

CATEGORIES = 12
ROW = 8  # products of a row


@dataclass(frozen=True, slots=True)
class Tile:
    """A category with the picture of one of its products."""

    label: str
    href: str
    count: int
    picture: Picture


def home(service: Service, renderer: Renderer, request: Request) -> Response:
    """The home page."""
    shop = service.shop
    locale = renderer.locale(request)
    cards = Cards(locale, shop.settings.server.picture_hosts)
    return renderer.page(
        request,
        "home.html",
        tiles=tiles(shop, cards, locale),
        popular=row(shop, cards, "-rating"),
        newest=row(shop, cards, "-newest"),
        products=shop.status().get("products"),
    )


def row(shop: ShopView, cards: Cards, sort: Sort) -> list[Card]:
    """The first products in an order."""
    return [cards.of(product) for product in _first(shop, ROW, sort)]


def tiles(shop: ShopView, cards: Cards, locale: Locale) -> list[Tile]:
    """The widest categories, those with most products first."""
    tree = shop.categories()
    return [_tile(shop, cards, locale, value) for value in _top(tree)[:CATEGORIES]]


def _top(tree: Facet) -> list[FacetValue]:
    """The first level of the tree that offers a choice."""
    for depth in range(4):
        level = [value for value in tree.values if value.value.count(CATEGORY_SEPARATOR) == depth]
        if len(level) > 1:
            return sorted(level, key=lambda value: (-value.count, value.value))
    return list(tree.values)[:1]


def _tile(shop: ShopView, cards: Cards, locale: Locale, value: FacetValue) -> Tile:
    label = value.label.get(locale) or shop.labels.value("category", value.value, locale)
    href = Address().only("category", value.value)
    first = _first(shop, 1, "-rating", AnyOf("category", (value.value,)))
    picture = cards.picture(first[0]) if first else Picture(None, label[:1], 0)
    return Tile(label, href, value.count, picture)


def _first(shop: ShopView, limit: int, sort: Sort, within: AnyOf | None = None) -> tuple[Product, ...]:
    query = Query("", filters=within, facets=(), sort=sort, page=Page(0, limit), mode="lexical", explain=False)
    return shop.search(query).products
