"""A filter as a mask over rows: m = Bool[n], True where the product passes.

Relations: `filter_query.py` says the same in the words of the text index; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from shelfwise.retrieval.columns import Columns, ColumnStack
from shelfwise.retrieval.filters import ID
from shelfwise.types import AllOf, And, AnyOf, Bool, Exists, Filter, Float64, NoneOf, Not, Or, Range, Value

RowOf = Callable[[str], int | None]


def mask(given: Filter, columns: ColumnStack, row_of: RowOf) -> Bool:  # noqa: PLR0911 (one return a kind)
    """The rows that pass a resolved filter. `row_of` finds the row of an id."""
    match given:
        case And(filters):
            parts = (mask(part, columns, row_of) for part in filters)
            return _fold(np.logical_and, parts, np.ones(columns.n, bool))
        case Or(filters):
            parts = (mask(part, columns, row_of) for part in filters)
            return _fold(np.logical_or, parts, np.zeros(columns.n, bool))
        case Not(inner):
            return np.logical_not(mask(inner, columns, row_of))
        case NoneOf(field, values):
            return np.logical_not(mask(AnyOf(field, values), columns, row_of))
        case AllOf(field, values):
            parts = (mask(AnyOf(field, (value,)), columns, row_of) for value in values)
            return _fold(np.logical_and, parts, np.ones(columns.n, bool))
        case AnyOf(field, values) if field == ID:
            return _ids(values, columns.n, row_of)
        case Exists(field) if field == ID:
            return np.ones(columns.n, bool)
        case AnyOf() | Range() | Exists():
            return _leaf(given, columns)
    raise TypeError(f"not a filter: {given!r}")


def _fold(join: np.ufunc, parts: Iterable[Bool], out: Bool) -> Bool:
    for part in parts:
        join(out, part, out=out)
    return out


def _ids(values: Sequence[Value], n: int, row_of: RowOf) -> Bool:
    out = np.zeros(n, bool)
    rows = [row for value in values if (row := row_of(str(value))) is not None]
    out[rows] = True
    return out


def _leaf(given: AnyOf | Range | Exists, columns: ColumnStack) -> Bool:
    out = np.zeros(columns.n, bool)
    _mark(given, columns.base, out[: columns.base.n])
    for layer in columns.layers:
        part = np.zeros(layer.columns.n, bool)
        _mark(given, layer.columns, part)
        out[layer.rows] = part
    return out


def _mark(given: AnyOf | Range | Exists, columns: Columns, out: Bool) -> None:
    if isinstance(given, Exists):
        out[columns.rows_with(given.field)] = True
        out[columns.number(given.field)[0]] = True
    elif isinstance(given, Range):
        _pass(columns, given.field, out, partial(_within, given.low, given.high))
    else:
        for value in given.values:
            if isinstance(value, str):
                out[columns.rows_of(given.field, value)] = True
            else:
                _pass(columns, given.field, out, partial(np.equal, float(value)))  # type: ignore[arg-type]


def _pass(columns: Columns, field: str, out: Bool, test: Callable[[Float64], Bool]) -> None:
    rows, numbers = columns.number(field)
    if len(rows) == columns.n:  # every row has the number, so its place is its row
        out |= test(numbers)
    else:
        out[rows[test(numbers)]] = True


def _within(low: float | None, high: float | None, numbers: Float64) -> Bool:
    passed = np.ones(len(numbers), bool) if low is None else numbers >= low
    if high is not None:
        passed &= numbers <= high
    return passed
