"""Exact spans by hand."""

from __future__ import annotations

import pytest

from shelfwise.errors import InputError
from shelfwise.evaluation.spans import SpanScore, score_spans


def test_a_worked_example() -> None:
    true = [[(0, 2, "brand"), (3, 5, "product")], [(0, 4, "product")], []]
    found = [[(0, 2, "brand"), (3, 6, "product")], [(0, 4, "product")], [(1, 2, "brand")]]
    overall, each = score_spans(true, found)
    assert overall == SpanScore(2 / 4, 2 / 3, 4 / 7, 3, 4)
    assert each["brand"] == SpanScore(1 / 2, 1.0, 2 / 3, 1, 2)
    assert each["product"] == SpanScore(1 / 2, 1 / 2, 1 / 2, 2, 2)


def test_the_type_must_be_right_too() -> None:
    overall, each = score_spans([[(0, 2, "brand")]], [[(0, 2, "model")]])
    assert overall.f1 == 0
    assert each == {"brand": SpanScore(0, 0, 0, 1, 0), "model": SpanScore(0, 0, 0, 0, 1)}


def test_nothing_to_find_and_nothing_found() -> None:
    assert score_spans([[]], [[]]) == (SpanScore(0, 0, 0, 0, 0), {})


def test_as_many_answers_as_texts() -> None:
    with pytest.raises(InputError, match="expected those of 2"):
        score_spans([[], []], [[]])
