from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.retrieval.feedback import SHARPNESS, feedback


def candidates(seed: int, n: int, missing: float = 0.0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[rng.random(n) < missing] = np.nan
    return rng.random(n).astype(np.float32), vectors


def slowly(scores: Any, vectors: Any, depth: int) -> list[float]:
    """The formula, one candidate at a time."""
    known = [i for i in range(len(scores)) if not np.isnan(vectors[i, 0])]
    best = sorted(known, key=lambda i: (-scores[i], i))[:depth]
    if not best:
        return [0.0] * len(scores)
    centre = np.zeros(vectors.shape[1])
    for i in best:
        centre += np.exp(SHARPNESS * (float(scores[i]) - float(scores[best[0]]))) * vectors[i].astype(np.float64)
    centre /= np.linalg.norm(centre)
    near = {i: float(vectors[i].astype(np.float64) @ centre) for i in known}
    low, high = min(near.values()), max(near.values())
    return [(near[i] - low) / (high - low) if i in near and high > low else np.nan for i in range(len(scores))]


@given(st.integers(0, 500), st.integers(2, 30), st.integers(1, 12), st.sampled_from([0.0, 0.4]))
def test_it_is_the_formula(seed: int, n: int, depth: int, missing: float) -> None:
    scores, vectors = candidates(seed, n, missing)
    found, expected = feedback(scores, vectors, depth), np.array(slowly(scores, vectors, depth))
    assert found.dtype == np.float32
    known = ~np.isnan(expected)
    np.testing.assert_allclose(found[known], expected[known], atol=2e-5)
    assert ((found >= 0) & (found <= 1)).all()


def test_by_hand() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)
    # only the best counts: cosines to it are 1, .6 and 0
    np.testing.assert_allclose(feedback(np.array([9, 5, 1], np.float32), vectors, 1), [1, 0.6, 0], atol=1e-6)
    # far better than the rest: their weights are e⁻²⁰ and less
    np.testing.assert_allclose(feedback(np.array([9, 5, 1], np.float32), vectors, 3), [1, 0.6, 0], atol=1e-6)


def test_an_odd_one_out_falls_below_a_group_of_like_products() -> None:
    group = np.array([[1, 0.1, 0], [1, 0, 0.1], [1, 0.1, 0.1]], np.float32)
    odd = np.array([[0, 0.2, 1]], np.float32)
    vectors = np.concatenate([odd, group])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near = feedback(np.array([1.0, 0.99, 0.98, 0.97], np.float32), vectors, 4)
    assert near.argmin() == 0
    assert near[0] == pytest.approx(0)


def test_candidates_without_a_vector_neither_count_nor_gain() -> None:
    scores, vectors = candidates(3, 6)
    without = np.concatenate([vectors, np.full((2, 5), np.nan, np.float32)])
    more = np.concatenate([scores, np.array([9, 8], np.float32)])
    found = feedback(more, without, 3)
    np.testing.assert_allclose(found[:6], feedback(scores, vectors, 3), atol=1e-6)
    assert found[6:].tolist() == [0, 0]


@pytest.mark.parametrize("n", [0, 1, 4])
def test_nothing_to_go_by(n: int) -> None:
    none = np.full((n, 3), np.nan, np.float32)
    assert feedback(np.ones(n, np.float32), none, 5).tolist() == [0.0] * n


def test_opposite_vectors_have_no_centre() -> None:
    vectors = np.array([[1, 0], [-1, 0]], np.float32)
    found = feedback(np.array([1, 1], np.float32), vectors, 2)
    assert np.isfinite(found).all()


@given(st.integers(0, 100), st.integers(2, 20))
def test_the_order_of_candidates_does_not_matter(seed: int, n: int) -> None:
    scores, vectors = candidates(seed, n)
    order = np.random.default_rng(seed).permutation(n)
    np.testing.assert_allclose(
        feedback(scores[order], vectors[order], 4), feedback(scores, vectors, 4)[order], atol=1e-5
    )
