"""Runs the service: uvicorn on uvloop and httptools, an orderly end, logs as JSON lines."""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import structlog
import uvicorn

from shelfwise.errors import SettingsError, ShelfwiseError
from shelfwise.service.app import create_app
from shelfwise.service.base import ShopView
from shelfwise.types import Query

YOUNG = 50_000  # new objects before the garbage collector looks at them; a search makes some ten thousand
MISSPELT: Final = ("phnoe case", "蓝牙耳记")
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
    listener = listen(host, port)
    port = listener.getsockname()[1]
    told = (lambda: started(address_of(host, port))) if started else lambda: None
    run(shop, host, port, listener, started=told, environment=environment)


def run(
    shop: ShopView,
    host: str,
    port: int,
    listener: socket.socket,
    *,
    started: Callable[[], None],
    threads: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Serves a shop on a socket that is bound already. threads: searches at once, by default one a core."""
    variable = shop.settings.server.api_key_variable
    key = (os.environ if environment is None else environment).get(variable, "")
    log_as_json()
    app = create_app(shop, clock=time.monotonic, api_key=key, host=host, workers=threads)
    warm(shop)
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
    _Server(config, started).run(sockets=[listener])


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


def warm(shop: ShopView) -> None:
    """Reads a query of each language, misspelt, so that no shopper waits for tables that are loaded by the first."""
    for text in MISSPELT:
        with suppress(ShelfwiseError):  # a shop without an index says so when it is asked
            shop.understand(Query(text))


def settle() -> None:
    """Spares the garbage collector what stays for good; else it goes through all of it in the middle of searches."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)


def listen(host: str, port: int, *, shared: bool = False, taken: bool = False) -> socket.socket:
    """A socket bound to an address; port 0 takes a free one. Raises SettingsError when it cannot be had.

    shared: other sockets of this program may be bound to it too. taken: one is, so that it need not be free.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        if shared and not taken and port:
            _bound(family, host, port, False).close()  # a shared one would be had even beside another server
        return _bound(family, host, port, shared)
    except OSError as error:
        hint = "Choose another with --port, or 0 for any free one."
        raise SettingsError(f"server: cannot listen on {host} port {port}: {error.strerror}.", hint=hint) from error


def _bound(family: int, host: str, port: int, shared: bool) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def address_of(host: str, port: int) -> str:
    """Where a browser finds it."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def log_as_json() -> None:
    """One JSON object a line on standard error; nothing about people in it."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).addFilter(without_error)


def without_error(record: logging.LogRecord) -> bool:
    """Takes the exception out of a line of the standard log: its text may hold what a shopper typed."""
    record.exc_info = record.exc_text = None
    return True
