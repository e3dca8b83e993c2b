"""Facets: what is asked for, counts made into facets, and counting from the columns.

Relations: `facets_index.py` counts the same in the text index, for match sets too large to list.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from shelfwise.errors import InputError
from shelfwise.retrieval.base import CATEGORY_SEPARATOR, FacetRequest
from shelfwise.retrieval.columns import ColumnStack
from shelfwise.retrieval.filters import Fields, conditions, field_of
from shelfwise.types import AllOf, AnyOf, Facet, FacetValue, Filter, Float64, Int32

MAX_SIZE = 1000
FLAGS = {"available": {"0": "false", "1": "true"}}  # kept as numbers, called by the names that filters take


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted for one request: (value, count) pairs, or (lower end, count) for bars; numbers' extremes.

    step: width of a histogram's bars; 0 for other kinds.
    """

    buckets: Sequence[tuple[str | float, int]]
    low: float | None = None
    high: float | None = None
    step: float = 0.0


def check_facets(requests: Sequence[FacetRequest], fields: Fields) -> tuple[FacetRequest, ...]:
    """The requests with full field names. Raises InputError for an unknown field, or bounds that make no sense."""
    return tuple(_checked(request, fields) for request in requests)


def _checked(request: FacetRequest, fields: Fields) -> FacetRequest:
    name = fields.name(request.field)
    where = f"facet {name}"
    if not 1 <= request.size <= MAX_SIZE:
        raise InputError(f"{where}: size {request.size}, expected 1 to {MAX_SIZE}.")
    if request.kind in ("histogram", "range") and name not in fields.numbers:
        raise InputError(f"{where}: it holds texts, so it has no {request.kind}.", hint='Use kind "terms".')
    if request.interval is not None and not (math.isfinite(request.interval) and request.interval > 0):
        raise InputError(f"{where}: interval {request.interval}, expected a number above 0.")
    if request.kind == "range":
        bounds = request.bounds
        rising = all(low < high for low, high in pairwise(bounds))
        if not 1 <= len(bounds) <= MAX_SIZE or not rising or not all(map(math.isfinite, bounds)):
            raise InputError(f"{where}: bounds {bounds!r:.80}, expected rising numbers.")
    return replace(request, field=name)


def is_numeric(request: FacetRequest, fields: Fields) -> bool:
    """Whether the request counts numbers: bars, ranges, or the single values of a field without texts."""
    return request.kind in ("histogram", "range") or request.field not in fields.keywords


def selected_values(filter: Filter | None, requests: Sequence[FacetRequest]) -> dict[str, tuple[str, ...]]:
    """The values that the filter asks for, of each requested field."""
    chosen: dict[str, tuple[str, ...]] = {}
    for request in requests:
        parts = [part for part in conditions(filter) if isinstance(part, AnyOf | AllOf)]
        values = [value_name(value) for part in parts if field_of(part) == request.field for value in part.values]
        chosen[request.field] = tuple(dict.fromkeys(values))
    return chosen


def bar_width(request: FacetRequest, low: float, high: float) -> float:
    """The width asked for, or the next of 1, 2, 5, 10, 20, 50 … that gives no more bars than asked for."""
    if request.interval and (high - low) / request.interval <= request.size:
        return request.interval
    width = (high - low) / request.size
    if width <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= width * (1 - 1e-9))


def value_name(value: Any) -> str:
    """A value as text; whole numbers without a point."""
    return value if isinstance(value, str) else f"{float(value):.15g}"


# --- counting from the columns -------------------------------------------------------------------------------


def count_in_columns(
    columns: ColumnStack, rows: Int32, requests: Sequence[FacetRequest], fields: Fields
) -> list[Counts]:
    """Counts over the rows given (each once)."""
    return [
        _numbers(request, columns.numbers(request.field, rows))
        if is_numeric(request, fields)
        else Counts([*columns.count(request.field, rows).items()])
        for request in requests
    ]


def _numbers(request: FacetRequest, numbers: Float64) -> Counts:
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        return Counts([(low, 0) for low in (-math.inf, *request.bounds)] if request.kind == "range" else [])
    low, high = float(numbers.min()), float(numbers.max())
    if request.kind == "range":
        places = np.bincount(np.searchsorted(request.bounds, numbers, "right"), minlength=len(request.bounds) + 1)
        return Counts([*zip((-math.inf, *request.bounds), places.tolist(), strict=True)], low, high)
    if request.kind == "histogram":
        step = bar_width(request, low, high)
        bars = np.floor(numbers / step).astype(np.int64)
        first = int(bars.min())
        counts = np.bincount(bars - first).tolist()
        return Counts([((first + place) * step, count) for place, count in enumerate(counts)], low, high, step)
    values, counted = np.unique(numbers, return_counts=True)
    return Counts([*zip(map(value_name, values.tolist()), counted.tolist(), strict=True)], low, high)


# --- counts made into facets ---------------------------------------------------------------------------------


def make_facets(
    requests: Sequence[FacetRequest], counts: Sequence[Counts], selected: Mapping[str, tuple[str, ...]]
) -> list[Facet]:
    """A facet for each request. Selected values are listed even where they did not make the size, or count 0."""
    return [
        _facet(request, counted, selected.get(request.field, ()))
        for request, counted in zip(requests, counts, strict=True)
    ]


def _facet(request: FacetRequest, counted: Counts, selected: tuple[str, ...]) -> Facet:
    if request.kind == "range":
        values = _ranges(request.bounds, [count for _, count in counted.buckets])
    elif request.kind == "histogram":
        values = [_span(float(low), float(low) + counted.step, count) for low, count in counted.buckets]
    else:
        names = FLAGS.get(request.field, {})
        counts = {names.get(str(value), str(value)): count for value, count in counted.buckets}
        values = _terms(request, counts, tuple(names.get(value, value) for value in selected))
    return Facet(request.field, request.kind, tuple(values), low=counted.low, high=counted.high)


def _terms(request: FacetRequest, counts: dict[str, int], selected: tuple[str, ...]) -> list[FacetValue]:
    best = sorted(counts, key=lambda value: (-counts[value], value))[: request.size]
    names = dict.fromkeys((*best, *selected))
    values = [FacetValue(name, counts.get(name, 0), selected=name in selected) for name in names]
    if request.kind == "tree":
        return sorted(values, key=lambda value: _tree_place(value.value, counts))
    return sorted(values, key=lambda value: (-value.count, value.value))


def _tree_place(path: str, counts: Mapping[str, int]) -> list[tuple[int, str]]:
    """Where a path stands: parents before their children, siblings by count."""
    steps = path.split(CATEGORY_SEPARATOR)
    prefixes = (CATEGORY_SEPARATOR.join(steps[: end + 1]) for end in range(len(steps)))
    return [(-counts.get(prefix, 0), prefix) for prefix in prefixes]


def _ranges(bounds: Sequence[float], counts: Sequence[int]) -> list[FacetValue]:
    spans = list(pairwise((None, *bounds, None)))
    counts = counts or [0] * len(spans)  # an empty catalogue counts nothing
    return [_span(low, high, count) for (low, high), count in zip(spans, counts, strict=True)]


def _span(low: float | None, high: float | None, count: int) -> FacetValue:
    low_name, high_name = ("" if end is None else f"{end:.10g}" for end in (low, high))
    return FacetValue(f"{low_name}..{high_name}", count, low=low, high=high)
