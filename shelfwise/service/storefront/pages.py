"""The storefront's routes: /, /search, /suggest, /p/{id}, /pictures, /static, /docs, and pages for errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from shelfwise.errors import NotFoundError
from shelfwise.service.context import Service
from shelfwise.service.problems import Problem
from shelfwise.service.storefront.documentation import documentation
from shelfwise.service.storefront.home import home
from shelfwise.service.storefront.product import product
from shelfwise.service.storefront.render import FOLDER, YEAR, Renderer
from shelfwise.service.storefront.results import results
from shelfwise.service.storefront.suggestions import suggestions
from shelfwise.service.storefront.windows import Windows

Page = Callable[[Request, Problem], Response | None]

KINDS: Final = {
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
}
# A picture that is opened by itself must not run scripts.
PICTURE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
MACHINES: Final = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json")


def storefront(app: FastAPI, service: Service) -> Page:
    """Adds the pages to the app. Gives the maker of error pages; it answers None where a program asked."""
    renderer = Renderer(service.shop)
    windows = Windows(service.shop, service.clock)
    routes = APIRouter(include_in_schema=False)

    async def show(request: Request, make: Callable[[Service, Renderer, Request], Response]) -> Response:
        return await service.run(partial(make, service, renderer, request))

    @routes.get("/")
    async def home_page(request: Request) -> Response:
        return await show(request, partial(home, windows))

    @routes.get("/search")
    async def search_page(request: Request) -> Response:
        return await show(request, partial(results, windows))

    @routes.get("/suggest")
    async def suggest_fragment(request: Request) -> Response:
        return await show(request, suggestions)

    @routes.get("/p/{id:path}")
    async def product_page(request: Request, id: str) -> Response:
        return await service.run(partial(product, service, renderer, request, id))

    @routes.get("/docs")
    async def docs_page(request: Request) -> Response:
        return documentation(app, renderer, request)

    @routes.get("/pictures/{path:path}")
    async def picture(path: str) -> Response:
        return await service.run(partial(_picture, service, path))

    app.include_router(routes)
    app.mount("/static", Static(directory=FOLDER / "static"))
    return partial(_error_page, renderer)


class Static(StaticFiles):
    """The page's own files; an address with a version may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        answer = await super().get_response(path, scope)
        age = YEAR if scope["query_string"].startswith(b"v=") else 3600
        answer.headers["cache-control"] = f"public, max-age={age}"
        return answer


def _picture(service: Service, path: str) -> Response:
    file = None if "\x00" in path else service.shop.picture(path)
    kind = KINDS.get(file.suffix.lower()) if file else None
    if file is None or kind is None or not file.is_file():
        raise NotFoundError("There is no such picture.")
    headers = {"cache-control": "public, max-age=86400", "content-security-policy": PICTURE_POLICY}
    return FileResponse(file, media_type=kind, headers=headers)


def _error_page(renderer: Renderer, request: Request, problem: Problem) -> Response | None:
    path = request.url.path
    if request.method not in {"GET", "HEAD"} or path.startswith((*MACHINES, "/pictures/", "/static/", "/suggest")):
        return None
    kind = {404: "missing", 422: "invalid", 503: "busy", 504: "busy"}.get(problem.status, "broken")
    return renderer.page(request, "error.html", problem.status, kind=kind, problem=problem)
