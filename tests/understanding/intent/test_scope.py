"""Out of scope: a probability, and a threshold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.evaluation.classification import auroc
from shelfwise.understanding.intent.head import IntentHead
from shelfwise.understanding.intent.scope import Scope, outside_scores, outsideness
from tests.understanding.intent.intent_texts import texts_and_labels, vectors_of

logits = st.lists(st.floats(-20, 20), min_size=4, max_size=4)


@given(st.lists(logits, min_size=1, max_size=5), st.integers(0, 3), st.floats(0, 5), st.floats(-5, 5))
def test_probabilities_add_up_and_keep_the_order(
    rows: list[list[float]], place: int, slope: float, offset: float
) -> None:
    z = np.array(rows)
    found = Scope(place, slope, offset).probabilities(z, 0.7)
    assert found.sum(axis=1) == pytest.approx(np.ones(len(z)))
    inside = np.delete(z, place, axis=1), np.delete(found, place, axis=1)
    assert (inside[1][np.arange(len(z)), inside[0].argmax(axis=1)] >= inside[1].max(axis=1) - 1e-12).all()
    expected = 1 / (1 + np.exp(-(slope * outsideness(z, place) + offset)))
    assert found[:, place] == pytest.approx(expected)


def test_a_head_learns_what_is_out_of_scope() -> None:
    texts, labels = texts_and_labels()
    head = IntentHead.fit(texts, vectors_of(labels), labels, seed=0)
    assert head.scope is not None
    scores = outside_scores(head.predict(texts, vectors_of(labels, seed=1)), head.labels, "out_of_scope")
    outside = np.array([label == "out_of_scope" for label in labels])
    assert auroc(scores, outside) > 0.99
    assert (scores[outside] >= head.scope.threshold).mean() > 0.9
    assert (scores[~outside] >= head.scope.threshold).mean() < 0.1


def test_without_such_a_label_doubt_is_the_score() -> None:
    assert outside_scores(np.array([[0.7, 0.3], [0.5, 0.5]]), ["a", "b"], "out_of_scope") == pytest.approx([0.3, 0.5])
