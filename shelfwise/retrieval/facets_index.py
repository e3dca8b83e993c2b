"""Counting facets in the text index: one pass over whatever a query matches, however much that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tantivy import Query

from shelfwise.retrieval.base import FacetRequest
from shelfwise.retrieval.facets import Counts, bar_width, is_numeric, value_name
from shelfwise.retrieval.filter_query import filter_query
from shelfwise.retrieval.filters import Fields
from shelfwise.retrieval.lexical import Lexicon, both
from shelfwise.retrieval.schema import keyword_path, number_path
from shelfwise.types import AnyOf

EXACT = 10_000  # values counted in each segment, so that counts stay exact up to so many different ones


def count_in_index(
    lexicon: Lexicon,
    query: Query,
    requests: Sequence[FacetRequest],
    fields: Fields,
    selected: Mapping[str, tuple[str, ...]],
) -> list[Counts]:
    """Counts over all that the query matches: the `size` commonest values, and the selected ones."""
    asked = {str(number): _aggregation(request, fields) for number, request in enumerate(requests)}
    asked |= {
        f"stats{number}": {"stats": {"field": number_path(request.field)}}
        for number, request in enumerate(requests)
        if is_numeric(request, fields)
    }
    found = lexicon.searcher.aggregate(query, {name: body for name, body in asked.items() if body})
    steps = {
        number: bar_width(request, found[f"stats{number}"]["min"], found[f"stats{number}"]["max"])
        for number, request in enumerate(requests)
        if request.kind == "histogram" and found[f"stats{number}"]["min"] is not None
    }
    if steps:  # bars need the extremes first
        bars = {
            str(number): {"histogram": {"field": number_path(requests[number].field), "interval": step}}
            for number, step in steps.items()
        }
        found |= lexicon.searcher.aggregate(query, bars)
    out = []
    for number, request in enumerate(requests):
        stats = found.get(f"stats{number}", {})
        buckets = _buckets(request, found.get(str(number), {"buckets": []})["buckets"])
        if request.kind in ("terms", "tree"):
            known = dict(buckets)
            missing = [name for name in selected.get(request.field, ()) if name not in known]
            buckets += [(name, _count(lexicon, query, _condition(request, name, fields), fields)) for name in missing]
        out.append(Counts(buckets, stats.get("min"), stats.get("max"), steps.get(number, 0.0)))
    return out


def _aggregation(request: FacetRequest, fields: Fields) -> dict[str, Any]:
    """The request in the index's words; empty for a histogram, which must first know how far its numbers reach."""
    if request.kind == "histogram":
        return {}
    if request.kind == "range":
        ends = [{"to": request.bounds[0]}, *({"from": low} for low in request.bounds)]
        for span, high in zip(ends[1:], request.bounds[1:], strict=False):
            span["to"] = high
        return {"range": {"field": number_path(request.field), "ranges": ends}}
    path = number_path(request.field) if is_numeric(request, fields) else keyword_path(request.field)
    size = {"size": request.size, "segment_size": max(EXACT, request.size)}
    return {"terms": {"field": path, "order": {"_count": "desc"}, **size}}


def _buckets(request: FacetRequest, given: Sequence[Mapping[str, Any]]) -> list[tuple[str | float, int]]:
    if request.kind == "range":
        return [(bucket.get("from", -math.inf), bucket["doc_count"]) for bucket in given]
    if request.kind == "histogram":
        return [(bucket["key"], bucket["doc_count"]) for bucket in given]
    return [(value_name(bucket["key"]), bucket["doc_count"]) for bucket in given]


def _condition(request: FacetRequest, name: str, fields: Fields) -> AnyOf:
    return AnyOf(request.field, (float(name) if is_numeric(request, fields) else name,))


def _count(lexicon: Lexicon, query: Query, condition: AnyOf, fields: Fields) -> int:
    return lexicon.find(both(query, filter_query(condition, lexicon.index, fields)), 0)[2]
