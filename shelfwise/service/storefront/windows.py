"""What a shop shows to those who have not said what they want: categories, what is liked, what is new.

Choosing takes two searches a category, so a choice is kept; the products themselves are read anew for every page (one
read of the store), so that prices and stock are always the present ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.service.base import ShopView
from shelfwise.service.storefront.address import Address
from shelfwise.service.storefront.cards import Card, Cards, Picture
from shelfwise.types import AnyOf, Facet, FacetValue, Page, Product, Query, Sort

CATEGORIES: Final = 12
ROW: Final = 8  # products of a row
DEEP: Final = 12  # products looked at in each category
KEPT: Final = 20.0  # seconds for which a choice serves at least, however often the shop changes


@dataclass(frozen=True, slots=True)
class Tile:
    """A category with the picture of one of its products."""

    label: str
    href: str
    count: int
    picture: Picture


@dataclass(frozen=True, slots=True)
class Window:
    """What is shown, in one language."""

    tiles: list[Tile]
    popular: list[Card]
    newest: list[Card]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen from one state of the shop: categories, each with the product to picture it, and ids."""

    state: str
    made: float
    categories: tuple[tuple[FacetValue, str], ...]
    popular: tuple[str, ...]
    newest: tuple[str, ...]

    @property
    def ids(self) -> list[str]:
        """Every product of the choice, once."""
        pictured = [id for _, id in self.categories if id]
        return list(dict.fromkeys((*pictured, *self.popular, *self.newest)))


class Windows:
    """Makes windows. A choice is made anew when the shop has changed, at most every KEPT seconds, by one thread."""

    def __init__(self, shop: ShopView, clock: Callable[[], float]) -> None:
        self._shop = shop
        self._clock = clock
        self._lock = Lock()
        self._choice: Choice | None = None

    def window(self, cards: Cards) -> Window:
        """The window in the cards' language."""
        choice = self._current()
        found = {product.id: product for product in self._shop.products(choice.ids)} if choice.ids else {}
        return Window(
            [self._tile(cards, value, found.get(id)) for value, id in choice.categories],
            [cards.of(found[id]) for id in choice.popular if id in found],
            [cards.of(found[id]) for id in choice.newest if id in found],
        )

    def _current(self) -> Choice:
        held = self._choice
        if held is not None and self._serves(held):
            return held
        if held is not None and self._lock.locked():  # another thread is choosing
            return held
        with self._lock:
            held = self._choice
            if held is None or not self._serves(held):
                held = self._choice = choose(self._shop, self._clock())
            return held

    def _serves(self, choice: Choice) -> bool:
        return self._clock() - choice.made < KEPT or choice.state == self._shop.state()

    def _tile(self, cards: Cards, value: FacetValue, shown: Product | None) -> Tile:
        label = value.label.get(cards.locale) or self._shop.labels.value("category", value.value, cards.locale)
        picture = cards.picture(shown) if shown else Picture(None, label[:1], 0)
        return Tile(label, Address().only("category", value.value), value.count, picture)


def choose(shop: ShopView, now: float) -> Choice:
    """The widest categories, and rows in which each category has its turn."""
    state = shop.state()
    values = _top(shop.categories())[:CATEGORIES]
    rated = [_first(shop, "-rating", value) for value in values]
    fresh = [_first(shop, "-newest", value) for value in values]
    popular = _in_turn([sorted(products, key=esteem, reverse=True) for products in rated], esteem)
    newest = _in_turn(fresh, lambda product: product.released.timestamp() if product.released else 0.0)
    pictured = [max(products, key=_votes).id if products else "" for products in rated]
    return Choice(state, now, tuple(zip(values, pictured, strict=True)), popular, newest)


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


def _votes(product: Product) -> int:
    return product.rating.count if product.rating else 0


def _in_turn(groups: Iterable[Iterable[Product]], value: Callable[[Product], Any]) -> tuple[str, ...]:
    """The best of each group, then the second of each, the better ones first; no product twice."""
    columns = [list(group) for group in groups]
    taken: dict[str, None] = {}
    for turn in range(DEEP):
        level = [column[turn] for column in columns if turn < len(column)]
        taken |= dict.fromkeys(product.id for product in sorted(level, key=value, reverse=True))
    return tuple(taken)[:ROW]


def _top(tree: Facet) -> list[FacetValue]:
    """The first level of the tree that offers a choice; without categories, the whole shop as one."""
    for depth in range(4):
        level = [value for value in tree.values if value.value.count(CATEGORY_SEPARATOR) == depth]
        if len(level) > 1:
            return sorted(level, key=lambda value: (-value.count, value.value))
    return list(tree.values)[:1]


def _first(shop: ShopView, sort: Sort, value: FacetValue) -> tuple[Product, ...]:
    within = AnyOf("category", (value.value,))
    query = Query("", filters=within, facets=(), sort=sort, page=Page(0, DEEP), mode="lexical", explain=False)
    return shop.search(query).products
