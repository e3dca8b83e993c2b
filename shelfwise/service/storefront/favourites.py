"""The page of favourites."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from shelfwise.service.context import Service
from shelfwise.service.storefront.basket import FAVOURITES, read_basket, written_favourites
from shelfwise.service.storefront.cards import Cards
from shelfwise.service.storefront.offers import Offered
from shelfwise.service.storefront.places import Place
from shelfwise.service.storefront.render import Renderer
from shelfwise.service.storefront.visitor import keep


def favourites(offers: Offered, service: Service, renderer: Renderer, request: Request) -> Response:
    """The favourites, the newest first; without any, what else there is."""
    cards = Cards(renderer.locale(request), service.shop.settings.server.picture_hosts)
    basket = read_basket(request.cookies)
    products = service.shop.products(basket.favourites) if basket.favourites else []
    left = replace(basket, favourites=tuple(product.id for product in products))
    found = [cards.of(product) for product in products]
    place = Place("favourites")
    answer = renderer.page(request, "favourites.html", basket=left, cards=found, place=place, offered=offers)
    if left != basket:  # some are gone from the shop
        keep(answer, FAVOURITES, written_favourites(left.favourites))
    return answer
