"""`shelfwise evaluate tune`: a shop's search weights, chosen from judgments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shelfwise.cli.console import JsonOption, ShopOption, errors, print_json, print_table, progress, say
from shelfwise.cli.evaluate import JudgmentsOption, SeedOption

if TYPE_CHECKING:
    from shelfwise.evaluation import Tuning


def tune(
    judgments: JudgmentsOption,
    shop: ShopOption = Path(),
    queries_zh: Annotated[
        Path | None, typer.Option("--queries-zh", help="CSV of query, query_zh: ask these texts instead.")
    ] = None,
    metric: Annotated[str, typer.Option(help="Whose mean is maximised.")] = "ndcg@10",
    folds: Annotated[int, typer.Option(min=2, max=20, help="Parts that the queries are cut into.")] = 5,
    seed: SeedOption = 0,
    write: Annotated[bool, typer.Option("--write", help="Put what was chosen into the shop's settings.")] = False,
    json: JsonOption = False,
) -> None:
    """Choose the weights of words, meaning, feedback and synonyms, and say what to expect of them."""
    from shelfwise.cli.figures import read_judgments
    from shelfwise.evaluation import read_translations
    from shelfwise.founding import set_settings
    from shelfwise.shop import Shop
    from shelfwise.tuning import tune_search

    qrels = read_judgments(judgments, "all")
    texts = read_translations(queries_zh) if queries_zh else None
    with Shop.open(shop) as opened, progress("Trying settings") as step:
        settings = opened.settings.search
        found = tune_search(
            opened.searcher(), settings, qrels, texts=texts, objective=metric, folds=folds, seed=seed, progress=step
        )
    if write:
        set_settings(shop, "search", found.chosen)
    _show(found, metric, json)
    if write:
        say(f"Written to {shop / 'shelfwise.toml'}; a running server takes it up when it starts again.", errors)


def _show(found: Tuning, metric: str, json: bool) -> None:
    figures = {**found.as_json(), "metric": metric}
    if json:
        print_json(figures)
        return
    rows = [
        (f"{metric} as it was", f"{figures['start']:.4f}"),
        (f"{metric} to expect (out of fold)", f"{figures['out_of_fold']:.4f}"),
        ("95% interval", f"{figures['low']:.4f} to {figures['high']:.4f}"),
        ("p of a difference", f"{figures['p_value']:.3f}"),
        *((f"search.{name}", f"{value:g}") for name, value in found.chosen.items()),
    ]
    print_table("", ("", f"{figures['queries']} queries, {figures['tried']} settings tried"), rows)
