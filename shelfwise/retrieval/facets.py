"""Facets counted over a whole match set by the text index's aggregations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tantivy import Query

from shelfwise.errors import InputError
from shelfwise.retrieval.base import CATEGORY_SEPARATOR, FacetRequest
from shelfwise.retrieval.filter_query import filter_query
from shelfwise.retrieval.filters import Fields, conditions, field_of
from shelfwise.retrieval.lexical import Lexicon, both
from shelfwise.retrieval.schema import keyword_path, number_path
from shelfwise.types import AllOf, AnyOf, Facet, FacetValue, Filter

MAX_SIZE = 1000
EXACT = 10_000  # values counted in each segment, so that counts stay exact up to so many different ones


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
    return FacetRequest(name, request.kind, request.size, request.interval, request.bounds, request.exclude_own)


def count_facets(
    lexicon: Lexicon, query: Query, requests: Sequence[FacetRequest], fields: Fields, filter: Filter | None
) -> list[Facet]:
    """A facet for each (checked) request, over all that the query matches.

    `filter` says which values are selected; a selected value is always listed, even with a count of 0.
    """
    first = {str(number): _aggregation(request, fields) for number, request in enumerate(requests)}
    stats = {
        f"stats{number}": {"stats": {"field": number_path(request.field)}}
        for number, request in enumerate(requests)
        if _is_numeric(request, fields)
    }
    found = lexicon.searcher.aggregate(query, {name: body for name, body in first.items() if body} | stats)
    second = {
        str(number): histogram
        for number, request in enumerate(requests)
        if not first[str(number)] and (histogram := _histogram(request, found[f"stats{number}"]))
    }
    if second:
        found |= lexicon.searcher.aggregate(query, second)
    return [
        _Reading(lexicon, query, request, fields, selected_values(filter, request.field)).facet(
            found.get(str(number), {"buckets": []})["buckets"], found.get(f"stats{number}", {})
        )
        for number, request in enumerate(requests)
    ]


def selected_values(filter: Filter | None, field: str) -> tuple[str, ...]:
    """The values of the field that the filter asks for."""
    asked = [part for part in conditions(filter) if isinstance(part, AnyOf | AllOf) and field_of(part) == field]
    return tuple(dict.fromkeys(_name(value) for part in asked for value in part.values))


def _is_numeric(request: FacetRequest, fields: Fields) -> bool:
    return request.kind in ("histogram", "range") or request.field not in fields.keywords


def _aggregation(request: FacetRequest, fields: Fields) -> dict[str, Any]:
    """The request in the index's words; empty for a histogram, which must first know how far its numbers reach."""
    if request.kind == "histogram":
        return {}
    if request.kind == "range":
        ends = [None, *request.bounds, None]
        spans = [{"from": low, "to": high} for low, high in pairwise(ends)]
        ranges = [{key: end for key, end in span.items() if end is not None} for span in spans]
        return {"range": {"field": number_path(request.field), "ranges": ranges}}
    path = keyword_path(request.field) if request.field in fields.keywords else number_path(request.field)
    size = max(EXACT, request.size)
    return {"terms": {"field": path, "size": request.size, "segment_size": size, "order": {"_count": "desc"}}}


def _histogram(request: FacetRequest, stats: Mapping[str, Any]) -> dict[str, Any]:
    low, high = stats["min"], stats["max"]
    if low is None:
        return {}
    interval = request.interval or 0.0
    if not interval or (high - low) / interval > request.size:
        interval = _round_up((high - low) / request.size)
    return {"histogram": {"field": number_path(request.field), "interval": interval}}


def _round_up(width: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 … at or above the width, so that buckets have round ends."""
    if width <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= width * (1 - 1e-9))


class _Reading:
    """Turns the index's buckets into a facet."""

    def __init__(
        self, lexicon: Lexicon, query: Query, request: FacetRequest, fields: Fields, selected: tuple[str, ...]
    ) -> None:
        self.lexicon, self.query, self.request, self.fields, self.selected = lexicon, query, request, fields, selected

    def facet(self, buckets: Any, stats: Mapping[str, Any]) -> Facet:
        request = self.request
        if request.kind == "range":
            values = [_span(bucket) for bucket in buckets]
        elif request.kind == "histogram":
            step = buckets[1]["key"] - buckets[0]["key"] if len(buckets) > 1 else None
            values = [self._bar(bucket, step) for bucket in buckets]
        else:
            values = [*self._terms(buckets)]
            values.sort(
                key=_tree_order(values) if request.kind == "tree" else lambda value: (-value.count, value.value)
            )
        return Facet(request.field, request.kind, tuple(values), low=stats.get("min"), high=stats.get("max"))

    def _bar(self, bucket: Mapping[str, Any], step: float | None) -> FacetValue:
        low = float(bucket["key"])
        high = low + step if step is not None else low
        return FacetValue(f"{low:g}..{high:g}", bucket["doc_count"], low=low, high=high)

    def _terms(self, buckets: Any) -> Iterator[FacetValue]:
        missing = dict.fromkeys(self.selected)
        for bucket in buckets:
            name = _name(bucket["key"])
            missing.pop(name, None)
            yield FacetValue(name, bucket["doc_count"], selected=name in self.selected)
        for name in missing:
            condition = AnyOf(
                self.request.field, (name if self.request.field in self.fields.keywords else float(name),)
            )
            query = both(self.query, filter_query(condition, self.lexicon.index, self.fields))
            yield FacetValue(name, self.lexicon.find(query, 0)[2], selected=True)


def _span(bucket: Mapping[str, Any]) -> FacetValue:
    low, high = bucket.get("from"), bucket.get("to")
    name = f"{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"
    return FacetValue(name, bucket["doc_count"], low=low, high=high)


def _tree_order(values: Sequence[FacetValue]) -> Any:
    """Parents before their children, siblings by count."""
    counts = {value.value: value.count for value in values}

    def key(value: FacetValue) -> list[tuple[int, str]]:
        steps = value.value.split(CATEGORY_SEPARATOR)
        prefixes = (CATEGORY_SEPARATOR.join(steps[: end + 1]) for end in range(len(steps)))
        return [(-counts.get(prefix, 0), prefix) for prefix in prefixes]

    return key


def _name(value: Any) -> str:
    return value if isinstance(value, str) else f"{float(value):.15g}"
