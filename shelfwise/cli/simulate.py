"""`shelfwise simulate`: shoppers with known tastes, to fill a log or to compare what they are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shelfwise.cli.console import JsonOption, ShopOption, print_json, print_table, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shelfwise.simulate.shoppers.comparison import Difference
    from shelfwise.simulate.shoppers.policies import Policy
    from shelfwise.simulate.shoppers.visit import Outcome

app = typer.Typer(help="Shoppers with known tastes: fill a log with what they do, or compare what they are shown.")

UrlOption = Annotated[str | None, typer.Option("--url", help="Address of a server, in place of a shop's folder.")]
ShoppersOption = Annotated[int, typer.Option(min=1, max=1_000_000, help="How many shoppers.")]
DaysOption = Annotated[int, typer.Option(min=1, max=3_650, help="How many days.")]
SeedOption = Annotated[int, typer.Option(min=0, max=2**32, help="The same seed draws the same shoppers.")]
StartOption = Annotated[
    str | None, typer.Option(help="First day, as in 2026-01-31.", show_default="so that it ends today")
]
ParametersOption = Annotated[
    Path | None, typer.Option("--parameters", help="A TOML file with other numbers than the built-in ones.")
]


@app.command()
def generate(
    shop: ShopOption = Path(),
    url: UrlOption = None,
    shoppers: ShoppersOption = 200,
    days: DaysOption = 30,
    seed: SeedOption = 1,
    start: StartOption = None,
    add: Annotated[bool, typer.Option("--add", help="Even if the log holds events already.")] = False,
    parameters: ParametersOption = None,
    json: JsonOption = False,
) -> None:
    """Fill a log with what simulated shoppers do.

    With --shop they walk along shelves made of the catalogue, which takes seconds; with --url they use the search and
    the recommendations of that server. Run again with the same seed and start, nothing is counted twice.
    """
    from shelfwise.cli.simulate_arms import Plan, at_server, first_day, into_shop
    from shelfwise.simulate.shoppers.parameters import read_parameters

    first = first_day(start, days, datetime.now(UTC))
    plan = Plan(read_parameters(parameters), shoppers, days, seed, first)
    outcomes = at_server(url, plan) if url else into_shop(shop, plan, add=add)
    told = totals(outcomes)
    if json:
        print_json({"shoppers": shoppers, "days": days, "seed": seed, "start": first.date(), **told})
    else:
        say(f"{told['events']:,} events of {told['sessions']:,} visits, {told['purchases']:,} purchases among them.")


@app.command()
def compare(
    shop: ShopOption = Path(),
    url: UrlOption = None,
    shoppers: ShoppersOption = 200,
    history: Annotated[
        int, typer.Option(min=0, max=3_650, help="Days before, in which all are shown what is popular (--shop).")
    ] = 21,
    days: DaysOption = 21,
    fit_days: Annotated[int, typer.Option(min=1, max=3_650, help="Days between two fits (--shop).")] = 7,
    seed: SeedOption = 1,
    start: StartOption = None,
    parameters: ParametersOption = None,
    json: JsonOption = False,
) -> None:
    """The same shoppers under three policies: what is popular for all, a shop that does not know who comes, and the
    shop as it is.

    With --shop, copies of the shop are served on this machine, and its own log stays as it is. With --url, all three
    meet that server at the same time.
    """
    from shelfwise.cli.simulate_arms import BASE, Plan, compared_at, compared_in_copies, first_day
    from shelfwise.simulate.shoppers.comparison import compare as differences
    from shelfwise.simulate.shoppers.parameters import read_parameters

    before = 0 if url else history
    first = first_day(start, before + days, datetime.now(UTC))
    plan = Plan(read_parameters(parameters), shoppers, days, seed, first, before, fit_days)
    outcomes = compared_at(url, plan) if url else compared_in_copies(shop, plan)
    found = differences(outcomes, BASE, shoppers, seed)
    if json:
        about = {"shoppers": shoppers, "history": before, "days": days, "fit_days": fit_days, "seed": seed}
        policies = {policy: totals(made) for policy, made in outcomes.items()}
        print_json({**about, "start": first.date(), "policies": policies, "against_popular": found})
    else:
        _print(outcomes, found)


def totals(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What visits come to."""
    count = max(1, len(outcomes))
    bought = sum(len(one.bought) for one in outcomes)
    return {
        "sessions": len(outcomes),
        "events": sum(one.events for one in outcomes),
        "pages_a_session": sum(one.pages for one in outcomes) / count,
        "clicks_a_session": sum(one.clicks for one in outcomes) / count,
        "carts": sum(one.carts for one in outcomes),
        "purchases": bought,
        "purchases_a_session": bought / count,
        "conversion": sum(bool(one.bought) for one in outcomes) / count,
        "revenue": round(sum(one.spent for one in outcomes), 2),
        "satisfaction": sum(one.satisfaction for one in outcomes) / count,
    }


def _print(outcomes: Mapping[Policy, Sequence[Outcome]], found: Mapping[Policy, Sequence[Difference]]) -> None:
    columns = ("policy", "sessions", "pages", "clicks", "carts", "purchases", "conversion", "revenue")
    rows = []
    for policy, made in outcomes.items():
        told = totals(made)
        each = [f"{told[name]:.2f}" for name in ("pages_a_session", "clicks_a_session")]
        each += [f"{told[name]:,}" for name in ("carts", "purchases")]
        rows.append((policy, f"{told['sessions']:,}", *each, f"{told['conversion']:.2%}", f"{told['revenue']:,.0f}"))
    print_table("Visits (pages and clicks: a session)", columns, rows, columns[1:])
    for policy, differences in found.items():
        say("")
        headings = ("sessions", "a session", "popular", policy, "gain", "95 % interval")
        print_table(f"{policy} against popular", headings, map(_line, differences), headings[2:])


def _line(one: Difference) -> tuple[str, ...]:
    interval = f"{one.interval.low:+.1%} to {one.interval.high:+.1%}"
    return one.part, one.measure, f"{one.base:.4g}", f"{one.value:.4g}", f"{one.gain:+.1%}", interval
