"""`shelfwise understand`: what a query is taken to mean, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, get_args

import typer

from shelfwise.cli.console import JsonOption, ShopOption, print_json, print_table, say
from shelfwise.settings import Step, read_settings
from shelfwise.types import Locale, Query

if TYPE_CHECKING:
    from shelfwise.shop import Shop
    from shelfwise.understanding.base import Understanding

BAR: Final = 24  # characters of the longest bar
SHOWN: Final = 5  # intents


def understand(
    query: Annotated[str, typer.Argument(help="What a shopper would type.")],
    shop: ShopOption = Path(),
    without: Annotated[
        list[str] | None,
        typer.Option(help=f"A step to leave out, beside those of the settings: {', '.join(get_args(Step))}."),
    ] = None,
    dismissed: Annotated[
        list[str] | None, typer.Option("--no", help='A reading to take back, as in "price:under 500"; may be repeated.')
    ] = None,
    locale: Annotated[Locale, typer.Option(help="The language of the sentences.")] = "en",
    json: JsonOption = False,
) -> None:
    """Say what a query is taken to mean, and what each step found."""
    from shelfwise.service.encode_understanding import understanding
    from shelfwise.shop import Shop

    for name in without or ():
        if name not in get_args(Step):
            expected = ", ".join(map(repr, get_args(Step)))
            raise typer.BadParameter(f"{name!r} is not one of {expected}.", param_hint="'--without'")
    left_out = (*read_settings(shop).understanding.without, *(without or ()))
    with Shop.open(shop, flags={"understanding.without": left_out}) as opened:
        found = _read(opened, Query(query, locale=locale), dismissed or ())
    if json:
        print_json(understanding(found))
    else:
        _print(found, locale)


def _read(shop: Shop, query: Query, dismissed: Sequence[str]) -> Understanding:
    """What a query means without the readings taken back, in whatever order they are named: one may come to light only
    when another is gone. Raises typer.BadParameter for one that does not exist."""
    found, left = shop.understand(query), list(dict.fromkeys(dismissed))
    while left:
        known = [*(one.key for one in found.constraints), *(guess.key for guess in found.category)]
        gone = [key for key in left if key in known]
        if not gone:
            there = f"The readings are {', '.join(map(repr, known))}." if known else "There are none to take back."
            raise typer.BadParameter(f"{left[0]!r} is no reading of this query. {there}", param_hint="'--no'")
        left = [key for key in left if key not in gone]
        query = replace(query, dismissed=(*query.dismissed, *gone))
        found = shop.understand(query)
    return found


def _print(u: Understanding, locale: Locale) -> None:
    from shelfwise.understanding.explain import describe, sentences

    steps = ((note.step, f"{note.milliseconds:.2f}", _share(note.confidence), note.changed) for note in u.notes)
    print_table("", ("step", "ms", "sure", "changed"), steps, ("ms", "sure"))
    if u.constraints:
        rows = (
            (describe(one, locale), one.text, "must" if one.hard else "wish", _share(one.confidence), one.key)
            for one in u.constraints
        )
        print_table("\nConstraints", ("constraint", "words", "kind", "sure", "key"), rows, ("sure",))
    if u.intent:
        best = sorted(u.intent.items(), key=lambda item: -item[1])[:SHOWN]
        print_table(
            "\nIntent", ("intent", "", ""), ((name, _share(p), "█" * round(BAR * p)) for name, p in best), ("",)
        )
    if u.category:
        guesses = ((" > ".join(guess.path), _share(guess.confidence)) for guess in u.category)
        print_table("\nCategory", ("category", "sure"), guesses, ("sure",))
    say("")
    for sentence in sentences(u, locale):
        say(sentence)
    took = sum(note.milliseconds for note in u.notes)
    say(f"{len(u.notes)} steps in {took:.1f} ms")


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"
