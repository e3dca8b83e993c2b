"""Runs the service: uvicorn on uvloop and httptools, an orderly end, logs as JSON lines."""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping

import structlog
import uvicorn

from shelfwise.errors import SettingsError
from shelfwise.service.app import create_app
from shelfwise.service.base import ShopView

YOUNG = 50_000  # new objects before the garbage collector looks at them; a search makes some ten thousand
GRACE = 10  # seconds that running requests may take to end


def serve(
    shop: ShopView,
    host: str,
    port: int,
    *,
    started: Callable[[str], None] | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Serves a shop until SIGINT or SIGTERM; port 0 takes a free one.

    started: called once with the address (http://127.0.0.1:8000) when requests are answered. The write key is read
    from the environment variable that the settings name. Raises SettingsError when the address cannot be taken.
    """
    variable = shop.settings.server.api_key_variable
    key = (os.environ if environment is None else environment).get(variable, "")
    listener = _listen(host, port)
    address = _address(host, listener.getsockname()[1])
    _log_as_json()
    app = create_app(shop, clock=time.monotonic, api_key=key, host=host)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=32_768,
    )
    _Server(config, lambda: started(address) if started else None).run(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn, telling when it answers."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            settle()
            self._tell()


def settle() -> None:
    """Spares the garbage collector what stays for good; else it goes through all of it in the middle of searches."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)


def _listen(host: str, port: int) -> socket.socket:
    listener = None
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        if listener is not None:
            listener.close()
        hint = "Choose another with --port, or 0 for any free one."
        raise SettingsError(f"server: cannot listen on {host} port {port}: {error.strerror}.", hint=hint) from error
    return listener


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _log_as_json() -> None:
    """One JSON object a line on standard error; nothing about people in it."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
