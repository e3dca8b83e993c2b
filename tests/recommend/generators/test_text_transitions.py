"""Transitions carried over by texts, against the dense product and on examples that can be followed."""

from __future__ import annotations

import numpy as np
import pytest

from shelfwise.recommend.generators.text_transitions import TextTransitions, likeness
from shelfwise.recommend.generators.transitions import Transitions
from shelfwise.recommend.interactions import Interactions

RANDOM = np.random.default_rng(3)
NAMES = ("pen", "paper", "new pen", "new paper", "no text", "lamp")
VECTORS = np.array([[1, 0, 0], [0, 1, 0], [0.8, 0, 0.6], [0, 0.8, 0.6], [0, 0, 0], [0, 0, 1]], np.float32)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_the_weights_are_the_dense_product() -> None:
    some = Interactions.of_codes([RANDOM.permutation(9)[:5].tolist() for _ in range(40)], tuple("abcdefghijkl"))
    vectors = unit(RANDOM.normal(size=(12, 6)) + 1)  # the last three are touched by nobody
    model = TextTransitions(vectors)
    model.near = 4
    cosines = (vectors @ vectors[:9].T).astype(np.float64)
    values = np.exp(model.sharp * (cosines - 1))
    values[values < np.sort(values, axis=1)[:, -4][:, None]] = 0
    values[cosines <= 0] = 0
    alike = np.zeros((12, 12))
    alike[:, :9] = values / values.sum(axis=1, keepdims=True)
    expected = alike @ Transitions().weigh(some).toarray() @ alike.T
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(model.learn(some).weights.toarray(), expected, rtol=1e-4, atol=1e-9)


def test_new_products_go_with_what_those_like_them_go_with() -> None:
    histories = Interactions.of_lists([["pen", "paper"]] * 5 + [["lamp", "no text"]], NAMES)
    weights = TextTransitions(VECTORS).learn(histories).weights.toarray()
    pen, paper, new_pen, new_paper, bare, lamp = range(6)
    assert weights[pen, new_paper] > 0
    assert weights[new_pen, paper] > 0
    assert weights[new_pen, new_paper] > weights[new_paper, new_pen] > 0  # the order is carried over as well
    assert not weights.diagonal().any()
    plain = Transitions().learn(histories).weights.toarray()
    assert weights[lamp, bare] == pytest.approx(plain[lamp, bare], rel=1e-5)  # it stands for itself
    assert weights[bare, pen] == 0


def test_without_texts_there_is_nothing_to_carry() -> None:
    histories = Interactions.of_lists([["pen", "paper"]])
    assert TextTransitions().learn(histories).weights.nnz == 0
    assert TextTransitions(VECTORS[:0]).learn(Interactions.of_lists([])).weights.nnz == 0


def test_likeness_is_shared_out() -> None:
    found = likeness(VECTORS, np.array([0, 1, 4]), near=2, sharp=5.0).toarray()
    np.testing.assert_allclose(found.sum(axis=1), [1, 1, 1, 1, 1, 0], rtol=1e-6)  # a lamp is like no anchor
    assert found[2, 0] == found[3, 1] == found[4, 4] == 1
