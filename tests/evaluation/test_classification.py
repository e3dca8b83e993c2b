"""Figures of classifiers, against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, precision_recall_curve, roc_auc_score

from shelfwise.errors import InputError
from shelfwise.evaluation.classification import (
    Confusion,
    accuracy,
    auroc,
    confusions,
    macro_f1,
    recall_at_precision,
)

pairs = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcde")), min_size=1, max_size=40)
scored = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=2, max_size=40).filter(
    lambda rows: len({positive for _, positive in rows}) == 2
)


@given(pairs)
def test_accuracy_and_f1_are_those_of_scikit_learn(rows: list[tuple[str, str]]) -> None:
    true, answers = [one for one, _ in rows], [other for _, other in rows]
    assert accuracy(true, answers) == pytest.approx(accuracy_score(true, answers))
    assert macro_f1(true, answers) == pytest.approx(f1_score(true, answers, average="macro"))


@given(scored)
def test_auroc_is_that_of_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    scores, positive = np.array([score for score, _ in rows], float), np.array([one for _, one in rows])
    assert auroc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))


@given(scored, st.sampled_from([0.3, 0.5, 0.9, 1.0]))
def test_recall_at_precision_is_the_best_of_the_curve(rows: list[tuple[int, bool]], wanted: float) -> None:
    scores, positive = np.array([score for score, _ in rows], float), np.array([one for _, one in rows])
    precision, recall, _ = precision_recall_curve(positive, scores)
    best = max((r for p, r in zip(precision[:-1], recall[:-1], strict=True) if p >= wanted - 1e-12), default=0.0)
    found, threshold = recall_at_precision(scores, positive, wanted)
    assert found == pytest.approx(best)
    if found:
        assert positive[scores >= threshold].mean() >= wanted - 1e-12
        assert (positive & (scores >= threshold)).sum() / positive.sum() == pytest.approx(found)
    else:
        assert threshold == math.inf


def test_one_group_has_no_auroc() -> None:
    assert math.isnan(auroc(np.array([1.0, 2.0]), np.array([True, True])))


def test_confusions_come_the_most_frequent_first() -> None:
    found = confusions(["a", "a", "b", "b", "b"], ["b", "b", "b", "a", "c"])
    assert found == [Confusion("a", "b", 2), Confusion("b", "a", 1), Confusion("b", "c", 1)]


@pytest.mark.parametrize(("true", "answers"), [([], []), (["a"], []), (["a"], ["a", "b"])])
def test_unequal_lists_are_refused(true: list[str], answers: list[str]) -> None:
    with pytest.raises(InputError, match="expected one answer"):
        accuracy(true, answers)
    with pytest.raises(InputError, match="expected one answer"):
        macro_f1(true, answers)
