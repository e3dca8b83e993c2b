"""`shelfwise evaluate recommend`: how good recommendations would have been, on histories."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from shelfwise.cli.console import JsonOption, print_json, print_table, progress, say
from shelfwise.cli.evaluate import SeedOption
from shelfwise.cli.train_sequence import more_models
from shelfwise.errors import InputError

if TYPE_CHECKING:
    from shelfwise.evaluation.recommend import Gain
    from shelfwise.recommend.measuring import Given
    from shelfwise.recommend.offline import Run, Task

Gains: TypeAlias = "Mapping[str, Mapping[str, Gain]]"  # other model → metric → gain
HEAD: Final = ("hr@10", "ndcg@10", "recall@10", "mrr@10", "novelty@10", "popularity@10")
WHOLE: Final = ("coverage@10", "gini@10", "popularity_lift@10")


def recommend(
    data: Annotated[
        Path | None, typer.Option("--data", help="A line a shopper: name, then products, the oldest first.")
    ] = None,
    shop: Annotated[
        Path | None, typer.Option("--shop", help="A shop's folder: measure its generators on its own log.")
    ] = None,
    share: Annotated[
        float, typer.Option("--share", help="Of the log's touches, the first, that are learnt from (with --shop).")
    ] = 0.8,
    models: Annotated[
        list[str] | None, typer.Option("--model", help="best, or a model by name; several are compared with the first.")
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            help="JSON of product: [label, …] (brand, categories).",
            show_default="NAME_item2attributes.json beside NAME.txt, if it is there",
        ),
    ] = None,
    use_labels: Annotated[bool, typer.Option(help="--no-use-labels: as if there were none.")] = True,
    validate: Annotated[
        bool, typer.Option("--valid", help="Ask for the second last product, to choose by; not for the last.")
    ] = False,
    seed: SeedOption = 0,
    report: Annotated[Path | None, typer.Option("--report", help="Write an HTML report here.")] = None,
    json: JsonOption = False,
) -> None:
    """Hide the last product of every history, learn from the rest, and see how high it is ranked among all products.

    Products of a shopper's own history are not recommended. Models that choose (weights of a blend) choose on the
    product before the hidden one, then learn again from everything but the hidden one.

    With --shop the log is parted at a moment instead: generators learn from what came before, and are asked, for every
    shopper known by then, for products that were new to them after it.
    """
    if shop is not None:
        _finish(_shop_runs(shop, share, models or ["best", "popular"], seed), shop.resolve().name, seed, report, json)
        return
    from shelfwise.recommend.measuring import Given, read_labels
    from shelfwise.recommend.offline import leave_one_out, read_sequences

    if data is None:
        raise InputError("Nothing to measure on: give --data or --shop.")
    sequences = read_sequences(data)
    task = leave_one_out(sequences, "valid" if validate else "test")
    beside = data.with_name(f"{data.stem}_item2attributes.json")
    path = labels or (beside if beside.is_file() else None)
    given = Given(seed, read_labels(path, sequences.products) if path and use_labels else None)
    runs = [_run(name, task, given) for name in models or ["best"]]
    _finish(runs, data.name, seed, report, json)


def _finish(runs: Sequence[Run], name: str, seed: int, report: Path | None, json: bool) -> None:
    gains = _gains(runs, seed)
    if report:
        _write(report, runs, gains, name)
    _show(runs, gains, seed, json)


def _shop_runs(folder: Path, share: float, names: Sequence[str], seed: int) -> list[Run]:
    from shelfwise.recommend.mixed import fitted
    from shelfwise.recommend.offline import evaluate_ranker
    from shelfwise.recommend.offline.generated import log_task
    from shelfwise.shop import Shop

    with Shop.open(folder) as opened:
        given = log_task(*opened.recommender.known(), share=share)
    runs = []
    for name in names:
        with progress(f"Recommending ({name})") as step:
            fit = partial(fitted, name, given)
            runs.append(evaluate_ranker(name, fit, given, clock=time.perf_counter, seed=seed, progress=step))
    return runs


def _run(name: str, task: Task, given: Given) -> Run:
    from shelfwise.recommend.measuring import make_model
    from shelfwise.recommend.offline import evaluate_model

    with progress(f"Recommending ({name})") as step:
        model = make_model(name, given, more_models())
        return evaluate_model(model, task, clock=time.perf_counter, seed=given.seed, progress=step)


def _gains(runs: Sequence[Run], seed: int) -> Gains:
    """What the first is better by than each of the others."""
    from shelfwise.evaluation.recommend import compare_measured

    first, *others = runs
    return {other.model: compare_measured(other.measured, first.measured, seed=seed) for other in others}


def _write(path: Path, runs: Sequence[Run], gains: Gains, name: str) -> None:
    from shelfwise.evaluation.report import MeasuredModel, render_recommend, write_report

    models = [
        MeasuredModel(
            run.model,
            run.measured,
            {
                f"{kind}: {part}": measured
                for kind, parts in (("product", run.items), ("shopper", run.shoppers))
                for part, measured in parts.items()
            },
        )
        for run in runs
    ]
    write_report(path, render_recommend(models, gains, title=f"Recommendations on {name}"))


def _show(runs: Sequence[Run], gains: Gains, seed: int, json: bool) -> None:
    first, *others = runs
    if json:
        figures: dict[str, Any] = {"seed": seed, **first.as_json()}
        if others:
            figures["against"] = [
                each.as_json() | {"gain": {name: _plain(gain) for name, gain in gains[each.model].items()}}
                for each in others
            ]
        print_json(figures)
        return
    names = [each.model for each in runs]
    rows = [(name, *(f"{each.measured.means[name]:.4f}" for each in runs)) for name in (*HEAD, *WHOLE)]
    print_table("", ("metric", *names), rows, names)
    say(f"{len(first.top):,} shoppers asked; every product ranked.")
    _print_intervals(runs)
    _print_parts(first)
    _print_gains(first.model, gains)


def _plain(gain: Gain) -> dict[str, float]:
    return {
        "change": gain.second - gain.first,
        "low": gain.interval.low,
        "high": gain.interval.high,
        "p_value": gain.p_value,
        "p_corrected": gain.p_corrected,
    }


def _print_intervals(runs: Sequence[Run]) -> None:
    rows = [
        (each.model, name, f"{interval.low:.4f} to {interval.high:.4f}")
        for each in runs
        for name in ("hr@10", "ndcg@10")
        for interval in (each.measured.intervals[name],)
    ]
    print_table("", ("model", "metric", "95% interval"), rows)


def _print_parts(run: Run) -> None:
    rows = [
        (kind, name, f"{part.asked:,}", f"{part.means['hr@10']:.4f}", f"{part.means['ndcg@10']:.4f}")
        for kind, parts in (("product asked for", run.items), ("shopper", run.shoppers))
        for name, part in parts.items()
    ]
    print_table(run.model, ("part of", "", "asked", "hr@10", "ndcg@10"), rows, ("asked", "hr@10", "ndcg@10"))


def _print_gains(first: str, gains: Gains) -> None:
    rows = [
        (
            f"{first} against {other}",
            name,
            f"{gain.second - gain.first:+.4f}",
            f"{gain.interval.low:+.4f} to {gain.interval.high:+.4f}",
            f"{gain.p_corrected:.4f}",
        )
        for other, each in gains.items()
        for name, gain in each.items()
    ]
    if rows:
        print_table("", ("", "metric", "change", "95% interval", "p"), rows, ("change", "p"))
        say("p is corrected for the number of metrics (Holm).")
