from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from shelfwise.retrieval.base import FusionSettings
from shelfwise.retrieval.fusion import fuse
from shelfwise.retrieval.fusion.rrf import ranks, reciprocal

scores = st.lists(st.one_of(st.just(math.nan), st.integers(-5, 5).map(float)), min_size=1, max_size=30)


@given(scores)
def test_ranks_are_scipys_average_ranks(values: list[float]) -> None:
    given_scores = np.array(values, np.float32)
    known = ~np.isnan(given_scores)
    expected = np.full(len(values), np.nan)
    expected[known] = rankdata(-given_scores[known], "average")
    np.testing.assert_array_equal(ranks(given_scores), expected)


@given(scores, st.randoms())
def test_order_of_storage_does_not_matter(values: list[float], random: object) -> None:
    order = np.random.default_rng(random.randint(0, 99)).permutation(len(values))  # type: ignore[attr-defined]
    column = np.array(values, np.float32)
    settings = FusionSettings("rrf")
    fused, shuffled = fuse(column, column[::-1].copy(), settings), fuse(column[order], column[::-1][order], settings)
    np.testing.assert_allclose(fused[order], shuffled, rtol=1e-6)


def test_the_formula() -> None:
    assert reciprocal(np.array([3.0, 1.0, math.nan], np.float32), 60)[:2] == pytest.approx([1.0, 61 / 62])
    lexical = np.array([5.0, 4.0, math.nan], np.float32)
    dense = np.array([0.1, 0.9, 0.5], np.float32)
    fused = fuse(lexical, dense, FusionSettings("rrf", 0.5, 0.5, 60))
    assert fused == pytest.approx([0.5 + 0.5 * 61 / 63, 0.5 * 61 / 62 + 0.5, 0.5 * 61 / 62])


def test_a_weight_of_zero_leaves_a_source_out() -> None:
    lexical, dense = np.array([1.0, 2.0], np.float32), np.array([2.0, 1.0], np.float32)
    assert fuse(lexical, dense, FusionSettings("rrf", 1, 0)).argmax() == 1
    assert fuse(lexical, dense, FusionSettings("rrf", 0, 1)).argmax() == 0
