from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.retrieval.base import FusionSettings, Scale
from shelfwise.retrieval.fusion import fuse, parts
from shelfwise.retrieval.fusion.weighted import between, by_max, minmax, zscore
from shelfwise.types import Float32

columns = st.lists(st.one_of(st.just(math.nan), st.floats(0, 1e4, width=32)), min_size=1, max_size=30).map(
    lambda values: np.array(values, np.float32)
)


@pytest.mark.parametrize("scale", [by_max, minmax, zscore, lambda column: between(column, 0.2, 0.8)])
@given(column=columns)
def test_scales_lie_between_0_and_1_and_keep_order_and_gaps(
    scale: Callable[[Float32], Float32], column: Float32
) -> None:
    scaled = scale(column)
    np.testing.assert_array_equal(np.isnan(scaled), np.isnan(column))
    known = ~np.isnan(column)
    assert ((scaled[known] >= 0) & (scaled[known] <= 1 + 1e-6)).all()
    order = np.argsort(column[known])
    assert (np.diff(scaled[known][order]) >= -1e-6).all()


@pytest.mark.parametrize(
    ("scale", "column", "expected"),
    [
        (by_max, [2.0, 4.0, 0.0], [0.5, 1.0, 0.0]),
        (by_max, [0.0, 0.0], [0.0, 0.0]),
        (minmax, [2.0, 4.0, 3.0], [0.0, 1.0, 0.5]),
        (minmax, [3.0, 3.0], [1.0, 1.0]),
        (zscore, [1.0, 3.0], [0.5 - 1 / 6, 0.5 + 1 / 6]),
        (zscore, [3.0, 3.0], [0.5, 0.5]),
        (lambda column: between(column, 0.7, 0.9), [0.6, 0.8, 1.0], [0.0, 0.5, 1.0]),
        (minmax, [math.nan], [math.nan]),
        (zscore, [math.nan], [math.nan]),
        (by_max, [math.nan], [math.nan]),
    ],
)
def test_formulae(scale: Callable[[Float32], Float32], column: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(scale(np.array(column, np.float32)), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scale", ["max", "minmax", "zscore", (0.0, 10.0)])
@given(lexical=columns, seed=st.integers(0, 99))
def test_parts_add_up_to_the_fused_score(scale: Scale, lexical: Float32, seed: int) -> None:
    dense = np.random.default_rng(seed).permutation(lexical)
    settings = FusionSettings(lexical_weight=0.2, dense_weight=0.6, lexical_scale=scale, dense_scale="minmax")
    left, right = parts(lexical, dense, settings)
    fused = fuse(lexical, dense, settings)
    np.testing.assert_allclose(left + right, fused, rtol=1e-6)
    assert ((fused >= 0) & (fused <= 1 + 1e-6)).all()
    assert (left[np.isnan(lexical)] == 0).all()
    assert (left <= 0.25 + 1e-6).all()


def test_without_any_weight_nothing_is_divided_by_zero() -> None:
    column = np.array([1.0, 2.0], np.float32)
    assert np.isfinite(fuse(column, column, FusionSettings(lexical_weight=0, dense_weight=0))).all()
