"""Geometry of the plots, in percent of their width or height; the template draws them as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shelfwise.evaluation.intervals import Interval
from shelfwise.types import Float64

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight axis from low to high."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Percent from the low end, kept on the axis."""
        share = (value - self.low) / (self.high - self.low)
        return round(100 * min(1.0, max(0.0, share)), 3)


@dataclass(frozen=True, slots=True)
class Whisker:
    """A mean with its interval on an axis, and where 0 is."""

    low: float
    mean: float
    high: float
    zero: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One query: `top` and `height` are measured from the upper edge."""

    left: float
    width: float
    top: float
    height: float
    label: str
    sign: int


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar a query, in order of value. ticks: (place from the upper edge, value)."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, float], ...]
    mean: float
    mean_place: float


def unit_scale() -> Scale:
    """For values from 0 to 1."""
    return Scale(0.0, 1.0)


def symmetric_scale(values: Sequence[float]) -> Scale:
    """For differences: 0 in the middle, wide enough for all of them (NaN aside)."""
    widest = max((abs(value) for value in values if not math.isnan(value)), default=0.0)
    step = next((step for step in _STEPS if step >= widest / 4), 1.0)
    reach = max(step, math.ceil(widest / step - 1e-9) * step)
    return Scale(-reach, reach)


def whisker(scale: Scale, mean: float, interval: Interval) -> Whisker | None:
    """None for a mean that is NaN."""
    if math.isnan(mean):
        return None
    return Whisker(scale.place(interval.low), scale.place(mean), scale.place(interval.high), scale.place(0.0))


def bars(scale: Scale, labels: Sequence[str], values: Float64, mean: float) -> Bars:
    """Bars from 0 to each value, lowest first; NaN values have none."""
    known = sorted((float(value), label) for label, value in zip(labels, values, strict=True) if not math.isnan(value))
    width = 100 / max(1, len(known))
    zero = 100 - scale.place(0.0)
    drawn = []
    for place, (value, label) in enumerate(known):
        top = 100 - scale.place(value)
        drawn.append(
            Bar(
                left=round(place * width, 3),
                width=round(width, 3),
                top=round(min(top, zero), 3),
                height=round(max(abs(zero - top), 0.4), 3),
                label=label,
                sign=(value > 0) - (value < 0),
            )
        )
    ticks = [scale.low + (scale.high - scale.low) * part / 4 for part in range(5)]
    return Bars(tuple(drawn), tuple((100 - scale.place(tick), tick) for tick in ticks), mean, 100 - scale.place(mean))
