from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.retrieval.columns import Columns, ColumnsBuilder, ColumnStack, Facts

facts = st.tuples(
    st.dictionaries(st.sampled_from(["brand", "颜色"]), st.lists(st.sampled_from("abcé"), max_size=3).map(tuple)),
    st.dictionaries(st.sampled_from(["price", "size"]), st.floats(-5, 5)),
)


def built(rows: list[Facts]) -> Columns:
    builder = ColumnsBuilder()
    for row in rows:
        builder.add(*row)
    return builder.finish()


@settings(deadline=None)
@given(st.lists(facts, max_size=12), st.lists(st.dictionaries(st.integers(0, 15), facts, max_size=4), max_size=6))
def test_a_stack_answers_as_the_rows_would(rows: list[Facts], changes: list[dict[int, Facts]]) -> None:
    stack = ColumnStack.on(built(rows))
    truth = dict(enumerate(rows))
    for asked in changes:
        new = iter(range(len(truth), 100))  # rows are added one after the other
        change = {row if row < len(truth) else next(new): fact for row, fact in asked.items()}
        truth |= change
        stack = stack.changed(change, len(truth))
    every = np.arange(stack.n, dtype=np.int32)
    for field in ("brand", "颜色"):
        for value in "abcé":
            expected = sum(value in keywords.get(field, ()) for keywords, _ in truth.values())
            assert stack.count(field, every).get(value, 0) == expected
    for field in ("price", "size"):
        known = [truth.get(row, ({}, {}))[1].get(field, np.nan) for row in range(stack.n)]
        np.testing.assert_array_equal(stack.numbers(field, every), known)
    assert len(stack.layers) <= 4, "layers are joined as they come"
    assert {"brand", "price", "id"} <= stack.fields.keywords | stack.fields.numbers


@given(st.lists(facts, max_size=8))
def test_files_give_back_what_was_saved(tmp_path_factory: pytest.TempPathFactory, rows: list[Facts]) -> None:
    folder: Path = tmp_path_factory.mktemp("columns")
    columns = built(rows)
    columns.save(folder)
    again = Columns.open(folder)
    assert (again.n, again.keywords, again.numbers, again.text) == (
        columns.n,
        columns.keywords,
        columns.numbers,
        columns.text,
    )
    for name in ("text_ends", "term_rows", "own_rows", "own_terms", "number_values"):
        np.testing.assert_array_equal(getattr(again, name), getattr(columns, name))
