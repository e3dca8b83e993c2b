"""`shelfwise evaluate`: how good the answers are, by people's judgments."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from shelfwise.cli.console import JsonOption, ShopOption, output, print_json, print_table, progress
from shelfwise.evaluation import compare, evaluate_search, read_qrels, read_translations, restrict, write_trec_run
from shelfwise.evaluation.report import Reported, render_report, write_report
from shelfwise.evaluation.search import Searched
from shelfwise.evaluation.splits import split as split_queries
from shelfwise.shop import Shop
from shelfwise.types import AnyOf, Mode, Page, Query

app = typer.Typer(help="How good the answers are, by people's judgments.", no_args_is_help=True)
MODES = ("lexical", "dense", "hybrid")
HEAD = (
    "ndcg@10",
    "pool_ndcg@10",
    "condensed_ndcg@10",
    "judged@10",
    "mrr@10",
    "precision@10",
    "recall@10",
    "success@10",
)


@app.callback()
def group() -> None:
    """Keeps `search` a sub-command while it is the only one."""


@app.command("search")
def search(
    shop: ShopOption = Path(),
    judgments: Annotated[Path, typer.Option(help="CSV of query, docid, rating.")] = ...,  # type: ignore[assignment]
    queries_zh: Annotated[
        Path | None, typer.Option("--queries-zh", help="CSV of query, query_zh: ask these texts instead.")
    ] = None,
    mode: Annotated[str | None, typer.Option(help="lexical, dense or hybrid; the shop's own if not given.")] = None,
    against: Annotated[str | None, typer.Option(help="Another mode to compare with, on the same queries.")] = None,
    split: Annotated[str, typer.Option(help="all, train or valid: the same half for the same query, always.")] = "all",
    depth: Annotated[int, typer.Option(min=10, max=1000, help="Results read a query.")] = 100,
    seed: Annotated[int, typer.Option(help="Of intervals and tests.")] = 0,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    run: Annotated[Path | None, typer.Option(help="Write a TREC run file here.")] = None,
    json: JsonOption = False,
) -> None:
    """Ask every judged query and compare the answers with the judgments."""
    for option, value in (("--mode", mode), ("--against", against)):
        if value is not None and value not in MODES:
            raise typer.BadParameter(f"found {value!r}, expected one of {', '.join(MODES)}", param_hint=option)
    if split not in ("all", "train", "valid"):
        raise typer.BadParameter(f"found {split!r}, expected all, train or valid", param_hint="--split")
    qrels = read_qrels(judgments)
    qrels = restrict(qrels, split_queries(sorted(qrels), split))  # type: ignore[arg-type]  # checked above
    texts = read_translations(queries_zh) if queries_zh else None
    with Shop.open(shop) as opened:

        def ask(mode: str | None) -> Searched:
            with progress(f"Searching ({mode or 'default'})") as step:
                return evaluate_search(
                    searching(opened, mode),
                    qrels,
                    clock=time.perf_counter,
                    pool_search=pool_searching(opened, mode),
                    texts=texts,
                    depth=depth,
                    seed=seed,
                    progress=lambda done, total, query: step(done, total),
                )

        first = ask(mode)
        second = ask(against) if against else None
        if report:
            _report(opened, report, (mode or "default", first), (against, second), qrels)
    if run:
        write_trec_run(first.run, run, name=mode or "shelfwise")
    _print(first, second, mode, against, seed, json)


def searching(shop: Shop, mode: str | None) -> Callable[[str, int], Sequence[str]]:
    """Full search: a text → ids, best first."""
    return lambda text, limit: _ids(shop, Query(text, page=Page(0, limit), mode=_mode(mode), facets=(), explain=False))


def pool_searching(shop: Shop, mode: str | None) -> Callable[[str, Sequence[str]], Sequence[str]]:
    """The same, among the judged products only."""
    return lambda text, ids: _ids(
        shop,
        Query(
            text,
            filters=AnyOf("id", tuple(ids)),
            page=Page(0, len(ids)),
            mode=_mode(mode),
            facets=(),
            explain=False,
        ),
    )


def _ids(shop: Shop, query: Query) -> list[str]:
    return [product.id for product in shop.search(query).products]


def _mode(mode: str | None) -> Mode | None:
    return mode  # type: ignore[return-value]  # checked where it came in


def _report(
    shop: Shop, path: Path, first: tuple[str, Searched], second: tuple[str | None, Searched | None], qrels: Any
) -> None:
    runs = [one for one in (first[1], second[1]) if one is not None]
    ids = {id for one in runs for found in one.run.values() for id in list(found)[:10]}
    titles = {product.id: product.title for product in shop.catalog.store.get(sorted(ids))}
    baseline = Reported.of(second[0] or "", second[1]) if second[1] is not None else None
    page = render_report(
        Reported.of(*first), qrels, baseline=baseline, title=f"Search in {shop.settings.shop.name}", titles=titles
    )
    write_report(path, page)


def _print(
    first: Searched, second: Searched | None, mode: str | None, against: str | None, seed: int, json: bool
) -> None:
    compared = compare(first.evaluation, second.evaluation, seed=seed) if second else None
    if json:
        figures = first.as_json()
        if second and compared:
            figures |= {"against": {"mode": against, **second.as_json()}, "comparison": compared.as_json()}
        print_json(figures | {"mode": mode})
        return
    figures = first.as_json()
    rows = []
    for name in HEAD:
        low, high = (
            (figures["intervals"].get(name) or {}).get("low"),
            (figures["intervals"].get(name) or {}).get("high"),
        )
        interval = f"{low:.4f} to {high:.4f}" if low is not None else ""
        other = f"{second.as_json()[name]:.4f}" if second else ""
        rows.append((name, f"{figures[name]:.4f}", interval, other))
    print_table("", ("metric", mode or "shop's mode", "95% interval", against or ""), rows, ("interval",))
    skipped = figures["queries_without_positive"]
    output.print(f"{figures['queries']} queries, {skipped} of them without a positive judgment (left out of means).")
    for warning in figures["warnings"]:
        output.print(f"Warning: {warning}", markup=False)
    if compared:
        print_json(compared.as_json())
