"""From runs, judgments and figures to what the page shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from shelfwise.evaluation.base import Qrels
from shelfwise.evaluation.comparison import Comparison, compare
from shelfwise.evaluation.evaluation import Evaluation
from shelfwise.evaluation.metrics import rank
from shelfwise.evaluation.report.plots import Scale, bars, symmetric_scale, unit_scale, whisker
from shelfwise.evaluation.report.view import Answer, MetricRow, Product, QueryView, Reported, View
from shelfwise.types import Float64

RESULTS = 10
MISSED = 5


def gather(
    runs: tuple[Reported, ...], qrels: Qrels, titles: Mapping[str, str], *, main: str, queries: int, seed: int
) -> View:
    """Everything the page needs, worst queries first. runs: one, or a baseline and the run compared with it."""
    *before, run = runs
    figures = run.evaluation
    comparison = compare(before[0].evaluation, figures, seed=seed) if before else None
    plotted = comparison.changes[main] if comparison else figures.values[main]
    scale = symmetric_scale(plotted.tolist()) if comparison else unit_scale()
    mean = comparison.differences[main].change if comparison else figures.means[main]
    labels = [f"{query}: {value:+.3f}" for query, value in zip(figures.queries, plotted, strict=True)]
    rows, row_scale = _metrics(figures, comparison)
    order = np.argsort(np.nan_to_num(plotted, nan=math.inf), kind="stable")
    source = _Source(runs, qrels, titles, main, plotted)
    shown = [source.query(int(row)) for row in order[:queries]]
    return View(
        run=run,
        baseline=before[0] if before else None,
        main=main,
        asked=len(figures.queries),
        positive=int(figures.positive.sum()),
        unfound=int((~figures.found).sum()),
        best_grade=max(1, *(grade for grades in qrels.values() for grade in grades.values())),
        metrics=rows,
        scale=row_scale,
        bars=bars(scale, labels, plotted, mean),
        ranked=tuple(each for each in shown if not math.isnan(each.value)),
        hopeless=tuple(each for each in shown if math.isnan(each.value)),
        left_out=max(0, len(figures.queries) - queries),
        latencies=tuple(_latencies(runs)),
        warnings=tuple(f"{each.name}: {warning}" for each in runs for warning in each.evaluation.warnings),
    )


@dataclass(frozen=True, slots=True)
class _Source:
    runs: tuple[Reported, ...]
    qrels: Qrels
    titles: Mapping[str, str]
    main: str
    plotted: Float64

    def query(self, row: int) -> QueryView:
        values = [float(each.evaluation.values[self.main][row]) for each in self.runs]
        return QueryView(
            query=self.runs[-1].evaluation.queries[row],
            value=values[-1],
            before=values[0],
            change=float(self.plotted[row]),
            answers=tuple(self._answer(each, row) for each in self.runs),
        )

    def _answer(self, reported: Reported, row: int) -> Answer:
        query = reported.evaluation.queries[row]
        grades = self.qrels[query]
        ranking = rank(reported.run.get(query, {}))
        places = {product: place for place, product in enumerate(ranking, start=1)}

        def product(id: str) -> Product:
            return Product(id, self.titles.get(id, ""), grades.get(id), places.get(id))

        missed = [id for id, grade in grades.items() if grade > 0 and places.get(id, math.inf) > RESULTS]
        missed.sort(key=lambda id: (-grades[id], places.get(id, math.inf), id))
        return Answer(
            name=reported.name,
            text=reported.texts.get(query, query),
            results=tuple(map(product, ranking[:RESULTS])),
            missed=tuple(map(product, missed[:MISSED])),
            figures={name: float(column[row]) for name, column in reported.evaluation.values.items()},
        )


def _metrics(figures: Evaluation, comparison: Comparison | None) -> tuple[tuple[MetricRow, ...], Scale]:
    if comparison is None:
        scale = unit_scale()
        return tuple(
            MetricRow(name, mean, figures.intervals[name], whisker(scale, mean, figures.intervals[name]), None)
            for name, mean in figures.means.items()
        ), scale
    known = comparison.differences
    scale = symmetric_scale([end for each in known.values() for end in (each.interval.low, each.interval.high)])
    return tuple(
        MetricRow(name, each.second, each.interval, whisker(scale, each.change, each.interval), each)
        for name, each in known.items()
    ), scale


def _latencies(runs: tuple[Reported, ...]) -> Iterator[tuple[str, float, float]]:
    for each in runs:
        if each.milliseconds is not None and len(each.milliseconds):
            p50, p99 = np.percentile(each.milliseconds, [50, 99])
            yield each.name, float(p50), float(p99)
