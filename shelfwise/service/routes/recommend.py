"""GET /v1/recommend."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi import Query as FromQuery
from starlette.responses import Response

from shelfwise.service import encode
from shelfwise.service.context import Service
from shelfwise.service.wire import errors
from shelfwise.service.wire_recommend import RecommendOut, RecommendParams


def router(service: Service) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["recommendation"])

    @routes.get("/v1/recommend", response_model=RecommendOut, responses=errors(414, 422, 503, 504))
    async def recommend(params: Annotated[RecommendParams, FromQuery()]) -> Response:
        """Rows of products for a place of the shop's pages, each product with its reason.

        Placement "product" needs a `seed`, "category" a `category`.
        """

        def work() -> bytes:
            answer = service.shop.recommend(
                params.shopper,
                params.placement,
                seeds=params.seed,
                category=params.category,
                query=params.q,
                limit=params.limit,
                exclude=params.exclude,
                region=params.region,
            )
            return encode.recommendations(service.metrics.recommended(answer))

        return await service.json(work)

    return routes
