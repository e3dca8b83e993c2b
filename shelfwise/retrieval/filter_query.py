"""A filter as a query of the text index: what passes, without a score."""

from __future__ import annotations

import math
from collections.abc import Sequence

import tantivy
from tantivy import FieldType, Occur, Query

from shelfwise.retrieval.filters import ID, NUMBERS, Fields
from shelfwise.retrieval.schema import SORTED, keyword_path, number_path, paths, sorted_term
from shelfwise.types import AllOf, And, AnyOf, Exists, Filter, NoneOf, Not, Or, Range, Value


def filter_query(given: Filter, index: tantivy.Index, fields: Fields) -> Query:
    """The query that matches what a resolved filter lets pass."""

    def walk(part: Filter) -> Query:  # noqa: PLR0911 (one return a kind)
        match part:
            case And(filters):
                return every([walk(inner) for inner in filters])
            case Or(filters):
                return either([walk(inner) for inner in filters])
            case Not(inner):
                return excluded(walk(inner))
            case AnyOf(field, values):
                return either([_equal(field, value, index) for value in values])
            case AllOf(field, values):
                return every([_equal(field, value, index) for value in values])
            case NoneOf(field, values):
                return excluded(either([_equal(field, value, index) for value in values]))
            case Range(field, low, high):
                return _range(field, low, high, index)
            case Exists(field) if field == ID:
                return Query.all_query()
            case Exists(field):
                return either([Query.exists_query(path) for path in paths(field, fields)])
        raise TypeError(f"not a filter: {part!r}")

    return walk(given)


def every(queries: Sequence[Query]) -> Query:
    """What matches all the queries."""
    return Query.boolean_query([(Occur.Must, query) for query in queries]) if queries else Query.all_query()


def either(queries: Sequence[Query]) -> Query:
    """What matches at least one of the queries."""
    return Query.boolean_query([(Occur.Should, query) for query in queries]) if queries else Query.empty_query()


def excluded(query: Query) -> Query:
    """What does not match the query."""
    return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, query)])


def _equal(field: str, value: Value, index: tantivy.Index) -> Query:
    if isinstance(value, str):
        return Query.term_query(index.schema, keyword_path(field), value)
    number = float(value)  # type: ignore[arg-type]  # resolved: a text or a number
    return _range(field, number, number, index)


def _range(field: str, low: float | None, high: float | None, index: tantivy.Index) -> Query:
    path = number_path(field)
    if low is None and high is None:
        return Query.exists_query(path)
    if field in NUMBERS:
        return Query.range_query(index.schema, path, FieldType.Float, low, high)
    ends = (
        sorted_term(field, -math.inf if low is None else low),
        sorted_term(field, math.inf if high is None else high),
    )
    # only the query language reaches ranges of terms; these terms have no letters that it could misread
    return index.parse_query(f"{SORTED}:[{ends[0]} TO {ends[1]}]")
