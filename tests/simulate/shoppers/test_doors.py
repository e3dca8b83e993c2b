"""The ways into a shop: over HTTP the same as in the same process; a server that is busy, refuses, or is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest
import structlog

from shelfwise.errors import ShopError
from shelfwise.service.app import create_app
from shelfwise.shop import Shop
from shelfwise.simulate.shoppers.base import Ask, Clock, Door
from shelfwise.simulate.shoppers.direct import ShopDoor
from shelfwise.simulate.shoppers.http import TRIES, HttpDoor
from shelfwise.simulate.shoppers.market import Market
from shelfwise.simulate.shoppers.parameters import Parameters, read_parameters
from shelfwise.simulate.shoppers.policies import POLICIES, Policy
from shelfwise.simulate.shoppers.running import Course, World, run
from shelfwise.types import Event
from tests.service.browsing import serving as served

START = datetime(2026, 9, 1, tzinfo=UTC)


@contextmanager
def serving(shop: Shop, clock: Clock) -> Iterator[str]:
    structlog.configure(
        logger_factory=structlog.ReturnLoggerFactory(), processors=[structlog.processors.JSONRenderer()]
    )
    with served(create_app(shop, clock=time.monotonic, now=clock, workers=1)) as address:
        yield address


def visits(door: Door, market: Market, parameters: Parameters, policy: Policy, clock: Clock) -> list[Any]:
    world = World.drawn(market, parameters, [0] * 6, seed=2, start=START)
    return list(run(world, Course.begin(world), door, policy, clock=clock, days=range(5)))


def logged(shop: Shop) -> list[Event]:
    return [one.event for batch in shop.audience.log.read(0, bots=True) for one in batch]


@pytest.mark.parametrize("policy", POLICIES)
def test_over_http_the_same_happens_as_in_one_process(
    open_shop: Callable[..., Shop], market: Market, changed: Callable[..., Parameters], policy: Policy
) -> None:
    parameters = changed(visits={"per_day": 0.8})
    clocks = Clock(START), Clock(START)
    direct, remote = open_shop("direct", clocks[0]), open_shop("remote", clocks[1])
    one = visits(ShopDoor(direct), market, parameters, policy, clocks[0])
    with serving(remote, clocks[1]) as address, HttpDoor(address) as door:
        assert {product.id for product in door.products() if product.available} == set(market.ids)
        numbers = iter(range(1, 1_000_000))
        remote._ids = remote.recommender._ids = lambda: f"answer-{next(numbers)}"  # listing took some
        two = visits(door, market, parameters, policy, clocks[1])
    assert one == two
    assert len(one) > 10
    assert logged(direct) == logged(remote)
    assert {event.kind for event in logged(direct)} >= {"search", "impression", "click", "view", "dwell"}


def door_with(answer: Callable[[httpx.Request], httpx.Response], pauses: list[float]) -> HttpDoor:
    door = HttpDoor("http://shop", pauses.append)
    door._client = httpx.Client(base_url="http://shop", transport=httpx.MockTransport(answer))
    return door


def test_a_busy_shop_is_asked_again() -> None:
    answers = iter((429, 503, 504, 200))
    pauses: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        body = {"query_id": "q", "rows": [{"key": "for_you", "items": [{"product": {"id": "p1"}}]}]}
        return httpx.Response(next(answers), content=orjson.dumps(body))

    found = door_with(answer, pauses).recommend(Ask("home"))
    assert found.shelves[0].ids == ("p1",)
    assert pauses == [0.2, 0.4, 0.8]


def test_a_shop_that_stays_busy_refuses_or_is_away_is_told() -> None:
    pauses: list[float] = []
    with pytest.raises(ShopError, match="/v1/recommend: the shop answered 429"):
        door_with(lambda request: httpx.Response(429), pauses).recommend(Ask("home"))
    assert len(pauses) == TRIES - 1
    with pytest.raises(ShopError, match="the shop answered 422: no such placement"):
        door_with(lambda request: httpx.Response(422, text="no such placement"), []).recommend(Ask("x"))

    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    with pytest.raises(ShopError, match="the shop did not answer: connection refused"):
        door_with(away, []).opened("p1")


def test_a_refused_event_is_told() -> None:
    body = orjson.dumps({"accepted": 0, "refused": [{"field": "time", "message": "found nothing; expected a time"}]})
    door = door_with(lambda request: httpx.Response(202, content=body), [])
    with pytest.raises(ShopError, match="refused an event: time: found nothing"):
        door.record([Event("1", "view", "ann", START, "p1")])


def test_strangers_are_asked_for_under_other_policies_than_the_personal(market: Market) -> None:
    """What the pages of a policy ask for."""
    asked: dict[str, list[Any]] = {}
    for policy in POLICIES:
        urls: list[httpx.URL] = []

        def answer(request: httpx.Request, urls: list[httpx.URL] = urls) -> httpx.Response:
            urls.append(request.url)
            return httpx.Response(
                200, content=orjson.dumps({"query_id": "q", "rows": [], "items": [], "refused": [], "accepted": 1})
            )

        visits(door_with(answer, []), market, read_parameters(), policy, Clock(START))
        asked[policy] = [url for url in urls if url.path in ("/v1/recommend", "/v1/search")]
    named = {policy: {"shopper" in url.params for url in urls} for policy, urls in asked.items()}
    assert named == {"popular": {False}, "anonymous": {False}, "personal": {True}}
    assert {url.params["placement"] for url in asked["popular"] if url.path == "/v1/recommend"} == {"home"}
