"""`shelfwise import` and `shelfwise quality`: products in, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shelfwise.catalog.guessing import mapping_for
from shelfwise.catalog.quality import quality_report
from shelfwise.catalog.report import ImportMode
from shelfwise.cli.console import JsonOption, ShopOption, output, print_json, print_table, progress
from shelfwise.shop import Shop

SHOWN = 10  # findings of a kind that a table shows


def import_(
    feed: Annotated[
        Path, typer.Argument(help="CSV, TSV, JSONL (.gz, .zst), Parquet, Google Merchant or Shopify file.")
    ],
    shop: ShopOption = Path(),
    mapping: Annotated[
        str | None, typer.Option(help="A mapping file, or: google, shopify, icecat. Guessed if not given.")
    ] = None,
    guess: Annotated[bool, typer.Option("--guess", help="Only print the guessed mapping, to be edited.")] = False,
    mode: Annotated[
        str, typer.Option(help="upsert, patch (price and stock), replace (the whole catalogue), delete.")
    ] = ("upsert"),
    max_vanish: Annotated[float, typer.Option(help="Share of the catalogue that a replace may remove.")] = 0.2,
    force: Annotated[bool, typer.Option("--force", help="Let a replace remove more.")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Do not go on where an interrupted import stopped.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Bring products in. Bad rows are refused one by one and reported; good rows go in."""
    if guess:
        typer.echo(mapping_for(feed).to_toml(), nl=False)
        return
    if mode not in ("upsert", "patch", "replace", "delete"):
        raise typer.BadParameter(f"found {mode!r}, expected upsert, patch, replace or delete", param_hint="--mode")
    chosen: ImportMode = mode  # type: ignore[assignment]  # checked above
    with Shop.open(shop) as opened, progress("Importing") as step:
        report = opened.catalog.load(
            feed,
            mapping,
            chosen,
            max_vanish=max_vanish,
            force=force,
            resume=not restart,
            progress=step,
        )
    if json:
        print_json(report.to_json())
    else:
        output.print(str(report), markup=False, highlight=False, soft_wrap=True)


def quality(shop: ShopOption = Path(), json: JsonOption = False) -> None:
    """Say what is wrong with the catalogue: missing and duplicate texts, odd prices, conflicting attributes."""
    with Shop.open(shop) as opened, progress("Reading the catalogue") as step:
        report = quality_report(opened.catalog.store, progress=step)
    if json:
        print_json(report.to_json())
        return
    for table in report.tables():
        print_table(table.title, table.columns, table.rows[:SHOWN], table.numbers)
