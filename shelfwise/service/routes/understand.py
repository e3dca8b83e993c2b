"""GET and POST /v1/understand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi import Query as FromQuery
from starlette.responses import Response

from shelfwise.service import encode
from shelfwise.service.context import Service
from shelfwise.service.encode_understanding import understanding
from shelfwise.service.wire import errors
from shelfwise.service.wire_understanding import UnderstandIn, UnderstandOut, UnderstandParams
from shelfwise.types import Query


def router(service: Service) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["search"])

    async def answer(question: UnderstandIn | UnderstandParams) -> Response:
        query = Query(question.q, locale=question.locale, correct=question.correct, dismissed=tuple(question.dismissed))
        return await service.json(lambda: encode.dumps(understanding(service.understand(query), question.vector)))

    @routes.get("/v1/understand", response_model=UnderstandOut, responses=errors(414, 422, 503, 504))
    async def understand(params: Annotated[UnderstandParams, FromQuery()]) -> Response:
        """What a text means, without a search: constraints, intent, category, and what each step did."""
        return await answer(params)

    @routes.post("/v1/understand", response_model=UnderstandOut, responses=errors(400, 413, 414, 422, 503, 504))
    async def understand_body(question: UnderstandIn) -> Response:
        """The same with its parameters in a body."""
        return await answer(question)

    return routes
