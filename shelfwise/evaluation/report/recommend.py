"""A page about recommendations: figures of one or several models, their differences, parts by product and shopper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shelfwise.evaluation.intervals import Interval
from shelfwise.evaluation.recommend import Gain, Measured
from shelfwise.evaluation.report.page import environment
from shelfwise.evaluation.report.plots import Scale, Whisker, whisker

MAIN: Final = "ndcg@10"


@dataclass(frozen=True, slots=True)
class MeasuredModel:
    """A model, its figures, and those of parts of products and shoppers by name."""

    name: str
    measured: Measured
    parts: Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of a model; interval and plot are None where it has no interval."""

    name: str
    model: str
    mean: float
    interval: Interval | None
    whisker: Whisker | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the products or shoppers, under one model."""

    name: str
    model: str
    measured: Measured


def render_recommend(models: Sequence[MeasuredModel], gains: Mapping[str, Mapping[str, Gain]], *, title: str) -> str:
    """The page. gains: what the first model is better by, by the other model's name and the metric's."""
    names = list(dict.fromkeys(name for model in models for name in model.measured.means))
    parts = list(dict.fromkeys(name for model in models for name in model.parts))
    return (
        environment()
        .get_template("recommend.html")
        .render(
            title=title,
            main=MAIN,
            asked=models[0].measured.asked,
            first=models[0].name,
            rows=[row for name in names for row in _rows(models, name)],
            gains=gains,
            parts=[Part(name, each.name, each.parts[name]) for name in parts for each in models if name in each.parts],
        )
    )


def _rows(models: Sequence[MeasuredModel], name: str) -> list[Row]:
    """A figure of every model, on one axis from 0."""
    found = [(each, each.measured.intervals.get(name)) for each in models if name in each.measured.means]
    scale = Scale(0.0, max((interval.high for _, interval in found if interval), default=1.0) or 1.0)
    return [
        Row(
            name,
            each.name,
            each.measured.means[name],
            interval,
            whisker(scale, each.measured.means[name], interval) if interval else None,
        )
        for each, interval in found
    ]
