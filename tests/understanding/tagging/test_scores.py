"""Precision, recall and F1 of spans, worked by hand."""

from __future__ import annotations

import pytest

from shelfwise.understanding.tagging.base import Span
from shelfwise.understanding.tagging.scores import score


def test_by_hand() -> None:
    labelled = [[Span(0, 2, "a"), Span(2, 4, "b")], [Span(0, 1, "a")], []]
    found = [[Span(0, 2, "a", 0.3), Span(2, 3, "b")], [Span(0, 1, "b")], [Span(5, 6, "a")]]
    scores = score(labelled, found)
    assert scores["a"] == {"precision": 1 / 2, "recall": 1 / 2, "f1": 1 / 2, "support": 2}
    assert scores["b"] == {"precision": 0, "recall": 0, "f1": 0, "support": 1}
    assert scores[""] == {"precision": 1 / 4, "recall": 1 / 3, "f1": pytest.approx(2 / 7), "support": 3}


def test_nothing_labelled_and_nothing_found() -> None:
    assert score([[]], [[]]) == {"": {"precision": 0, "recall": 0, "f1": 0, "support": 0}}


def test_as_many_texts_on_both_sides() -> None:
    with pytest.raises(ValueError):
        score([[]], [])
