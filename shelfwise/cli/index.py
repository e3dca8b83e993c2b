"""`shelfwise index`: a new generation, back to the old one, or the list of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shelfwise.cli.console import JsonOption, ShopOption, output, print_json, progress
from shelfwise.retrieval.generations import Generation
from shelfwise.shop import Shop


def index(
    shop: ShopOption = Path(),
    queries: Annotated[
        Path | None, typer.Option(help="Past queries to suggest: a text file, `query<TAB>count` a line.")
    ] = None,
    rollback: Annotated[bool, typer.Option("--rollback", help="Serve the generation before the current one.")] = False,
    json: JsonOption = False,
) -> None:
    """Index the catalogue and serve the new index. An interrupted run goes on where it was."""
    with Shop.open(shop) as opened:
        if rollback:
            generation = opened.rollback()
        else:
            past = read_past_queries(queries) if queries else []
            with progress("Indexing") as step:
                generation = opened.index(past, step)
    _print(generation, json)


def read_past_queries(path: Path) -> list[tuple[str, int]]:
    """Lines of query, tab, count; a line without a count counts once. Raises BadParameter naming the line."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        text, _, count = line.partition("\t")
        if not text.strip():
            continue
        if count and not count.strip().isdecimal():
            raise typer.BadParameter(f"{path}, line {number}: found count {count!r}, expected a whole number")
        found.append((text.strip(), int(count) if count else 1))
    return found


def _print(generation: Generation, json: bool) -> None:
    about = generation.manifest
    if json:
        print_json({"generation": about.name, "products": about.products, "revision": about.revision})
    else:
        output.print(f"Generation {about.name} with {about.products:,} products is in service.", highlight=False)
