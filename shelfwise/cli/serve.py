"""`shelfwise serve`: the HTTP API and the storefront."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shelfwise.cli.console import ShopOption, say
from shelfwise.settings import FILE, read_settings

if TYPE_CHECKING:
    from shelfwise.shop import Shop


def serve(
    shop: ShopOption = Path(),
    host: Annotated[str | None, typer.Option(help="Address to listen on; the shop's setting if not given.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="0 takes a free port; the shop's setting if not given.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Server processes; one a core, at most 4, if not given.")
    ] = None,
) -> None:
    """Serve the shop until interrupted. Changes by other commands become visible within a second."""
    from shelfwise.service.server import serve as serve_shop
    from shelfwise.service.workers import default_workers, serve_many

    for number in (signal.SIGTERM, signal.SIGINT):  # a shell's background job would ignore the second
        signal.signal(number, _stop)  # an orderly end: open files are let go
    count = workers or default_workers()
    try:
        if count > 1 and (shop / FILE).is_file():
            settings = read_settings(shop)
            address = host or settings.server.host, settings.server.port if port is None else port
            serve_many(partial(opened, shop), *address, count, started=partial(_tell, settings.shop.name))
            return
        with opened(shop) as one:
            server = one.settings.server
            address = host or server.host, server.port if port is None else port
            serve_shop(one, *address, started=partial(_tell, one.settings.shop.name))
    except KeyboardInterrupt:  # the way to end it
        return


@contextmanager
def opened(folder: Path) -> Iterator[Shop]:
    """The shop with its index open, following what other processes write. Raises ShelfwiseError."""
    from shelfwise.shop import Shop

    with Shop.open(folder) as shop:
        shop.searcher()  # opened before the first request, and errors are told here
        shop.follow()
        yield shop


def _tell(name: str, address: str) -> None:
    say(f"{name} is open at {address}")


def _stop(*_: Any) -> None:
    raise KeyboardInterrupt
