"""The first page: categories with pictures, what buyers rate highest, what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.service.base import ShopView
from shelfwise.service.context import Service
from shelfwise.service.storefront.address import Address
from shelfwise.service.storefront.cards import Card, Cards, Picture
from shelfwise.service.storefront.render import Renderer
from shelfwise.types import AnyOf, Facet, FacetValue, Page, Product, Query, Sort

CATEGORIES = 12
ROW = 8  # products of a row
DEEP = 12  # products looked at in each category


@dataclass(frozen=True, slots=True)
class Tile:
    """A category with the picture of one of its products."""

    label: str
    href: str
    count: int
    picture: Picture


@dataclass(frozen=True, slots=True)
class Window:
    """What a shop shows to those who have not said what they want."""

    tiles: list[Tile]
    popular: list[Card]
    newest: list[Card]


def home(service: Service, renderer: Renderer, request: Request) -> Response:
    """The home page."""
    shop = service.shop
    cards = Cards(renderer.locale(request), shop.settings.server.picture_hosts)
    return renderer.page(request, "home.html", window=window(shop, cards))


def window(shop: ShopView, cards: Cards) -> Window:
    """The widest categories, and rows in which each category has its turn."""
    values = _top(shop.categories())[:CATEGORIES]
    rated = [_first(shop, "-rating", value) for value in values]
    fresh = [_first(shop, "-newest", value) for value in values]
    tiles = [_tile(shop, cards, value, products) for value, products in zip(values, rated, strict=True)]
    popular = _in_turn([sorted(products, key=esteem, reverse=True) for products in rated], esteem)
    newest = _in_turn(fresh, lambda product: product.released.timestamp() if product.released else 0.0)
    return Window(tiles, [cards.of(product) for product in popular], [cards.of(product) for product in newest])


def esteem(product: Product) -> float:
    """The mean rating, drawn towards 4 by ten votes, so that one vote of 5 does not beat a hundred of 4.9.

    >>> from shelfwise.types import Rating
    >>> one, many = (Product(str(n), "", rating=Rating(a, n)) for a, n in ((5.0, 1), (4.9, 100)))
    >>> esteem(one) < esteem(many)
    True
    """
    if product.rating is None:
        return 0.0
    return (product.rating.average * product.rating.count + 40) / (product.rating.count + 10)


def _in_turn(groups: Iterable[Iterable[Product]], value: Callable[[Product], Any]) -> list[Product]:
    """The best of each group, then the second of each, the better ones first; no product twice."""
    columns = [list(group) for group in groups]
    taken: dict[str, Product] = {}
    for turn in range(DEEP):
        level = [column[turn] for column in columns if turn < len(column)]
        for product in sorted(level, key=value, reverse=True):
            taken.setdefault(product.id, product)
    return list(taken.values())[:ROW]


def _top(tree: Facet) -> list[FacetValue]:
    """The first level of the tree that offers a choice; without categories, the whole shop as one."""
    for depth in range(4):
        level = [value for value in tree.values if value.value.count(CATEGORY_SEPARATOR) == depth]
        if len(level) > 1:
            return sorted(level, key=lambda value: (-value.count, value.value))
    return list(tree.values)[:1]


def _tile(shop: ShopView, cards: Cards, value: FacetValue, products: tuple[Product, ...]) -> Tile:
    label = value.label.get(cards.locale) or shop.labels.value("category", value.value, cards.locale)
    href = Address().only("category", value.value)
    shown = max(products, key=lambda product: product.rating.count if product.rating else 0, default=None)
    picture = cards.picture(shown) if shown else Picture(None, label[:1], 0)
    return Tile(label, href, value.count, picture)


def _first(shop: ShopView, sort: Sort, value: FacetValue) -> tuple[Product, ...]:
    within = AnyOf("category", (value.value,))
    query = Query("", filters=within, facets=(), sort=sort, page=Page(0, DEEP), mode="lexical", explain=False)
    return shop.search(query).products
