"""GET /v1/products, /v1/products/{id}, /v1/products/{id}/reviews and /v1/similar/{id}: reading the catalogue."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi import Query as FromQuery
from pydantic import Field
from starlette.responses import Response

from shelfwise.catalog.codec import encode as encode_product
from shelfwise.errors import NotFoundError
from shelfwise.service import encode
from shelfwise.service.context import Service
from shelfwise.service.routes.search import read_filters
from shelfwise.service.wire import ProductWire, ReviewsOut, Wire, errors
from shelfwise.service.wire_search import Limit, Offset, ProductsOut, SearchOut, ShortFilter
from shelfwise.types import Page, Product, Query, Sort

ProductId = Annotated[str, Path(min_length=1, max_length=200, examples=["phone-1"])]


class BrowseParams(Wire):
    """Which part of the catalogue, in which order."""

    filters: Annotated[str, Field(max_length=4_000, examples=['{"brand":["Nova"]}'])] | None = None
    filter: Annotated[tuple[ShortFilter, ...], Field(max_length=50)] = ()
    sort: Sort = "relevance"
    offset: Offset = 0
    limit: Limit = 24


class ReviewParams(Wire):
    """Which part of the reviews."""

    offset: Offset = 0
    limit: Limit = 20


class SimilarParams(Wire):
    """How many similar products to give."""

    limit: int = Field(default=8, ge=1, le=50)


def router(service: Service) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["products"])
    shop = service.shop

    def known(id: str) -> Product:
        product = shop.product(id)
        if product is None:
            raise NotFoundError(f"There is no product {id!r}.")
        return product

    @routes.get("/v1/products", response_model=ProductsOut, responses=errors(414, 422, 503, 504))
    async def browse(params: Annotated[BrowseParams, FromQuery()]) -> Response:
        """Lists the catalogue page by page."""
        query = Query(
            text="",
            filters=read_filters(params.filters, params.filter),
            facets=(),
            sort=params.sort,
            page=Page(params.offset, params.limit),
            explain=False,
        )

        def work() -> bytes:
            slate = shop.search(query)
            return encode.products(slate.products, slate.total)

        return await service.json(work)

    @routes.get("/v1/products/{id:path}/reviews", response_model=ReviewsOut, responses=errors(404, 414, 422, 503, 504))
    async def reviews(id: ProductId, params: Annotated[ReviewParams, FromQuery()]) -> Response:
        """What buyers wrote about a product."""

        def work() -> bytes:
            known(id)
            return encode.reviews(shop.reviews(id, params.limit, params.offset))

        return await service.json(work)

    @routes.get("/v1/products/{id:path}", response_model=ProductWire, responses=errors(404, 414, 422, 503, 504))
    async def product(id: ProductId) -> Response:
        """One product."""
        return await service.json(lambda: encode_product(known(id)))

    @routes.get("/v1/similar/{id:path}", response_model=SearchOut, responses=errors(404, 414, 422, 503, 504))
    async def similar(id: ProductId, params: Annotated[SimilarParams, FromQuery()]) -> Response:
        """Products like this one, each with its reason."""

        def work() -> bytes:
            known(id)
            return encode.slate(shop.similar(id, params.limit))

        return await service.json(work)

    return routes
