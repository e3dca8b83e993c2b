"""More views of few examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from shelfwise.language.base import TextKind
from shelfwise.types import Float32
from shelfwise.understanding.intent.views import FEW, views


class TwoKinds:
    """Queries around 1, products around 3."""

    name, dim = "two", 2

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        return np.array([[len(text), 1 if kind == "query" else 3] for text in texts], np.float32)


def test_few_texts_are_seen_twice_and_labels_speak() -> None:
    texts, vectors, labels, groups = views(["a", "bbb"], ["card_arrival", "out_of_scope"], ["one", "two"], TwoKinds())
    assert texts == ["a", "bbb", "a", "bbb", "card arrival"]
    assert labels == ["card_arrival", "out_of_scope", "card_arrival", "out_of_scope", "card_arrival"]
    assert groups == ["one", "two", "one", "two", "card arrival"]
    assert vectors[:2].mean(axis=0) == pytest.approx(vectors[2:4].mean(axis=0))
    assert vectors[4].tolist() == [12, 1]


def test_many_are_enough() -> None:
    many = [f"t{n}" for n in range(2 * FEW + 1)]
    labels = ["x", "y"] * FEW + ["x"]
    texts, vectors, same, groups = views(many, labels, many, TwoKinds())
    assert (texts, same, groups) == (many, labels, many)
    assert vectors.shape == (len(many), 2)
