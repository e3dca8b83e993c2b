"""The composition of the service: routes, pages, bounds, counters and error answers around one shop."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from shelfwise import __version__
from shelfwise.errors import EncoderError, ShopError, StorageError
from shelfwise.service import encode
from shelfwise.service.base import ShopView
from shelfwise.service.context import Service
from shelfwise.service.failures import told
from shelfwise.service.gate import Gate
from shelfwise.service.keys import WriteKey
from shelfwise.service.metrics import Metrics, Observer
from shelfwise.service.problems import Catch, Problem, problem_of
from shelfwise.service.routes import events, health, products, profile, recommend, search, suggest, understand, writes
from shelfwise.service.shield import BODY_LIMIT, Shield, security_headers
from shelfwise.service.storefront import storefront
from shelfwise.service.storefront.record import BODY as SEEN
from shelfwise.service.wire_events import BODY

QUEUE = 64  # jobs that may wait for a thread
RECORDERS = 32  # threads that wait for events to be on disk; what waits together is written together
SECONDS = 10.0  # a request's time in the queue and in its thread


def create_app(
    shop: ShopView,
    *,
    clock: Callable[[], float],
    api_key: str = "",
    host: str | None = None,
    workers: int | None = None,
    queue: int = QUEUE,
    seconds: float = SECONDS,
    body_limit: int = BODY_LIMIT,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ids: Callable[[], str] = lambda: secrets.token_hex(16),
) -> FastAPI:
    """The HTTP API and the storefront of a shop.

    clock: seconds that only grow (time.monotonic). api_key: what writers must send; empty: writes from this machine
    only, and none at all when `host` (where the server listens; by default that of the settings) is reachable from
    elsewhere. workers: threads that search at once, by default one a core; `queue` more requests wait, each at most
    `seconds`; more are answered 503. now, ids: the time of day, and random names for shoppers and what they do.
    """
    server = shop.settings.server
    gate = Gate(workers or os.cpu_count() or 1, queue, seconds)
    recording = Gate(RECORDERS, 4 * queue, seconds)
    key = WriteKey(api_key, server.api_key_variable, host or server.host)
    service = Service(shop, gate, Metrics(), key, clock, now, ids, recording)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        gate.close()
        recording.close()

    app = FastAPI(
        title=f"{shop.settings.shop.name}: search API",
        version=__version__,
        description="Search, suggestions and catalogue of a shop. All text is UTF-8, all bodies are JSON.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    for group in (search, understand, suggest, recommend, events, profile, products, writes, health):
        app.include_router(group.router(service))
    pages = storefront(app, service)
    _answer_errors(app, pages)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4)
    headers = security_headers(server.picture_hosts)
    app.add_middleware(Shield, headers=headers, body_limit=body_limit, smaller={"/v1/events": BODY, "/record": SEEN})
    app.add_middleware(Observer, metrics=service.metrics, clock=clock)
    return app


def _answer_errors(app: FastAPI, page: Callable[[Request, Problem], Response | None]) -> None:
    """Turns every exception into a problem: a page for people, JSON for programs."""
    log = structlog.get_logger("shelfwise.errors")

    async def handle(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem.status == 500 or isinstance(error, ShopError | StorageError | EncoderError):
            log.error("failed", route=getattr(request.scope.get("route"), "path", "unknown"), **told(error))
        answer = page(request, problem)
        if answer is None:
            answer = Response(encode.dumps(problem.body()), problem.status, media_type="application/json")
        answer.headers.update(dict(problem.headers))
        return answer

    for kind in (RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)
    app.add_middleware(Catch, handle=handle)
