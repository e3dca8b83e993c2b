"""`shelfwise demo`: the demo shop, made if it is not there, then served or checked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from shelfwise.cli.console import errors, progress, say
from shelfwise.cli.democheck import run_check
from shelfwise.cli.serve import serve
from shelfwise.errors import ShopError

SEED = 7


def demo(
    shop: Annotated[Path, typer.Option(help="The demo shop's folder.")] = Path("demo-shop"),
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes a free port.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask a query of each kind over HTTP, print, and exit.")
    ] = False,
) -> None:
    """Open a shop with a made-up bilingual catalogue; the first start makes it, an interrupted one goes on."""
    make_demo(shop)
    if check:
        raise typer.Exit(run_check(shop))
    serve(shop, host, port)


def make_demo(folder: Path, seed: int = SEED) -> None:
    """The demo shop in a folder, through the same doors as a real one. What is there already is not made again.

    Raises ShopError when the folder holds a shop that is no demo.
    """
    from shelfwise.settings import FILE
    from shelfwise.shop import Shop
    from shelfwise.simulate import demo_events, demo_queries, demo_reviews, write_demo

    new = not (folder / FILE).exists()
    feed = folder / "feed"
    if new:
        say("Making the demo shop. This happens once.", errors)
    elif not feed.is_dir():  # the first thing that a demo makes
        raise ShopError(f"{folder} is a shop of another kind.", hint="Choose another folder for the demo with --shop.")
    if not (feed / "done").exists():
        write_demo(feed, folder, seed)  # before the shop is opened: it reads labels and synonyms then
        (feed / "done").touch()
    with Shop.create(folder, {"shop.name": "Shelfwise Demo 智选商城"}) if new else Shop.open(folder) as shop:
        if shop.catalog.store.count() == 0 or not (feed / "imported").exists():
            with progress("Importing the catalogue") as step:
                report = shop.catalog.load(feed / "products.jsonl.gz", feed / "mapping.toml", progress=step)
            shop.catalog.store.add_reviews(demo_reviews(seed))
            say(str(report), errors)
            (feed / "imported").touch()
        if shop.generations.current() is None:
            say("Preparing the language model (once on this machine).", errors)
            shop.encoder()
            with progress("Indexing") as step:
                shop.index(demo_queries(), step)
        if not (feed / "visited").exists():
            with progress("Shoppers come and go") as step:
                products = list(shop.catalog.store.products())
                shop.record([*demo_events(products, datetime.now(UTC), seed)])
                shop.fit_recommender(step)
            (feed / "visited").touch()
    if new:
        say(f"The demo shop is in {folder}.")
