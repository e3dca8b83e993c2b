"""`shelfwise recommend`: what a shopper would be shown, fitting what recommends, and lists for e-mails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shelfwise.cli.console import JsonOption, ShopOption, print_json, print_table, progress, say
from shelfwise.cli.recommend_email import email
from shelfwise.cli.search import item_json

if TYPE_CHECKING:
    from shelfwise.slate import Recommendations
    from shelfwise.types import SlateItem

app = typer.Typer(help="Recommendations: what a shopper would be shown, and fitting what makes them.")
app.command("email")(email)


@app.callback(invoke_without_command=True)
def recommend(
    context: typer.Context,
    shop: ShopOption = Path(),
    shopper: Annotated[str | None, typer.Option(help="For whom; nobody in particular if not given.")] = None,
    placement: Annotated[
        str, typer.Option(help="home, category, product, cart, zero_results, search or email.")
    ] = "home",
    seed_product: Annotated[list[str] | None, typer.Option(help="What it is about: of the page, of the cart.")] = None,
    category: Annotated[str | None, typer.Option(help='A path, as in "Home > Kettles".')] = None,
    query: Annotated[str | None, typer.Option(help="What was searched.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Products that must not come.")] = None,
    region: Annotated[str | None, typer.Option(help="The shop's own name of a part of the world.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="Products in a row.")] = 8,
    why: Annotated[bool, typer.Option("--why", help="What each source added.")] = False,
    json: JsonOption = False,
) -> None:
    """The rows of a placement, as a shopper would see them."""
    if context.invoked_subcommand is not None:
        return
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened:
        answer = opened.recommend(
            shopper,
            placement,
            seeds=seed_product or (),
            category=category,
            query=query,
            limit=limit,
            exclude=exclude or (),
            region=region,
        )
    if json:
        print_json(answer_json(answer))
    else:
        _print(answer, why)


@app.command("fit")
def fit(shop: ShopOption = Path(), json: JsonOption = False) -> None:
    """Fit all that recommends on the log and the catalogue, and serve it. An interrupted run goes on where it was."""
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened, progress("Fitting") as step:
        name = opened.fit_recommender(step)
        fitted = opened.recommender.fitted.get(name)
    if json:
        print_json({"generation": name, "events": fitted.events, "generators": fitted.generators})
    else:
        say(f"Generation {name}, fitted on {fitted.events:,} events and {fitted.products:,} products, is in service.")
        say(f"Generators: {', '.join(fitted.generators)}.")


def answer_json(answer: Recommendations) -> dict[str, Any]:
    """Recommendations as JSON values, the products in short."""
    rows = [
        {"key": row.key, "title": row.title, "items": [_item_json(item) for item in row.items]} for row in answer.rows
    ]
    return {
        "query_id": answer.query_id,
        "placement": answer.placement,
        "shopper": answer.shopper,
        "rows": rows,
        "degraded": answer.degraded,
        "took": answer.took,
    }


def _item_json(item: SlateItem) -> dict[str, Any]:
    why = item.why
    return {**item_json(item), "propensity": item.propensity, "reason": why.reason, "why": why.contributions}


def _print(answer: Recommendations, why: bool) -> None:
    for row in answer.rows:
        cells = [(item.position + 1, item.product.id, item.product.title, _said(item, why)) for item in row.items]
        print_table(f"{row.title['en']}  [{row.key}]", ("#", "id", "title", "why"), cells, ("#",))
        say("")
    if not answer.rows:
        say("Nothing to show: the shop has no products that could be.")
    if answer.degraded:
        say(f"Without: {', '.join(answer.degraded)}")
    say(f"{len(answer.products)} products in {len(answer.rows)} rows, in {answer.took['total']:.1f} ms")


def _said(item: SlateItem, why: bool) -> str:
    if not why:
        return item.why.reason["en"]
    return ", ".join(f"{line.name} {line.value:.2f}" for line in item.why.contributions)
