"""Rows of recommendations: at once where they come quickly, else after the page, with their places kept free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from shelfwise.errors import ShelfwiseError
from shelfwise.service.context import Service
from shelfwise.service.gate import Overloaded, TooSlow
from shelfwise.service.problems import Problem, Refused
from shelfwise.service.storefront.cards import Card, Cards
from shelfwise.service.storefront.places import Place
from shelfwise.service.storefront.render import Renderer
from shelfwise.service.storefront.visitor import read_visitor
from shelfwise.slate import RecommendedRow

QUICK: Final = 0.2  # seconds that a page waits for its rows; later ones come by themselves
PLACES: Final[Mapping[str, int]] = {"home": 2, "product": 2, "cart": 1, "zero_results": 1}  # placement → rows kept free
SEEDS: Final = 20
SHOWN: Final = 12  # products of a row
TEXT: Final = 200  # characters of a query that are looked at


@dataclass(frozen=True, slots=True)
class Ask:
    """What rows are wanted for: a placement, the products that it is about, the words that found nothing."""

    placement: str
    seeds: tuple[str, ...] = ()
    query: str = ""

    @property
    def href(self) -> str:
        """Where the rows are by themselves."""
        pairs = [("placement", self.placement), *(("seed", id) for id in self.seeds[:SEEDS]), ("q", self.query)]
        return f"/recommended?{urlencode([pair for pair in pairs if pair[1]])}"


@dataclass(frozen=True, slots=True)
class Row:
    """Products under a heading."""

    key: str
    title: str
    place: Place
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class Offered:
    """The rows of a page. `partial`: something is missing from them; `later`: where to get them, with `free` places."""

    rows: list[Row] = field(default_factory=list)
    partial: bool = False
    later: str = ""
    free: int = 0

    @property
    def settled(self) -> bool:
        """Whether no rows will come any more: what a shop shows to everybody has to stand in for them."""
        return not self.rows and not self.later


def offered(service: Service, renderer: Renderer, request: Request, ask: Ask) -> Offered:
    """The rows, in the language of the request. They may fail; the page goes on without them."""
    locale = renderer.locale(request)
    try:
        answer = service.shop.recommend(
            read_visitor(request).shopper, ask.placement, seeds=ask.seeds, query=ask.query or None, limit=SHOWN
        )
    except ShelfwiseError:
        return Offered(partial=True)
    service.metrics.recommended(answer)
    cards = Cards(locale, service.shop.settings.server.picture_hosts)

    def shown(row: RecommendedRow) -> Row:
        place = Place(ask.placement, answer.query_id, row.key)
        return Row(row.key, row.title[locale], place, [cards.item(item) for item in row.items])

    return Offered([shown(row) for row in answer.rows if row.items], bool(answer.degraded))


async def soon(service: Service, renderer: Renderer, request: Request, ask: Ask, seconds: float = QUICK) -> Offered:
    """The rows if they come quickly, else where to get them."""
    try:
        return await service.gate.run(lambda: offered(service, renderer, request, ask), seconds)
    except TooSlow:
        return Offered(later=ask.href, free=PLACES[ask.placement])
    except Overloaded:
        return Offered(partial=True)


def fragment(service: Service, renderer: Renderer, request: Request) -> Response:
    """The rows by themselves. Raises Refused for a placement that no page has."""
    ask = _read(request.query_params)
    return renderer.page(request, "rows.html", offered=offered(service, renderer, request, ask))


def _read(parameters: QueryParams) -> Ask:
    placement = parameters.get("placement", "")
    if placement not in PLACES:
        hint = f"One of: {', '.join(PLACES)}."
        raise Refused(Problem(422, "invalid", "There is no such placement.", "placement", hint))
    seeds = tuple(id for id in parameters.getlist("seed")[:SEEDS] if 0 < len(id) <= 200)
    return Ask(placement, seeds, parameters.get("q", "")[:TEXT].strip())
