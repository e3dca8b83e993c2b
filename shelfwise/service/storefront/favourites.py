"""The page of favourites."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from shelfwise.service.context import Service
from shelfwise.service.storefront.basket import read_basket
from shelfwise.service.storefront.cards import Cards
from shelfwise.service.storefront.offers import Offered
from shelfwise.service.storefront.places import Place
from shelfwise.service.storefront.render import Renderer


def favourites(offers: Offered, service: Service, renderer: Renderer, request: Request) -> Response:
    """The favourites, the newest first; without any, what else there is."""
    cards = Cards(renderer.locale(request), service.shop.settings.server.picture_hosts)
    ids = read_basket(request.cookies).favourites
    found = [cards.of(product) for product in service.shop.products(ids)] if ids else []
    return renderer.page(request, "favourites.html", cards=found, place=Place("favourites"), offered=offers)
