"""The formulae agree with scikit-learn and with counts worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mutual_info_score

from shelfwise.understanding.expansion.association import dice, log_likelihood_ratio, npmi


@given(st.lists(st.integers(1, 30), min_size=4, max_size=4))
def test_g_squared_is_twice_n_times_the_mutual_information(cells: list[int]) -> None:
    both, only_a, only_b, neither = cells
    n = sum(cells)
    found = log_likelihood_ratio(np.float64(both), np.float64(both + only_a), np.float64(both + only_b), n)
    expected = 2 * n * mutual_info_score(None, None, contingency=np.array([[both, only_a], [only_b, neither]]))
    assert float(found) == pytest.approx(expected, abs=1e-8)


def test_empty_cells_count_nothing() -> None:
    assert float(log_likelihood_ratio(np.float64(5), np.float64(5), np.float64(5), 10.0)) == pytest.approx(
        20 * np.log(2)
    )


def test_dice() -> None:
    assert dice(np.array([2.0, 0.0]), np.array([2.0, 3.0]), np.array([4.0, 3.0])).tolist() == [2 / 3, 0.0]


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 50), st.integers(1, 50))
def test_npmi_lies_between_minus_one_and_one(j: int, a: int, b: int, rest: int) -> None:
    assert -1 - 1e-9 <= npmi(j, j + a, j + b, j + a + b + rest) <= 1 + 1e-9
