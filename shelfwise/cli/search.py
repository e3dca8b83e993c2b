"""`shelfwise search` and `shelfwise suggest`: what a shopper would see."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer

from shelfwise.cli.console import JsonOption, ShopOption, print_json, print_table, say
from shelfwise.errors import InputError
from shelfwise.slate import Slate
from shelfwise.types import And, Filter, Mode, Page, Query, SlateItem, Sort


def search(
    query: Annotated[str, typer.Argument(help="What a shopper would type; empty lists everything.")],
    shop: ShopOption = Path(),
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", "-f", help='As in "price:1000..5000", "brand:A|B", "-brand:A", or a JSON object.'),
    ] = None,
    sort: Annotated[Sort, typer.Option(help="A minus sign means the highest first.")] = "relevance",
    mode: Annotated[Mode | None, typer.Option(help="The shop's own if not given.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 10,
    offset: Annotated[int, typer.Option(min=0, max=10_000)] = 0,
    why: Annotated[bool, typer.Option("--why", help="Explain each result.")] = False,
    json: JsonOption = False,
) -> None:
    """Search the shop."""
    from shelfwise.shop import Shop

    asked = Query(
        query,
        filters=read_filters(filters or []),
        sort=sort,
        mode=mode,
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
    from shelfwise.shop import Shop

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
        "results": [{**item_json(item), "why": item.why.contributions} for item in slate.items],
        "facets": {facet.field: {value.value: value.count for value in facet.values} for facet in slate.facets},
        "corrections": slate.corrections,
        "did_you_mean": slate.did_you_mean,
        "relaxed": slate.relaxed,
        "degraded": slate.degraded,
        "took": slate.took,
    }


def item_json(item: SlateItem) -> dict[str, Any]:
    """A product in its place, in short."""
    price = item.product.price
    return {
        "position": item.position,
        "id": item.product.id,
        "title": item.product.title,
        "score": item.score,
        "price": str(price.amount) if price else None,
        "currency": price.currency if price else None,
    }


def _print(slate: Slate, why: bool) -> None:
    rows = []
    for item in slate.items:
        price = f"{item.product.price.amount:,} {item.product.price.currency}" if item.product.price else ""
        rows.append((item.position + 1, item.product.id, item.product.title, price, f"{item.score:.3f}"))
    if rows:
        print_table("", ("#", "id", "title", "price", "score"), rows, ("#", "price", "score"))
    for correction in slate.corrections:
        say(f"Read {correction.original!r} as {correction.corrected!r}.")
    if slate.did_you_mean:
        say(f"Did you mean: {slate.did_you_mean}")
    for step in slate.relaxed:
        say(f"Nothing matched; {step.step}: {', '.join(step.dropped)}")
    if slate.degraded:
        say(f"Without: {', '.join(slate.degraded)}")
    say(f"{slate.total:,} found in {slate.took['total']:.1f} ms")
    for item in slate.items if why else ():
        say("")
        lines = ((line.stage, line.name, line.detail, f"{line.value:.3f}") for line in item.why.contributions)
        print_table(item.product.title, ("stage", "part", "matched", "value"), lines, ("value",))


def read_filters(texts: list[str]) -> Filter | None:
    """All that `--filter` was given: short forms and JSON objects, which must all pass. Raises InputError."""
    from shelfwise.retrieval.filters import parse_filter, parse_url

    short = [text for text in texts if not text.lstrip().startswith("{")]
    parts = [parse_filter(_object(text)) for text in texts if text.lstrip().startswith("{")]
    parts += [parse_url(short)] if short else []
    kept = tuple(part for part in parts if part is not None)
    return And(kept) if len(kept) > 1 else next(iter(kept), None)


def _object(text: str) -> Any:
    try:
        return jsonlib.loads(text)
    except ValueError as error:
        raise InputError(f"--filter: not valid JSON: {error}.", hint='As in {"brand": ["Nova"]}.') from error
