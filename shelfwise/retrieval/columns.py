"""Filter fields as columns of numbers: a filter becomes a mask over all rows in well under a millisecond.

Keywords are kept value by value (the rows that have it), numbers as sorted rows and their values. `Columns` is
immutable; live changes are further small `Columns` on top, of which the newest wins (`ColumnStack`).
"""

from __future__ import annotations

import bisect
import dataclasses
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from shelfwise.retrieval.arrays import load_array, save_array
from shelfwise.retrieval.filters import Fields
from shelfwise.types import Float64, Int32, Int64

ARRAYS = ("text_ends", "term_ends", "term_rows", "own_rows", "own_terms", "number_rows", "number_values")
FEW = 40  # a field is common when at least one row in so many has it
Facts = tuple[Mapping[str, tuple[str, ...]], Mapping[str, float]]  # a product's keywords and numbers


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of n rows. Terms are (field, value) pairs in order; `keywords[field]` is a slice of the terms.

    text: values joined, cut at text_ends Int64[t + 1]; term i has the rows term_rows[term_ends[i]:term_ends[i+1]].
    own_rows and own_terms hold the same pairs of row and term, in order of row within each field.
    `numbers[field]` is a slice of number_rows and number_values.
    """

    n: int
    keywords: Mapping[str, tuple[int, int]]
    numbers: Mapping[str, tuple[int, int]]
    text: bytes
    text_ends: Int64
    term_ends: Int64
    term_rows: Int32
    own_rows: Int32
    own_terms: Int32
    number_rows: Int32
    number_values: Float64
    _starts: dict[str, Int64] = dataclasses.field(default_factory=dict, init=False, compare=False)

    def rows_of(self, field: str, value: str) -> Int32:
        """The rows whose keyword field has this value."""
        first, last = self.keywords.get(field, (0, 0))
        wanted = value.encode()
        term = bisect.bisect_left(range(last), wanted, first, last, key=self._value)
        if term == last or self._value(term) != wanted:
            return np.empty(0, np.int32)
        return self.term_rows[self.term_ends[term] : self.term_ends[term + 1]]

    def rows_with(self, field: str) -> Int32:
        """The rows that have the keyword field, whatever its values (a row may come more than once)."""
        first, last = self.keywords.get(field, (0, 0))
        return self.term_rows[self.term_ends[first] : self.term_ends[last]]

    def count(self, field: str, rows: Int32) -> dict[str, int]:
        """How many of the rows (rising) have each value of the keyword field; values that none has are left out."""
        first, last = self.keywords.get(field, (0, 0))
        start, end = self.term_ends[first], self.term_ends[last]
        own_rows, own_terms = self.own_rows[start:end], self.own_terms[start:end]
        if FEW * len(own_rows) > self.n:
            starts = self._starts_of(field, own_rows)
            begin, lengths = starts[rows], starts[rows + 1]
        else:
            begin, lengths = np.searchsorted(own_rows, rows), np.searchsorted(own_rows, rows, "right")
        lengths = lengths - begin
        terms = own_terms[np.repeat(begin - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())]
        counts = np.bincount(terms - first)
        return {self._value(first + term).decode(): int(counts[term]) for term in np.flatnonzero(counts).tolist()}

    def _starts_of(self, field: str, own_rows: Int32) -> Int64:
        """Where each row's own pairs begin, Int64[n + 1]; worked out when a common field is first counted."""
        starts = self._starts.get(field)
        if starts is None:
            starts = self._starts[field] = np.searchsorted(own_rows, np.arange(self.n + 1))
        return starts

    def number_at(self, field: str, rows: Int32) -> Float64:
        """The number of each of the rows; NaN where a row has none."""
        known, values = self.number(field)
        if len(known) == self.n:
            return values[rows]
        places = np.searchsorted(known, rows)
        out = np.full(len(rows), np.nan)
        found = np.flatnonzero(places < len(known))
        found = found[known[places[found]] == rows[found]]
        out[found] = values[places[found]]
        return out

    def number(self, field: str) -> tuple[Int32, Float64]:
        """The rows that have the numeric field, and their values."""
        first, last = self.numbers.get(field, (0, 0))
        return self.number_rows[first:last], self.number_values[first:last]

    def _value(self, term: int) -> bytes:
        return bytes(self.text[self.text_ends[term] : self.text_ends[term + 1]])

    def save(self, folder: Path) -> None:
        """Write the columns as files of `folder`."""
        for name in ARRAYS:
            save_array(folder / f"{name}.npy", getattr(self, name))
        (folder / "terms.bin").write_bytes(self.text)
        known = {"n": self.n, "keywords": dict(self.keywords), "numbers": dict(self.numbers)}
        (folder / "fields.json").write_bytes(orjson.dumps(known))

    @classmethod
    def open(cls, folder: Path) -> Columns:
        """The columns that `save` wrote; arrays are read from disk as they are used."""
        known = orjson.loads((folder / "fields.json").read_bytes())
        arrays = {name: load_array(folder / f"{name}.npy") for name in ARRAYS}
        keywords = {field: (first, last) for field, (first, last) in known["keywords"].items()}
        numbers = {field: (first, last) for field, (first, last) in known["numbers"].items()}
        text = (folder / "terms.bin").read_bytes()
        return cls(known["n"], keywords, numbers, text, **arrays)


class ColumnsBuilder:
    """Collects rows in order and makes `Columns` of them."""

    def __init__(self) -> None:
        self.n = 0
        self._keywords: dict[str, dict[str, array[int]]] = {}
        self._numbers: dict[str, tuple[array[int], array[float]]] = {}

    def add(self, keywords: Mapping[str, Iterable[str]], numbers: Mapping[str, float]) -> None:
        """The next row."""
        for field, values in keywords.items():
            column = self._keywords.setdefault(field, {})
            for value in set(values):
                column.setdefault(value, array("i")).append(self.n)
        for field, number in numbers.items():
            rows, column_values = self._numbers.setdefault(field, (array("i"), array("d")))
            rows.append(self.n)
            column_values.append(number)
        self.n += 1

    def finish(self) -> Columns:
        """The columns of all rows added."""
        keywords: dict[str, tuple[int, int]] = {}
        values: list[bytes] = []
        postings: list[array[int]] = []
        for field, column in sorted(self._keywords.items()):
            ordered = sorted((value.encode(), rows) for value, rows in column.items())
            keywords[field] = (len(values), len(values) + len(ordered))
            values += [value for value, _ in ordered]
            postings += [rows for _, rows in ordered]
        numbers: dict[str, tuple[int, int]] = {}
        end = 0
        columns = sorted(self._numbers.items())
        for field, (rows, _) in columns:
            numbers[field] = (end, end + len(rows))
            end += len(rows)
        term_rows, own_rows, own_terms = _both_ways(postings, keywords)
        return Columns(
            n=self.n,
            keywords=keywords,
            numbers=numbers,
            text=b"".join(values),
            text_ends=_ends(values),
            term_ends=_ends(postings),
            term_rows=term_rows,
            own_rows=own_rows,
            own_terms=own_terms,
            number_rows=_joined([rows for _, (rows, _) in columns], np.dtype(np.int32)),
            number_values=_joined([numbers for _, (_, numbers) in columns], np.dtype(np.float64)),
        )


def _both_ways(postings: Sequence[array[int]], keywords: Mapping[str, tuple[int, int]]) -> tuple[Int32, Int32, Int32]:
    """The rows by term, and the same pairs by row within each field."""
    rows: Int32 = _joined(postings, np.dtype(np.int32))
    terms = np.repeat(np.arange(len(postings), dtype=np.int32), [len(part) for part in postings])
    own_rows, own_terms, end = np.empty_like(rows), np.empty_like(terms), 0
    for first, last in keywords.values():
        start, end = end, end + sum(len(part) for part in postings[first:last])
        order = start + np.argsort(rows[start:end], kind="stable")
        own_rows[start:end], own_terms[start:end] = rows[order], terms[order]
    return rows, own_rows, own_terms


def _ends(parts: Sequence[bytes | array[int]]) -> Int64:
    return np.concatenate(([0], np.cumsum([len(part) for part in parts], dtype=np.int64))).astype(np.int64)


def _joined(parts: Sequence[array[int]] | Sequence[array[float]], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    return np.concatenate([np.frombuffer(part, dtype) for part in parts]) if parts else np.empty(0, dtype)


@dataclass(frozen=True, slots=True)
class Layer:
    """Columns of a few changed rows: row i of `columns` stands for row `rows[i]` of the shop; `rows` rises."""

    rows: Int32
    columns: Columns
    facts: tuple[Facts, ...]

    @classmethod
    def of(cls, changed: Mapping[int, Facts]) -> Layer:
        """A layer that holds the changed rows."""
        builder, rows = ColumnsBuilder(), sorted(changed)
        for row in rows:
            builder.add(*changed[row])
        return cls(np.array(rows, np.int32), builder.finish(), tuple(changed[row] for row in rows))

    def changes(self) -> dict[int, Facts]:
        """What the layer was made of."""
        return dict(zip(self.rows.tolist(), self.facts, strict=True))


@dataclass(frozen=True, slots=True)
class ColumnStack:
    """The base columns and the layers of live changes above them, oldest first. `n` counts all rows."""

    base: Columns
    layers: tuple[Layer, ...]
    n: int
    fields: Fields

    @classmethod
    def on(cls, base: Columns) -> ColumnStack:
        """The base alone."""
        return cls(base, (), base.n, Fields.of(base.keywords, base.numbers))

    def changed(self, changed: Mapping[int, Facts], n: int) -> ColumnStack:
        """The stack after a change; layers double in size downwards, so there are few however many changes come."""
        if not changed:
            return self
        layers = [*self.layers, Layer.of(changed)]
        while len(layers) > 1 and 2 * len(layers[-1].rows) >= len(layers[-2].rows):
            newer, older = layers.pop(), layers.pop()
            layers.append(Layer.of(older.changes() | newer.changes()))
        keywords = self.fields.keywords.union(*(keywords for keywords, _ in changed.values()))
        numbers = self.fields.numbers.union(*(numbers for _, numbers in changed.values()))
        return ColumnStack(self.base, tuple(layers), n, Fields(keywords, numbers))

    def numbers(self, field: str, rows: Int32) -> Float64:
        """The field's number for each of the rows; NaN where a row has none."""
        out = np.full(len(rows), np.nan)
        for columns, own, places in self._split(rows):
            out[places] = columns.number_at(field, own)
        return out

    def count(self, field: str, rows: Int32) -> dict[str, int]:
        """How many of the rows have each value of the keyword field."""
        total: dict[str, int] = {}
        for columns, own, _ in self._split(rows):
            for value, count in columns.count(field, np.sort(own)).items():
                total[value] = total.get(value, 0) + count
        return total

    def _split(self, rows: Int32) -> Iterator[tuple[Columns, Int32, Int64]]:
        """For each layer and the base: its rows among those given, as it numbers them, and their places."""
        places = np.arange(len(rows))
        for layer in reversed(self.layers):
            at = np.minimum(np.searchsorted(layer.rows, rows[places]), len(layer.rows) - 1)
            here = layer.rows[at] == rows[places]
            yield layer.columns, at[here].astype(np.int32), places[here]
            places = places[~here]
        yield self.base, rows[places], places
