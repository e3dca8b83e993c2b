"""GET and POST /v1/search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter
from fastapi import Query as FromQuery
from pydantic import Field
from starlette.responses import Response

from shelfwise.errors import InputError
from shelfwise.retrieval.filters import parse_filter, parse_url
from shelfwise.service import encode
from shelfwise.service.context import Service
from shelfwise.service.problems import Problem, Refused
from shelfwise.service.wire import Wire, errors
from shelfwise.service.wire_search import FieldName, Limit, Offset, SearchIn, SearchOut, ShortFilter
from shelfwise.service.wire_understanding import Dismissed, QueryText
from shelfwise.types import And, Filter, Locale, Mode, Page, Query, Sort

_TEXT_LIMIT = 4_000


class SearchParams(Wire):
    """A search in the address. `filters` is JSON as in POST; `filter` is the short form, any number of times:
    `brand:Nova|Vega`, `price:1000..5000`, `-color:red`, `has:rating`.
    """

    q: QueryText = ""
    shopper: Annotated[str, Field(max_length=200)] | None = None
    locale: Locale | None = None
    filters: Annotated[str, Field(max_length=_TEXT_LIMIT, examples=['{"brand":["Nova"]}'])] | None = None
    filter: Annotated[tuple[ShortFilter, ...], Field(max_length=50)] = ()
    facets: Annotated[list[FieldName], Field(max_length=30)] | None = None
    sort: Sort = "relevance"
    offset: Offset = 0
    limit: Limit = 24
    mode: Mode | None = None
    correct: bool = True
    dismissed: Dismissed = ()
    explain: bool = True


def read_filters(json: str | None = None, short: Sequence[str] = (), body: Any = None) -> Filter | None:
    """All filters of a request, which must all pass. Raises Refused naming the parameter."""
    try:
        given = orjson.loads(json) if json else body
        both = (_named("filters", parse_filter, given), _named("filter", parse_url, short))
    except orjson.JSONDecodeError as error:
        hint = 'Send for example {"brand": ["Nova"]}.'
        raise Refused(Problem(422, "invalid", f"filters: not valid JSON: {error}.", "filters", hint)) from error
    parts = tuple(part for part in both if part is not None)
    return And(parts) if len(parts) > 1 else next(iter(parts), None)


def _named(field: str, parse: Callable[[Any], Filter | None], given: Any) -> Filter | None:
    try:
        return parse(given)
    except InputError as error:
        raise Refused(Problem(422, "invalid", error.message, field, error.hint)) from error


def _query(question: SearchIn | SearchParams, narrowed: Filter | None) -> Query:
    return Query(
        text=question.q,
        shopper=question.shopper,
        locale=question.locale,
        filters=narrowed,
        facets=None if question.facets is None else tuple(question.facets),
        sort=question.sort,
        page=Page(question.offset, question.limit),
        mode=question.mode,
        correct=question.correct,
        dismissed=question.dismissed,
        explain=question.explain,
    )


def router(service: Service) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["search"])

    async def answer(query: Query) -> Response:
        return await service.json(lambda: encode.slate(service.search(query)))

    @routes.get("/v1/search", response_model=SearchOut, responses=errors(414, 422, 503, 504))
    async def search(params: Annotated[SearchParams, FromQuery()]) -> Response:
        """Searches the shop. An empty `q` lists everything that the filters let pass."""
        return await answer(_query(params, read_filters(params.filters, params.filter)))

    @routes.post("/v1/search", response_model=SearchOut, responses=errors(400, 413, 414, 422, 503, 504))
    async def search_by_body(question: SearchIn) -> Response:
        """The same search with its parameters in a body, for long filters."""
        return await answer(_query(question, read_filters(body=question.filters)))

    return routes
