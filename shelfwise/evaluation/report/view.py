"""What the page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shelfwise.evaluation.base import Run
from shelfwise.evaluation.comparison import Difference
from shelfwise.evaluation.evaluation import Evaluation
from shelfwise.evaluation.intervals import Interval
from shelfwise.evaluation.report.plots import Bars, Scale, Whisker
from shelfwise.evaluation.search import Searched
from shelfwise.types import Float64


@dataclass(frozen=True, slots=True)
class Reported:
    """A run with its figures and a name. texts: query → what was asked in its place; milliseconds: per query."""

    name: str
    evaluation: Evaluation
    run: Run
    texts: Mapping[str, str] = field(default_factory=dict)
    milliseconds: Float64 | None = None

    @classmethod
    def of(cls, name: str, searched: Searched) -> Reported:
        """What the driver `evaluate_search` gave, under a name."""
        return cls(name, searched.evaluation, searched.run, searched.texts, searched.milliseconds)


@dataclass(frozen=True, slots=True)
class Product:
    """A product in a list. grade: None where nobody judged it; place: its rank in the run, None where not found."""

    id: str
    title: str
    grade: int | None
    place: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One run's answer to one query: the first results, and the best products that are not among them."""

    name: str
    text: str
    results: tuple[Product, ...]
    missed: tuple[Product, ...]
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class QueryView:
    """A query with the answers of the runs, baseline first. value: of the run; change: run − baseline, or NaN."""

    query: str
    value: float
    before: float
    change: float
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A line of the table of figures. `whisker` is over 0 to 1 for one run, over differences for two."""

    name: str
    mean: float
    interval: Interval
    whisker: Whisker | None
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class View:
    """The whole page. asked, positive, unfound: how many queries there are, have a positive, have no results."""

    run: Reported
    baseline: Reported | None
    main: str
    asked: int
    positive: int
    unfound: int
    best_grade: int
    metrics: tuple[MetricRow, ...]
    scale: Scale
    bars: Bars
    ranked: tuple[QueryView, ...]
    hopeless: tuple[QueryView, ...]
    left_out: int
    latencies: tuple[tuple[str, float, float], ...]  # name, p50, p99
    warnings: tuple[str, ...]
