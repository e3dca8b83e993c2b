"""`shelfwise search` and `shelfwise suggest`: what a shopper would see."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer

from shelfwise.cli.console import JsonOption, ShopOption, output, print_json, print_table
from shelfwise.retrieval.filters import parse_filter, parse_url
from shelfwise.shop import Shop
from shelfwise.types import Page, Query, Slate

MODES = ("hybrid", "lexical", "dense")


def search(
    query: Annotated[str, typer.Argument(help="What a shopper would type; empty lists everything.")],
    shop: ShopOption = Path(),
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", "-f", help='As in "price:1000..5000", "brand:A|B", "-brand:A", or a JSON object.'),
    ] = None,
    sort: Annotated[str, typer.Option(help="relevance, price, -price, -rating, -newest")] = "relevance",
    mode: Annotated[str | None, typer.Option(help="hybrid, lexical or dense")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 10,
    offset: Annotated[int, typer.Option(min=0, max=10_000)] = 0,
    why: Annotated[bool, typer.Option("--why", help="Explain each result.")] = False,
    json: JsonOption = False,
) -> None:
    """Search the shop."""
    asked = Query(
        query,
        filters=_filter(filters or []),
        sort=_one_of(sort, ("relevance", "price", "-price", "-rating", "-newest"), "--sort"),
        mode=_one_of(mode, MODES, "--mode") if mode else None,
        page=Page(offset, limit),
        explain=why or json,
    )
    with Shop.open(shop) as opened:
        slate = opened.search(asked)
    if json:
        print_json(slate_json(slate))
    else:
        _print(slate, why)


def suggest(
    prefix: Annotated[str, typer.Argument(help="The beginning of a query.")],
    shop: ShopOption = Path(),
    limit: Annotated[int, typer.Option(min=1, max=50)] = 8,
    json: JsonOption = False,
) -> None:
    """Complete the beginning of a query."""
    with Shop.open(shop) as opened:
        found = opened.suggest(prefix, limit)
    if json:
        print_json(found)
    else:
        print_table("", ("kind", "text"), ((one.kind, one.text) for one in found))


def slate_json(slate: Slate) -> dict[str, Any]:
    """A slate as JSON values, the products in short."""
    return {
        "query_id": slate.query_id,
        "total": slate.total,
        "results": [
            {
                "id": item.product.id,
                "title": item.product.title,
                "score": item.score,
                "price": str(item.product.price.amount) if item.product.price else None,
                "currency": item.product.price.currency if item.product.price else None,
                "why": [(line.stage, line.name, line.value, line.detail) for line in item.why.contributions],
            }
            for item in slate.items
        ],
        "facets": {facet.field: {value.value: value.count for value in facet.values} for facet in slate.facets},
        "corrections": slate.corrections,
        "did_you_mean": slate.did_you_mean,
        "relaxed": slate.relaxed,
        "degraded": slate.degraded,
        "took": slate.took,
    }


def _print(slate: Slate, why: bool) -> None:
    rows = []
    for item in slate.items:
        price = f"{item.product.price.amount:,} {item.product.price.currency}" if item.product.price else ""
        rows.append((item.position + 1, item.product.id, item.product.title, price, f"{item.score:.3f}"))
    print_table("", ("#", "id", "title", "price", "score"), rows, ("#", "price", "score"))
    for correction in slate.corrections:
        output.print(f"Read {correction.original!r} as {correction.corrected!r}.", highlight=False)
    if slate.did_you_mean:
        output.print(f"Did you mean: {slate.did_you_mean}", highlight=False, markup=False)
    for step in slate.relaxed:
        output.print(f"Nothing matched; {step.step}: {', '.join(step.dropped)}", highlight=False, markup=False)
    if slate.degraded:
        output.print(f"Without: {', '.join(slate.degraded)}", highlight=False)
    output.print(f"{slate.total:,} found in {slate.took['total']:.1f} ms", highlight=False)
    if why:
        for item in slate.items:
            lines = ((line.stage, line.name, line.detail, f"{line.value:.3f}") for line in item.why.contributions)
            print_table(item.product.title, ("stage", "part", "matched", "value"), lines, ("value",))


def _filter(texts: list[str]) -> Any:
    if len(texts) == 1 and texts[0].lstrip().startswith("{"):
        return parse_filter(jsonlib.loads(texts[0]))
    return parse_url(texts) if texts else None


def _one_of(value: str, known: tuple[str, ...], option: str) -> Any:
    if value not in known:
        raise typer.BadParameter(f"found {value!r}, expected one of {', '.join(known)}", param_hint=option)
    return value
