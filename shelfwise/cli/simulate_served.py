"""Shops for an experiment: copies in a folder of their own, each served on this machine by its own clock."""

from __future__ import annotations

import itertools
import logging
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
import uvicorn

from shelfwise.errors import InputError, ShopError
from shelfwise.service.app import create_app
from shelfwise.settings import read_settings
from shelfwise.shop import Shop
from shelfwise.simulate.shoppers.base import Clock

LOG: Final = ("events.db*", "recommend")  # what a copy may be made without
STARTING: Final = 60.0  # seconds that a server may take, and any answer: the machine may have other work


@dataclass(frozen=True, slots=True)
class Served:
    """A shop that answers at an address, and the clock that it goes by."""

    shop: Shop
    address: str
    clock: Clock


def copied(source: Path, target: Path, *, log: bool) -> Path:
    """A copy of a shop's folder, with its log or as if nobody had come yet.

    Raises InputError for a shop whose database is elsewhere.
    """
    if read_settings(source).shop.database:
        raise InputError(
            f"{source} keeps catalogue and events in a database elsewhere, which is not copied.",
            hint="Serve a shop to experiment on, and give its address with --url.",
        )
    shutil.copytree(source, target, ignore=None if log else shutil.ignore_patterns(*LOG))
    return target


@contextmanager
def served(folder: Path, clock: Clock) -> Iterator[Served]:
    """The shop of a folder, served on a free port of this machine for the length of a `with` block.

    Answers are named in order, so that the same questions give the same names.
    """
    _only_warnings()
    names = itertools.count(1)
    with Shop(folder, read_settings(folder), clock=clock, ids=lambda: f"answer-{next(names)}") as shop:
        shop.searcher()
        app = create_app(shop, clock=time.monotonic, now=clock, workers=1, seconds=STARTING)
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, access_log=False, log_config=None))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield Served(shop, _address(server, thread), clock)
        finally:
            server.should_exit = True
            thread.join(STARTING)


def _only_warnings() -> None:
    """What goes wrong is told on standard error; a line for every request would be of no use here."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _address(server: uvicorn.Server, thread: threading.Thread) -> str:
    until = time.monotonic() + STARTING
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise ShopError("The server of the copied shop did not start.")
        time.sleep(0.01)
    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
