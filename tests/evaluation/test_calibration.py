"""Calibration by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.evaluation.calibration import Bin, expected_calibration_error, reliability


def test_a_worked_example() -> None:
    """Five bins: .15, .2 in the first (mean .175, one right), .55 in the third (right), .9, 1 in the last (both)."""
    confidence, right = np.array([0.15, 0.2, 0.55, 0.9, 1.0]), np.array([True, False, True, True, True])
    bins = reliability(confidence, right, 5)
    assert [(round(one.low, 2), round(one.high, 2), one.count) for one in bins] == [
        (0, 0.2, 2),
        (0.4, 0.6, 1),
        (0.8, 1, 2),
    ]
    assert [one.accuracy for one in bins] == [0.5, 1.0, 1.0]
    expected = (2 * abs(0.5 - 0.175) + 1 * abs(1 - 0.55) + 2 * abs(1 - 0.95)) / 5
    assert expected_calibration_error(confidence, right, 5) == pytest.approx(expected)


def test_the_ends_fall_into_the_outer_bins() -> None:
    found = reliability(np.array([0.0, 1.0]), np.array([False, True]), 10)
    assert found == (Bin(0.0, 0.1, 1, 0.0, 0.0), Bin(0.9, 1.0, 1, 1.0, 1.0))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_the_error_is_bounded_and_bins_hold_all(rows: list[tuple[float, bool]]) -> None:
    confidence, right = np.array([one for one, _ in rows]), np.array([one for _, one in rows])
    assert sum(one.count for one in reliability(confidence, right)) == len(rows)
    error = expected_calibration_error(confidence, right)
    assert abs(confidence.mean() - right.mean()) - 1e-9 <= error <= 1  # one bin is the least that there can be


def test_nothing_has_no_error() -> None:
    assert math.isnan(expected_calibration_error(np.empty(0), np.empty(0, bool)))


@pytest.mark.parametrize(("confidence", "bins"), [(1.5, 10), (-0.1, 10), (math.nan, 10), (0.5, 0)])
def test_what_is_no_probability_is_refused(confidence: float, bins: int) -> None:
    with pytest.raises(InputError, match="expected 1 or more bins"):
        reliability(np.array([confidence]), np.array([True]), bins)
