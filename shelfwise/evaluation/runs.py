"""Runs: what a search answered, read from and written to TREC run files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from shelfwise.evaluation.base import Run
from shelfwise.evaluation.metrics import rank
from shelfwise.evaluation.table import Faults, read_text
from shelfwise.evaluation.trec import split_line, trec_id


def scores_of(ranking: Sequence[str]) -> dict[str, float]:
    """Scores that keep the order of a ranking: n, n − 1, … 1. The first place of a product that occurs twice counts.

    >>> scores_of(["b", "a"])
    {'b': 2.0, 'a': 1.0}
    """
    scores: dict[str, float] = {}
    for place, product in enumerate(ranking):
        scores.setdefault(product, float(len(ranking) - place))
    return scores


def read_trec_run(path: Path) -> dict[str, dict[str, float]]:
    """A run from a TREC file: `query Q0 product rank score name` a line. The score counts, not the rank.

    Raises InputError naming every row at fault: a score that is no number, or a product twice in one query.
    """
    faults = Faults(path)
    run: dict[str, dict[str, float]] = {}
    for row, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        query, _, product, _, text, _ = split_line(path, row, line, 6)
        scores = run.setdefault(query, {})
        if product in scores:
            faults.add(row, "product", product, "each product once in a query")
        scores[product] = _score(faults, row, text)
    faults.raise_any()
    return run


def write_trec_run(run: Run, path: Path, *, name: str = "shelfwise") -> None:
    """A run as a TREC file, each query in rank order; blanks are percent-encoded (see trec.py).

    Scores are written in full, so that reading gives the same run. Equal scores are ranked by rising id here and by
    falling id in trec_eval; runs made by `scores_of` have none. A query without results leaves no line.
    """
    lines = [
        f"{trec_id(query)} Q0 {trec_id(product)} {place} {float(scores[product])!r} {trec_id(name)}\n"
        for query, scores in run.items()
        for place, product in enumerate(rank(scores), start=1)
    ]
    path.write_text("".join(lines), "utf-8", newline="\n")


def _score(faults: Faults, row: int, text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if math.isnan(score):
        faults.add(row, "score", text, "a number")
    return score
