"""Figures of one run, or of a run beside a baseline: read from files, printed, written as a page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from shelfwise.cli.console import print_json, print_table, say
from shelfwise.errors import InputError
from shelfwise.evaluation import Comparison, compare, read_qrels, read_trec_qrels, restrict
from shelfwise.evaluation.report import Reported, render_report, write_report
from shelfwise.evaluation.splits import Part
from shelfwise.evaluation.splits import split as split_queries

Qrels: TypeAlias = dict[str, dict[str, int]]

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
EACH = ("ndcg@10", "pool_ndcg@10", "condensed_ndcg@10", "judged@10", "mrr@10")


@dataclass(frozen=True, slots=True)
class Shown:
    """A run and its figures as JSON values."""

    reported: Reported
    figures: dict[str, Any]


def read_judgments(path: Path, part: Part) -> Qrels:
    """The judgments of a part of the queries, from CSV, TSV or a TREC file (four columns parted by blanks, no header).

    Raises InputError for a file that cannot be used, or a part without a query.
    """
    qrels = read_trec_qrels(path) if _is_trec(path) else read_qrels(path)
    kept = restrict(qrels, split_queries(sorted(qrels), part))
    if not kept:
        raise InputError(f"{path}: no query falls into the part {part!r}; expected at least one.")
    return kept


def _is_trec(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            cells = file.readline(10_000).split()
    except OSError:
        return False  # the reader says why
    return len(cells) == 4 and cells[3].lstrip(b"+-").isdigit()


def write_page(path: Path, shown: Sequence[Shown], qrels: Qrels, title: str, titles: Mapping[str, str]) -> None:
    """The HTML report of a run; of two, the second is the baseline."""
    baseline = shown[1].reported if len(shown) > 1 else None
    write_report(path, render_report(shown[0].reported, qrels, baseline=baseline, title=title, titles=titles))


def show(shown: Sequence[Shown], *, seed: int, per_query: bool, json: bool) -> None:
    """Print a run; of two, the second is the baseline, and differences are the run less the baseline."""
    run, baseline = shown[0], shown[1] if len(shown) > 1 else None
    compared = compare(baseline.reported.evaluation, run.reported.evaluation, seed=seed) if baseline else None
    if json:
        figures = run.figures | {"name": run.reported.name}
        if baseline and compared:
            against = baseline.figures | {"name": baseline.reported.name}
            figures |= {"against": against, "comparison": compared.as_json()}
        print_json(figures)
        return
    if baseline and compared:
        _print_two(run, baseline, compared)
    else:
        _print_one(run)
    skipped = run.figures["queries_without_positive"]
    say(f"{run.figures['queries']} queries, {skipped} of them without a positive judgment (left out of means).")
    for warning in run.figures["warnings"]:
        say(f"Warning: {warning}")
    if per_query:
        say("")
        _print_queries(run, compared)


def _print_one(run: Shown) -> None:
    rows = []
    for name in HEAD:
        interval = run.figures["intervals"].get(name) or {}
        rows.append((name, _number(run.figures[name]), _interval(interval.get("low"), interval.get("high"))))
    print_table("", ("metric", run.reported.name, "95% interval"), rows, (run.reported.name, "95% interval"))


def _print_two(run: Shown, baseline: Shown, compared: Comparison) -> None:
    rows = []
    for name in HEAD:
        each = compared.differences[name]
        interval = _interval(each.interval.low, each.interval.high)
        queries = f"{each.better} / {each.equal} / {each.worse}"  # better, equal, worse
        figures = (_number(each.second), _number(each.first), f"{each.change:+.4f}")
        rows.append((name, *figures, interval, f"{each.p_corrected:.4f}", queries))
    names = (run.reported.name, f"against {baseline.reported.name}", "change")
    columns = ("metric", *names, "95% interval", "p", "+ / = / -")
    print_table("", columns, rows, columns[1:])
    say("p is corrected for the number of metrics (Holm); + / = / - counts queries.")


def _print_queries(run: Shown, compared: Comparison | None) -> None:
    """A line a query, worst first; queries without a positive come last."""
    columns = run.figures["per_query"]
    asked = columns.get("text", columns["query"])
    changes = compared.changes["ndcg@10"] if compared else None
    rows = []
    for place, query in enumerate(columns["query"]):
        text = query if asked[place] == query else f"{query} ({asked[place]})"
        change = () if changes is None else (_number(None if math.isnan(changes[place]) else changes[place], "+"),)
        rows.append((columns["ndcg@10"][place], (text, *(_number(columns[name][place]) for name in EACH), *change)))
    rows.sort(key=lambda row: (row[0] is None, row[0]))
    header = ("query", *EACH, *(() if changes is None else ("change",)))
    print_table("", header, (cells for _, cells in rows), header[1:])


def _number(value: float | None, sign: str = "") -> str:
    return "–" if value is None else f"{value:{sign}.4f}"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.4f} to {high:.4f}"
