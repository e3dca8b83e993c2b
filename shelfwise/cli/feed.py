"""`shelfwise import` and `shelfwise quality`: products in, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from shelfwise.cli.console import JsonOption, ShopOption, errors, print_json, print_table, progress, say

if TYPE_CHECKING:
    from shelfwise.catalog.report import ImportReport

ImportMode: TypeAlias = Literal["upsert", "patch", "replace", "delete"]  # as the catalogue's, without loading it
SHOWN = 10  # findings of a kind that a table shows


def import_(
    feed: Annotated[
        Path,
        typer.Argument(help="CSV, TSV or JSONL (also .gz, .zst), Parquet, Google Merchant, Shopify or Icecat file."),
    ],
    shop: ShopOption = Path(),
    mapping: Annotated[
        str | None,
        typer.Option(help="A mapping file, or a ready one: google_merchant, shopify, icecat. Guessed if not given."),
    ] = None,
    guess: Annotated[bool, typer.Option("--guess", help="Only print the guessed mapping, to be edited.")] = False,
    mode: Annotated[
        ImportMode,
        typer.Option(
            help="upsert adds and replaces; patch changes price and stock; replace also removes what the feed lacks; "
            "delete removes the feed's ids."
        ),
    ] = "upsert",
    max_vanish: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the catalogue that a replace may remove.")
    ] = 0.2,
    force: Annotated[bool, typer.Option("--force", help="Let a replace remove more.")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Do not go on where an interrupted import stopped.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Bring products in. Bad rows are refused one by one and reported; good rows go in.

    Status 1 when the feed is cut off or no row of it could be used.
    """
    if guess:
        _guess(feed, shop)
        return
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened, progress("Importing") as step:
        report = opened.catalog.load(
            feed,
            _mapping(mapping),
            mode,
            max_vanish=max_vanish,
            force=force,
            resume=not restart,
            progress=step,
        )
    if json:
        print_json(report.to_json())
    else:
        say(str(report))
    if _failed(report):
        raise typer.Exit(1)


def _guess(feed: Path, shop: Path) -> None:
    """Print a mapping for the feed, with the shop's currency where there is a shop."""
    from shelfwise.catalog.guessing import mapping_for
    from shelfwise.settings import read_settings

    found = mapping_for(feed, read_settings(shop).shop.currency)
    typer.echo(found.to_toml(), nl=False)
    titles = [found.fields.title, *(table.title for table in found.translations.values())]
    missing = [name for name, there in (("id", found.fields.id), ("title", any(titles))) if not there]
    if missing:
        say(f"No column looks like: {', '.join(missing)}. Add it under [fields].", errors)


def _mapping(name: str | None) -> str | None:
    """What was given, if it is a file or a ready mapping. Raises BadParameter that names the ready ones."""
    from shelfwise.catalog.mapping import PRESETS

    if name is None or name in PRESETS or Path(name).exists():
        return name
    raise typer.BadParameter(f"found {name!r}, expected a file or one of {', '.join(PRESETS)}", param_hint="--mapping")


def _failed(report: ImportReport) -> bool:
    return not report.complete or report.refused >= report.read


def quality(shop: ShopOption = Path(), json: JsonOption = False) -> None:
    """Say what is wrong with the catalogue: missing and duplicate texts, odd prices, conflicting attributes."""
    from shelfwise.catalog.quality import quality_report
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened, progress("Reading the catalogue") as step:
        report = quality_report(opened.catalog.store, progress=step)
    if json:
        print_json(report.to_json())
        return
    for table in report.tables():
        print_table(table.title, table.columns, table.rows[:SHOWN], table.numbers)
        if len(table.rows) > SHOWN:
            say(f"… and {len(table.rows) - SHOWN:,} more; --json has all.")
        say("")
