"""`shelfwise evaluate`: how good the answers are, by people's judgments."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from shelfwise.cli.console import JsonOption, ShopOption, progress
from shelfwise.types import AnyOf, Mode, Page, Query

if TYPE_CHECKING:
    from shelfwise.cli.figures import Qrels
    from shelfwise.evaluation.search import Searched
    from shelfwise.shop import Shop

app = typer.Typer(help="How good the answers are, by people's judgments.", no_args_is_help=True)

Part: TypeAlias = Literal["all", "train", "valid"]
JudgmentsOption = Annotated[
    Path, typer.Option("--judgments", help="CSV or TSV with query, docid, rating; or a TREC qrels file.")
]
SplitOption = Annotated[
    Part, typer.Option("--split", help="Half of the queries: the same half for the same query, always.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Of intervals and tests.")]
ReportOption = Annotated[
    Path | None, typer.Option("--report", help="Write an HTML report here: plots, and the worst queries first.")
]
PerQueryOption = Annotated[bool, typer.Option("--per-query", help="Also a line for each query, worst first.")]


@app.command("search")
def search(
    judgments: JudgmentsOption,
    shop: ShopOption = Path(),
    queries_zh: Annotated[
        Path | None, typer.Option("--queries-zh", help="CSV of query, query_zh: ask these texts instead.")
    ] = None,
    mode: Annotated[Mode | None, typer.Option(help="The shop's own if not given.")] = None,
    against: Annotated[Mode | None, typer.Option(help="Another mode to compare with, on the same queries.")] = None,
    split: SplitOption = "all",
    depth: Annotated[int, typer.Option(min=10, max=1000, help="Results read a query.")] = 100,
    seed: SeedOption = 0,
    per_query: PerQueryOption = False,
    report: ReportOption = None,
    run: Annotated[Path | None, typer.Option(help="Write the answers here, as a TREC run file.")] = None,
    qrels_out: Annotated[
        Path | None, typer.Option("--qrels", help="Write the judgments here, as a TREC qrels file.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Ask every judged query and compare the answers with the judgments."""
    from shelfwise.cli.figures import Shown, read_judgments, show, write_page
    from shelfwise.evaluation import read_translations, write_trec_qrels, write_trec_run
    from shelfwise.evaluation.report import Reported
    from shelfwise.shop import Shop

    qrels = read_judgments(judgments, split)
    texts = read_translations(queries_zh) if queries_zh else None
    with Shop.open(shop) as opened:
        modes: list[Mode] = [mode or opened.settings.search.mode, *([against] if against else [])]
        runs = [_ask(opened, each, qrels, texts, depth, seed) for each in modes]
        shown = [Shown(Reported.of(name, each), each.as_json()) for name, each in zip(modes, runs, strict=True)]
        if report:
            ids = {id for each in runs for found in each.run.values() for id in list(found)[:10]}
            titles = {product.id: product.title for product in opened.catalog.store.get(sorted(ids))}
            write_page(report, shown, qrels, f"Search in {opened.settings.shop.name}", titles)
    if run:
        write_trec_run(runs[0].run, run, name=modes[0])
    if qrels_out:
        write_trec_qrels(qrels, qrels_out)
    show(shown, seed=seed, per_query=per_query, json=json)


@app.command("compare")
def compare(
    first: Annotated[Path, typer.Argument(help="A TREC run file.")],
    judgments: JudgmentsOption,
    second: Annotated[Path | None, typer.Argument(help="Another; is it better than the first?")] = None,
    split: SplitOption = "all",
    seed: SeedOption = 0,
    per_query: PerQueryOption = False,
    report: ReportOption = None,
    json: JsonOption = False,
) -> None:
    """Figures of a TREC run file; of two, with paired tests of their difference."""
    from shelfwise.cli.figures import Shown, read_judgments, show, write_page
    from shelfwise.evaluation import evaluate, read_trec_run
    from shelfwise.evaluation.report import Reported

    qrels = read_judgments(judgments, split)
    shown = []
    for path in [second, first] if second else [first]:
        answers = read_trec_run(path)
        evaluation = evaluate(qrels, answers, seed=seed)
        shown.append(Shown(Reported(path.name, evaluation, answers), evaluation.as_json()))
    if report:
        write_page(report, shown, qrels, "Search quality", {})
    show(shown, seed=seed, per_query=per_query, json=json)


def _ask(shop: Shop, mode: Mode, qrels: Qrels, texts: dict[str, str] | None, depth: int, seed: int) -> Searched:
    from shelfwise.evaluation import evaluate_search

    with progress(f"Searching ({mode})") as step:
        return evaluate_search(
            searching(shop, mode),
            qrels,
            clock=time.perf_counter,
            pool_search=pool_searching(shop, mode),
            texts=texts,
            depth=depth,
            seed=seed,
            progress=lambda done, total, query: step(done, total),
        )


def searching(shop: Shop, mode: Mode | None) -> Callable[[str, int], Sequence[str]]:
    """Full search: a text → ids, best first."""
    return lambda text, limit: _ids(shop, Query(text, page=Page(0, limit), mode=mode, facets=(), explain=False))


def pool_searching(shop: Shop, mode: Mode | None) -> Callable[[str, Sequence[str]], Sequence[str]]:
    """The same, among the judged products only. Where nothing matched, a relaxed search may leave them: not found."""

    def ask(text: str, ids: Sequence[str]) -> Sequence[str]:
        judged = set(ids)
        query = Query(
            text, filters=AnyOf("id", tuple(ids)), page=Page(0, len(ids)), mode=mode, facets=(), explain=False
        )
        return [id for id in _ids(shop, query) if id in judged]

    return ask


def _ids(shop: Shop, query: Query) -> list[str]:
    return [product.id for product in shop.search(query).products]
