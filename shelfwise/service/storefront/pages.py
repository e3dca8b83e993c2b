"""The storefront's routes: pages, fragments, buttons, files, and pages for errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from fastapi import APIRouter, Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from shelfwise.service.context import Service
from shelfwise.service.pace import Pace
from shelfwise.service.problems import Problem
from shelfwise.service.storefront.actions import Actions
from shelfwise.service.storefront.basket import read_basket
from shelfwise.service.storefront.cart import cart, order
from shelfwise.service.storefront.documentation import documentation
from shelfwise.service.storefront.favourites import favourites
from shelfwise.service.storefront.files import Static, picture
from shelfwise.service.storefront.home import home
from shelfwise.service.storefront.offers import Ask, fragment, soon
from shelfwise.service.storefront.origin import same_origin
from shelfwise.service.storefront.product import product
from shelfwise.service.storefront.record import SeenIn, record
from shelfwise.service.storefront.recorder import Recorder
from shelfwise.service.storefront.render import FOLDER, Renderer
from shelfwise.service.storefront.results import results
from shelfwise.service.storefront.suggestions import suggestions
from shelfwise.service.storefront.windows import Windows
from shelfwise.service.storefront.you import you

Page = Callable[[Request, Problem], Response | None]
Make = Callable[[Service, Renderer, Request], Response]

MACHINES: Final = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json")
PARTS: Final = ("/pictures/", "/static/", "/suggest", "/recommended", "/record")  # of a page: nobody opens them alone


def storefront(app: FastAPI, service: Service) -> Page:
    """Adds the pages to the app. Gives the maker of error pages; it answers None where a program asked."""
    renderer = Renderer(service.shop, service.ids)
    recorder = Recorder(service)
    app.include_router(_pages(app, service, renderer, recorder))
    app.include_router(_buttons(service, renderer, recorder))
    app.mount("/static", Static(directory=FOLDER / "static"))
    return partial(_error_page, renderer)


def _pages(app: FastAPI, service: Service, renderer: Renderer, recorder: Recorder) -> APIRouter:
    """What is looked at."""
    windows = Windows(service.shop, service.clock)
    routes = APIRouter(include_in_schema=False)
    offers = partial(soon, service, renderer)

    async def show(request: Request, make: Make) -> Response:
        return await service.run(partial(make, service, renderer, request))

    @routes.get("/")
    async def home_page(request: Request) -> Response:
        return await show(request, partial(home, windows, await offers(request, Ask("home"))))

    @routes.get("/search")
    async def search_page(request: Request) -> Response:
        return await show(request, partial(results, windows, recorder))

    @routes.get("/suggest")
    async def suggest_fragment(request: Request) -> Response:
        return await show(request, suggestions)

    @routes.get("/p/{id:path}")
    async def product_page(request: Request, id: str) -> Response:
        return await show(request, partial(product, id, await offers(request, Ask("product", (id,)))))

    @routes.get("/recommended")
    async def rows_fragment(request: Request) -> Response:
        return await show(request, fragment)

    @routes.get("/cart")
    async def cart_page(request: Request) -> Response:
        seeds = tuple(line.product for line in read_basket(request.cookies).cart)
        return await show(request, partial(cart, await offers(request, Ask("cart" if seeds else "home", seeds))))

    @routes.get("/order")
    async def order_page(request: Request) -> Response:
        return await show(request, order)

    @routes.get("/favourites")
    async def favourites_page(request: Request) -> Response:
        return await show(request, partial(favourites, await offers(request, Ask("home"))))

    @routes.get("/you")
    async def you_page(request: Request) -> Response:
        return await show(request, you)

    @routes.get("/docs")
    async def docs_page(request: Request) -> Response:
        return documentation(app, renderer, request)

    @routes.get("/pictures/{path:path}")
    async def picture_file(path: str) -> Response:
        return await service.run(partial(picture, service, path))

    return routes


def _buttons(service: Service, renderer: Renderer, recorder: Recorder) -> APIRouter:
    """What changes something: from pages of this shop only."""
    actions = Actions(service, renderer, recorder)
    pace = Pace(service.clock)
    routes = APIRouter(include_in_schema=False, dependencies=[Depends(same_origin)])

    @routes.post("/favourites")
    async def favourite(request: Request) -> Response:
        return await service.run(partial(actions.favourite, request))

    @routes.post("/cart")
    async def into_cart(request: Request) -> Response:
        return await service.run(partial(actions.cart, request))

    @routes.post("/cart/buy")
    async def buy(request: Request) -> Response:
        return await service.run(partial(actions.buy, request))

    @routes.post("/you/consent")
    async def consent(request: Request) -> Response:
        return actions.consent(request)

    @routes.post("/you/forget")
    async def forget(request: Request) -> Response:
        return await service.run(partial(actions.forget, request))

    @routes.post("/record")
    async def record_seen(request: Request, body: SeenIn) -> Response:
        return await record(service, recorder, pace, request, body)

    return routes


def _error_page(renderer: Renderer, request: Request, problem: Problem) -> Response | None:
    path = request.url.path
    if path.startswith((*MACHINES, *PARTS)) or "application/json" in request.headers.get("accept", ""):
        return None
    kinds = {403: "foreign", 404: "missing", 422: "invalid", 429: "busy", 503: "busy", 504: "busy"}
    return renderer.page(
        request, "error.html", problem.status, kind=kinds.get(problem.status, "broken"), problem=problem
    )
