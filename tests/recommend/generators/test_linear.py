"""EASE, neighbours and transitions against plain computations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics.pairwise import cosine_similarity

from shelfwise.errors import InputError
from shelfwise.recommend.generators.ease import Ease, autoencoder, inverse
from shelfwise.recommend.generators.item_knn import ItemKnn
from shelfwise.recommend.generators.neighbours import strongest
from shelfwise.recommend.generators.transitions import Transitions, steps
from shelfwise.recommend.interactions import Interactions

NAMES = tuple("abcdefgh")
RANDOM = np.random.default_rng(5)
SOME = Interactions.of_codes([RANDOM.permutation(8)[: RANDOM.integers(2, 6)].tolist() for _ in range(60)], NAMES)


def test_the_inverse_is_numpy_s() -> None:
    square = RANDOM.normal(size=(1500, 40)).astype(np.float32)
    gram = square[:1100] @ square[:1100].T  # larger than a block of the copying
    np.testing.assert_allclose(inverse(gram.copy(), 50.0) @ (gram + 50 * np.eye(1100)), np.eye(1100), atol=2e-3)


def test_a_matrix_that_has_no_inverse() -> None:
    with pytest.raises(InputError, match="not positive definite"):
        inverse(-np.eye(3, dtype=np.float32), 0.5)


def test_ease_is_the_best_linear_autoencoder_without_a_diagonal() -> None:
    """For each product, the ridge regression of its column on all the others."""
    x = SOME.matrix().toarray().astype(np.float64)
    found = autoencoder((x.T @ x).astype(np.float32), 3.0)
    for column in range(8):
        others = np.delete(np.arange(8), column)
        own = x[:, others]
        expected = np.linalg.solve(own.T @ own + 3 * np.eye(7), own.T @ x[:, column])
        np.testing.assert_allclose(found[others, column], expected, atol=1e-5)
        assert found[column, column] == 0


def test_products_outside_the_head_get_nothing() -> None:
    support = SOME.support
    model = Ease(ridge=1.0, head=4).learn(SOME)
    outside = np.argsort(-support, kind="stable")[4:]
    assert not model.weights[outside].toarray().any()
    assert not model.weights[:, outside].toarray().any()
    assert model.weights.nnz > 0


def test_a_log_that_nobody_is_in(capfd: pytest.CaptureFixture[str]) -> None:
    assert Ease().learn(Interactions.of_lists([])).weights.nnz == 0
    assert capfd.readouterr().out == ""  # LAPACK prints what it dislikes


def test_labels_bring_products_together_that_nobody_touched_both() -> None:
    histories = Interactions.of_codes([[0, 1], [0, 1], [2, 3], [2, 3]], NAMES[:4])
    labels = sparse.csr_matrix(np.array([[0], [1], [1], [0]], np.float32))  # 1 and 2 share one
    plain, labelled = (Ease(1.0, labels=each).learn(histories).weights.toarray() for each in (None, labels))
    assert plain[1, 2] == 0
    assert labelled[1, 2] > 0


def test_neighbours_are_cosines() -> None:
    expected = cosine_similarity(SOME.matrix().T.toarray())
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(ItemKnn().learn(SOME).weights.toarray(), expected, atol=1e-6)


@given(st.lists(st.lists(st.integers(0, 4), max_size=6), min_size=1, max_size=5))
@settings(deadline=None)
def test_steps_are_counted_with_their_distance(histories: list[list[int]]) -> None:
    expected = np.zeros((5, 5))
    for history in histories:
        for start, before in enumerate(history):
            for far, after in enumerate(history[start + 1 : start + 4]):
                expected[before, after] += 0.5**far
    found = steps(Interactions.of_codes(histories, NAMES[:5]), 0.5, 3).toarray()
    np.testing.assert_allclose(found, expected)


def test_what_comes_after_weighs_more_than_what_came_before() -> None:
    model = Transitions().learn(Interactions.of_codes([[0, 1], [0, 1], [0, 1]], NAMES[:2]))
    assert model.weights[1, 0] / model.weights[0, 1] == pytest.approx(model.back, rel=1e-5)


def test_the_strongest_of_a_row() -> None:
    matrix = sparse.csr_matrix(np.array([[1, 5, 0, 3], [0, -1, 0, 0]], np.float32))
    assert strongest(matrix, 2).toarray().tolist() == [[0, 5, 0, 3], [0, 0, 0, 0]]
