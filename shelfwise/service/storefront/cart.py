"""The cart with its total, and the page after a purchase. The purchase is for show, and both pages say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shelfwise.retrieval.document import is_available, selling_price
from shelfwise.service.base import ShopView
from shelfwise.service.context import Service
from shelfwise.service.storefront.basket import CART, MOST, Line, read_basket, read_cart, written_cart
from shelfwise.service.storefront.cards import Card, Cards
from shelfwise.service.storefront.format import money
from shelfwise.service.storefront.offers import Offered
from shelfwise.service.storefront.product import Facts
from shelfwise.service.storefront.render import Renderer
from shelfwise.service.storefront.visitor import keep
from shelfwise.types import Money, Product, Variant

ORDER: Final = "order"  # the cookie of what was bought just now
ORDER_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Priced:
    """A line of the cart at the price of today; `total` is None without a price or in another currency."""

    line: Line
    product: Product
    variant: Variant | None
    price: Money | None
    available: bool

    @property
    def total(self) -> Decimal | None:
        """Price × quantity."""
        return None if self.price is None else self.price.amount * self.line.quantity


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as a page shows it."""

    card: Card
    variant: str
    variant_id: str
    quantity: int
    price: str
    total: str
    available: bool
    full: bool


def priced(shop: ShopView, lines: Sequence[Line]) -> list[Priced]:
    """The lines whose product the shop still has, with prices of today."""
    found = {product.id: product for product in shop.products([line.product for line in lines])} if lines else {}
    return [_priced(line, found[line.product]) for line in lines if line.product in found]


def bought(lines: Iterable[Priced]) -> list[Priced]:
    """Those that can be bought."""
    return [line for line in lines if line.available]


def total(lines: Iterable[Priced]) -> str:
    """The sum of lines, one for each currency."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.price is not None and line.total is not None:
            sums[line.price.currency] = sums.get(line.price.currency, Decimal(0)) + line.total
    return " + ".join(money(Money(amount, currency)) for currency, amount in sums.items())


def cart(offers: Offered, service: Service, renderer: Renderer, request: Request) -> Response:
    """The page of the cart. What the shop no longer has is said once, and taken out."""
    basket = read_basket(request.cookies)
    lines = priced(service.shop, basket.cart)
    left = replace(basket, cart=tuple(line.line for line in lines))
    answer = renderer.page(
        request,
        "cart.html",
        basket=left,
        lines=_shown(service, renderer, request, lines),
        total=total(bought(lines)),
        pieces=sum(line.line.quantity for line in bought(lines)),
        gone=len(basket.cart) - len(lines),
        full=request.query_params.get("full") == "1",
        offered=offers,
    )
    if left != basket:
        keep(answer, CART, written_cart(left.cart))
    return answer


def order(service: Service, renderer: Renderer, request: Request) -> Response:
    """The page after a purchase; without one, the cart."""
    lines = priced(service.shop, read_cart(request.cookies.get(ORDER, "")))
    if not lines:
        return RedirectResponse("/cart", 303)
    shown = _shown(service, renderer, request, lines)
    return renderer.page(request, "order.html", lines=shown, total=total(lines))


def _priced(line: Line, product: Product) -> Priced:
    variant = next((one for one in product.variants if one.id == line.variant), None)
    price = variant.price if variant and variant.price else selling_price(product)
    available = product.available and variant.available if variant else is_available(product)
    return Priced(line, product, variant, price, available)


def _shown(service: Service, renderer: Renderer, request: Request, lines: Iterable[Priced]) -> list[Shown]:
    locale = renderer.locale(request)
    cards = Cards(locale, service.shop.settings.server.picture_hosts)
    facts = Facts(service.shop.labels, locale)
    return [_line(cards, facts, line) for line in lines]


def _line(cards: Cards, facts: Facts, line: Priced) -> Shown:
    own = facts.own(line.product, line.variant).items() if line.variant else ()
    return Shown(
        card=cards.of(line.product),
        variant=" · ".join(facts.value(key, attribute) for key, attribute in own),
        variant_id=line.line.variant,
        quantity=line.line.quantity,
        price=money(line.price) if line.price else "",
        total=money(Money(line.total, line.price.currency)) if line.price and line.total is not None else "",
        available=line.available,
        full=line.line.quantity >= MOST,
    )
