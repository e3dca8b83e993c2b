"""The first page: what may suit this shopper, and categories; without rows, what buyers like and what is new."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from shelfwise.service.context import Service
from shelfwise.service.storefront.cards import Cards
from shelfwise.service.storefront.offers import Offered
from shelfwise.service.storefront.places import Place
from shelfwise.service.storefront.render import Renderer
from shelfwise.service.storefront.windows import Windows


def home(windows: Windows, offers: Offered, service: Service, renderer: Renderer, request: Request) -> Response:
    """The home page."""
    cards = Cards(renderer.locale(request), service.shop.settings.server.picture_hosts)
    place = Place("home")
    return renderer.page(request, "home.html", window=windows.window(cards), offered=offers, place=place)
