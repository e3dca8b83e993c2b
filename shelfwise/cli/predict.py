"""`shelfwise predict`: what shoppers will do next, and how true that is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from shelfwise.cli.console import JsonOption, ShopOption, print_json, print_table, say
from shelfwise.errors import InputError

if TYPE_CHECKING:
    from shelfwise.predicting import Predicting
    from shelfwise.recommend.prediction import Predictions, Report

app = typer.Typer(help="What shoppers will do next, and how true that is.", no_args_is_help=True)

Order: TypeAlias = Literal["click", "cart", "purchase", "churn"]
DaysOption = Annotated[float, typer.Option("--days", min=0.5, max=365, help="How many days ahead.")]


@app.command("fit")
def fit(shop: ShopOption = Path(), days: DaysOption = 14, json: JsonOption = False) -> None:
    """Fit the predictions on the log, and use them from now on. Run it again now and then."""
    with _opened(shop) as predicting:
        version, judged = predicting.fit(days)
    if json:
        print_json({"version": version, "report": judged.as_json() if judged else None})
        return
    say(f"prediction@{version} is in use, {days:g} days ahead.")
    if judged is None:
        say(f"How true it is cannot be told yet: the log reaches back less than {3 * days:g} days.")
    else:
        _show(judged)


@app.command("shoppers")
def shoppers(
    shop: ShopOption = Path(),
    at: Annotated[str, typer.Option("--at", help="From this moment on (ISO 8601); now if not given.")] = "",
    by: Annotated[
        Order, typer.Option("--by", help="Who comes first: the likeliest to do it; churn: to come back.")
    ] = "churn",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000)] = 20,
    json: JsonOption = False,
) -> None:
    """What each shopper is expected to do."""
    with _opened(shop) as predicting:
        found = predicting.predict(_moment(at))
    rows = [_row(found, place) for place in found.first(by, limit)]
    if json:
        print_json(rows)
        return
    chances = ("click", "cart", "purchase", "churn")
    title = f"{len(found):,} shoppers, chances within {found.days:g} days"
    columns = ("shopper", *chances, "days to purchase", "next category")
    lines = [
        (
            row["shopper"],
            *(f"{row[name]:.1%}" for name in chances),
            "" if row["days_to_purchase"] is None else f"{row['days_to_purchase']:.0f}",
            ", ".join(f"{name} {chance:.0%}" for name, chance in row["categories"].items()),
        )
        for row in rows
    ]
    print_table(title, columns, lines, right=(*chances, "days to purchase"))


@app.command("prepare")
def prepare(
    shop: ShopOption = Path(),
    limit: Annotated[int, typer.Option("--limit", min=0, max=500)] = 500,
    json: JsonOption = False,
) -> None:
    """Have running servers make recommendations ready for who is likely to come back soon; 0 stops it."""
    with _opened(shop) as predicting:
        count = predicting.expect(limit)
    if json:
        print_json({"expected": count})
    else:
        say(f"{count:,} shoppers are expected: running servers prepare their recommendations.")


@app.command("report")
def report(
    shop: ShopOption = Path(),
    days: DaysOption = 14,
    seed: Annotated[int, typer.Option("--seed", help="Of the intervals.")] = 0,
    json: JsonOption = False,
) -> None:
    """How true predictions are: of the last days of the log, from what came before them."""
    with _opened(shop) as predicting:
        judged = predicting.report(days, seed)
    if json:
        print_json(judged.as_json())
    else:
        _show(judged)


@contextmanager
def _opened(folder: Path) -> Iterator[Predicting]:
    from shelfwise.predicting import Predicting
    from shelfwise.shop import Shop

    with Shop.open(folder) as shop:
        yield Predicting(folder, shop.audience.log, shop.catalog.store, lambda: datetime.now(UTC))


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"--at: found {text!r}, expected a time like 2026-01-31T09:30:00+08:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _row(found: Predictions, place: int) -> dict[str, Any]:
    due = float(found.due[place])
    return {
        "shopper": found.shoppers[place],
        **{target: float(chances[place]) for target, chances in found.chances.items()},
        "days_to_purchase": None if math.isnan(due) else due,
        "categories": dict(found.categories[place]),
    }


def _show(judged: Report) -> None:
    title = f"{judged.shoppers:,} shoppers, the last {judged.days:g} days predicted from what came before"
    right = ("rate", "AUC", "log loss", "Brier", "ECE")
    lines = [
        (target, f"{judged.rates[target]:.1%}", name, *_figures(scores))
        for target, models in judged.actions.items()
        for name, scores in models.items()
    ]
    print_table(title, ("within", "rate", "by", *right[1:]), lines, right)
    if judged.times:
        print_table(
            f"A purchase of {judged.buyers:,} who bought before ({judged.chosen} is used)",
            ("by", *right[1:]),
            [(name, *_figures(scores)) for name, scores in judged.times.items()],
            right,
        )
    if judged.categories:
        print_table(
            f"Next category of {judged.movers:,} who came back",
            ("by", "first", "in three", "log loss"),
            [
                (name, f"{each['hit@1']:.1%}", f"{each['hit@3']:.1%}", f"{each['log_loss']:.3f}")
                for name, each in judged.categories.items()
            ],
            ("first", "in three", "log loss"),
        )


def _figures(scores: Any) -> tuple[str, ...]:
    def told(measure: Any) -> str:
        return f"{measure.value:.3f} [{measure.interval.low:.3f}, {measure.interval.high:.3f}]"

    return told(scores.auc), told(scores.log_loss), told(scores.brier), f"{scores.ece:.3f}"
