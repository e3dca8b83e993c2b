"""The probabilities of looking and choosing, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from shelfwise.simulate.shoppers.choice import attracted, examined, examined_in_rows, geometric, logistic


def test_examination_falls_as_one_over_the_rank() -> None:
    np.testing.assert_allclose(examined(4, 1.0), [1, 1 / 2, 1 / 3, 1 / 4])
    np.testing.assert_allclose(examined(3, 0.0), [1, 1, 1])


def test_rows_fall_along_and_down() -> None:
    np.testing.assert_allclose(examined_in_rows(0, 3, 1.0, 2.0), [1, 1 / 2, 1 / 3])
    np.testing.assert_allclose(examined_in_rows(2, 3, 1.0, 2.0), np.array([1, 1 / 2, 1 / 3]) / 9)


def test_logistic_by_hand() -> None:
    np.testing.assert_allclose(logistic(np.array([0.0, np.log(3), -np.log(3)])), [0.5, 0.75, 0.25])


def test_noise_clicks_are_a_floor() -> None:
    found = attracted(np.array([-50.0, 0.0, 50.0]), 0.0, 0.02)
    np.testing.assert_allclose(found, [0.02, 0.02 + 0.98 / 2, 1.0])


@pytest.mark.parametrize("mean", [1.0, 2.5, 9.0])
def test_geometric_has_its_mean(mean: float) -> None:
    places = (np.arange(20_000) + 0.5) / 20_000
    found = np.array([geometric(mean, float(place)) for place in places])
    assert found.min() == 1
    assert abs(found.mean() - mean) < 0.02 * mean
