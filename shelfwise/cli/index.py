"""`shelfwise index`: a new generation, back to the old one, or the list of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shelfwise.cli.console import JsonOption, ShopOption, print_json, print_table, progress, read_lines, say
from shelfwise.errors import InputError

if TYPE_CHECKING:
    from shelfwise.retrieval.generations import Generation
    from shelfwise.shop import Shop


def index(
    shop: ShopOption = Path(),
    queries: Annotated[
        Path | None, typer.Option(help="Past queries to suggest: a text file, `query<TAB>count` a line.")
    ] = None,
    rollback: Annotated[bool, typer.Option("--rollback", help="Serve the generation before the current one.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="Only list the generations that there are.")] = False,
    json: JsonOption = False,
) -> None:
    """Index the catalogue and serve the new index. An interrupted run goes on where it was."""
    if rollback + listing + (queries is not None) > 1:
        raise typer.BadParameter("expected at most one of --queries, --rollback and --list")
    past = read_past_queries(queries) if queries else []
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened:
        if listing:
            _list(opened, json)
            return
        if rollback:
            generation = opened.rollback()
        else:
            with progress("Indexing") as step:
                generation = opened.index(past, step)
    if json:
        print_json(_about(generation))
    else:
        about = generation.manifest
        say(f"Generation {about.name} with {about.products:,} products is in service.")


def read_past_queries(path: Path) -> list[tuple[str, int]]:
    """Lines of query, tab, count; a line without a count counts once. Raises InputError naming the line."""
    found = []
    for number, line in read_lines(path):
        text, _, count = line.partition("\t")
        if count and not count.strip().isdecimal():
            raise InputError(f"{path}: line {number}: found count {count!r}, expected a whole number.")
        found.append((text.strip(), int(count) if count else 1))
    return found


def _list(shop: Shop, json: bool) -> None:
    current = shop.generations.current()
    rows = [_about(each) | {"current": each.name == current} for each in shop.generations.list()]
    if json:
        print_json(rows)
        return
    cells = ((row["generation"], f"{row['products']:,}", row["created"], "yes" * row["current"]) for row in rows)
    print_table("", ("generation", "products", "created", "in service"), cells, ("products",))


def _about(generation: Generation) -> dict[str, Any]:
    about = generation.manifest
    return {
        "generation": about.name,
        "products": about.products,
        "revision": about.revision,
        "created": about.created,
    }
