"""What the shop believes about a shopper, shown to the shopper, with what each belief is based on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from shelfwise.behaviour.base import Profile
from shelfwise.behaviour.profiles.explain import Belief, explain, products_behind
from shelfwise.errors import ShelfwiseError
from shelfwise.service.base import ShopView
from shelfwise.service.context import Service
from shelfwise.service.storefront.cards import Card, Cards
from shelfwise.service.storefront.format import money
from shelfwise.service.storefront.places import Place
from shelfwise.service.storefront.render import Renderer
from shelfwise.service.storefront.visitor import read_visitor
from shelfwise.types import Locale, Money

RECENT: Final = 12
STATE: Final = ("stage", "satisfaction")


@dataclass(frozen=True, slots=True)
class Beliefs:
    """All of it: how the shopper is, what they like (with bars), what they left here, products looked at last."""

    state: list[Belief]
    interests: list[Belief]
    left: list[Belief]
    recent: list[Card]


def you(service: Service, renderer: Renderer, request: Request) -> Response:
    """The page. What is kept under a pseudonym is shown also while it is not used, so that it can be forgotten."""
    visitor = read_visitor(request)
    beliefs, missing = None, False
    if visitor.known_as:
        try:
            beliefs = _beliefs(service.shop, renderer.locale(request), service.shop.profile(visitor.known_as))
        except ShelfwiseError:
            missing = True
    return renderer.page(
        request,
        "you.html",
        beliefs=beliefs,
        missing=missing,
        forgotten=request.query_params.get("forgotten") == "1",
        place=Place("you"),
        asks=False,  # the page itself does
    )


def _beliefs(shop: ShopView, locale: Locale, profile: Profile) -> Beliefs | None:
    """None of a shopper who did nothing yet."""
    if not profile.events:
        return None
    cards = Cards(locale, shop.settings.server.picture_hosts)
    products = shop.products(products_behind(profile))
    told = explain(
        profile,
        locale,
        products,
        name=lambda field, value: shop.labels.value(field, value, locale),
        field_name=lambda field: shop.labels.field(field, locale),
        money=_money(shop.settings.shop.currency),
    )
    return Beliefs(
        [belief for belief in told if belief.topic in STATE],
        [belief for belief in told if belief.topic not in STATE and belief.weight is not None],
        [belief for belief in told if belief.topic not in STATE and belief.weight is None],
        [cards.of(product) for product in products[:RECENT]],
    )


def _money(currency: str) -> Callable[[float], str]:
    return lambda amount: money(Money(Decimal(str(round(amount, 2))), currency))
