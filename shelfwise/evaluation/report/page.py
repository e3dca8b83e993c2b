"""The report as one HTML file: styles and plots inside, no request to anywhere, light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined

from shelfwise.errors import InputError
from shelfwise.evaluation.base import Qrels
from shelfwise.evaluation.report.gather import gather
from shelfwise.evaluation.report.numbers import change, count, number, p_value
from shelfwise.evaluation.report.view import Reported

QUERIES = 300


def render_report(
    run: Reported,
    qrels: Qrels,
    *,
    baseline: Reported | None = None,
    title: str = "Search quality",
    titles: Mapping[str, str] | None = None,
    main: str = "ndcg@10",
    queries: int = QUERIES,
    seed: int = 0,
) -> str:
    """The page: figures with intervals, plots, and every query with its first ten results, worst first.

    baseline: a run to compare with; then differences are tested and queries that lost most come first.
    titles: product id → title; the id stands where there is none. main: the metric that orders queries and is plotted.
    queries: how many queries are shown in full; the rest only in figures and plots.

    Raises InputError when `main` was not computed, or the runs are over different judgments.
    """
    runs = (run,) if baseline is None else (baseline, run)
    for each in runs:
        if main not in each.evaluation.values:
            known = ", ".join(each.evaluation.values)
            raise InputError(f"run {each.name!r} has no metric {main!r}; expected one of {known}.")
    shown = gather(runs, qrels, titles or {}, main=main, queries=queries, seed=seed)
    return environment().get_template("page.html").render(view=shown, title=title)


def write_report(path: Path, page: str) -> None:
    """Write a page as UTF-8. Raises InputError when the file cannot be written."""
    try:
        path.write_text(page, "utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}.") from error


@cache
def environment() -> Environment:
    """Templates of the report, with its filters."""
    folder = resources.files("shelfwise.evaluation.report")
    environment = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, change=change, p_value=p_value, count=count)
    return environment
