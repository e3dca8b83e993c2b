"""`shelfwise serve`: the HTTP API and the storefront."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shelfwise.cli.console import ShopOption, output
from shelfwise.service.server import serve as serve_shop
from shelfwise.shop import Shop


def serve(
    shop: ShopOption = Path(),
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes a free port.")] = None,
) -> None:
    """Serve the shop until interrupted. Changes by other commands become visible within a second."""
    with Shop.open(shop) as opened:
        opened.searcher()  # opened before the first request, and errors are told here
        opened.follow()
        settings = opened.settings.server
        serve_shop(
            opened,
            host or settings.host,
            settings.port if port is None else port,
            started=lambda address: output.print(f"{opened.settings.shop.name} is open at {address}", highlight=False),
        )
