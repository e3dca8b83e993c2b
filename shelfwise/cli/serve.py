"""`shelfwise serve`: the HTTP API and the storefront."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from shelfwise.cli.console import ShopOption, say


def serve(
    shop: ShopOption = Path(),
    host: Annotated[str | None, typer.Option(help="Address to listen on; the shop's setting if not given.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="0 takes a free port; the shop's setting if not given.")
    ] = None,
) -> None:
    """Serve the shop until interrupted. Changes by other commands become visible within a second."""
    from shelfwise.service.server import serve as serve_shop
    from shelfwise.shop import Shop

    signal.signal(signal.SIGTERM, _stop)  # an orderly end, as for Ctrl-C: open files are let go
    try:
        with Shop.open(shop) as opened:
            opened.searcher()  # opened before the first request, and errors are told here
            opened.follow()
            settings = opened.settings.server
            serve_shop(
                opened,
                host or settings.host,
                settings.port if port is None else port,
                started=lambda address: say(f"{opened.settings.shop.name} is open at {address}"),
            )
    except KeyboardInterrupt:  # the way to end it
        return


def _stop(*_: Any) -> None:
    raise KeyboardInterrupt
