"""GET /healthz, /readyz and /metrics: for the people and machines that run the server."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from shelfwise import __version__
from shelfwise.service import encode
from shelfwise.service.context import Service
from shelfwise.service.wire import Wire


class Alive(Wire):
    """The process answers."""

    status: str
    version: str


class Ready(Wire):
    """Whether searches can be answered, and with what."""

    ready: bool
    status: dict[str, object]


def router(service: Service) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["operation"])

    @routes.get("/healthz", response_model=Alive)
    async def healthz() -> Response:
        """The process is alive; answered without touching the shop."""
        return Response(encode.dumps({"status": "ok", "version": __version__}), media_type="application/json")

    @routes.get("/readyz", response_model=Ready, responses={503: {"model": Ready}})
    async def readyz() -> Response:
        """Whether the shop can answer searches: 200 or 503, with its generation, size and degraded parts."""

        def work() -> tuple[bool, bytes]:
            ready = service.shop.ready()
            return ready, encode.dumps({"ready": ready, "status": service.shop.status()})

        ready, body = await service.run(work)
        return Response(body, 200 if ready else 503, media_type="application/json")

    @routes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def metrics() -> Response:
        """Counters and timings for Prometheus."""
        service.metrics.inside.set(service.gate.inside)
        return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return routes
