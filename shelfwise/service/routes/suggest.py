"""GET /v1/suggest."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi import Query as FromQuery
from pydantic import Field
from starlette.responses import Response

from shelfwise.service import encode
from shelfwise.service.context import Service
from shelfwise.service.wire import Text, Wire, errors
from shelfwise.service.wire_search import SuggestOut


class SuggestParams(Wire):
    """What was typed so far, and how many lines to give."""

    q: Annotated[Text, Field(max_length=200, examples=["pho"])]
    limit: int = Field(default=8, ge=1, le=20)


def router(service: Service) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["search"])

    @routes.get("/v1/suggest", response_model=SuggestOut, responses=errors(414, 422, 503, 504))
    async def suggest(params: Annotated[SuggestParams, FromQuery()]) -> Response:
        """Products, categories, brands and queries that begin with, or are close to, what was typed."""
        return await service.json(lambda: encode.suggestions(service.shop.suggest(params.q, params.limit)))

    return routes
