"""Logistic regression: the same as scikit-learn's, true after scaling, sensible with nearly nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from shelfwise.recommend.prediction.logistic import fit_logistic


@pytest.fixture
def drawn() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    values = random.normal(size=(2_000, 4)) * [1, 5, 0.1, 1] + [0, 3, 0, 0]
    return values, random.random(2_000) < expit(values @ [1.0, -0.3, 4.0, 0.0])


def test_as_scikit_learn(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    values, true = drawn
    ours = fit_logistic(values, true, shrink=0.01)
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    theirs = LogisticRegression(C=1 / (0.01 * len(true)), tol=1e-8, max_iter=1_000).fit(scaled, true)
    assert ours.weights == pytest.approx(theirs.coef_[0], abs=1e-3)
    assert ours.chances(values) == pytest.approx(theirs.predict_proba(scaled)[:, 1], abs=1e-3)


def test_scaling_follows_a_drift(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    values, _ = drawn
    random = np.random.default_rng(1)
    rarer = random.random(len(values)) < expit(0.5 * (values @ [1.0, -0.3, 4.0, 0.0]) - 2)
    scaled = fit_logistic(*drawn).scaled(values, rarer)
    assert scaled.slope == pytest.approx(0.5, abs=0.12)
    assert scaled.chances(values).mean() == pytest.approx(rarer.mean(), abs=0.01)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_with_too_little_there_is_the_base_rate(count: int) -> None:
    values = np.random.default_rng(0).normal(size=(50, 3))
    true = np.arange(50) < count
    fitted = fit_logistic(values, true)
    assert fitted.chances(values) == pytest.approx(np.full(50, (count + 0.5) / 51))
    assert fitted.scaled(values, true) is fitted


def test_nothing_at_all_and_columns_that_never_change() -> None:
    empty = fit_logistic(np.zeros((0, 2)), np.zeros(0, np.bool_))
    assert empty.chances(np.zeros((1, 2))) == pytest.approx([0.5])
    still = np.column_stack([np.ones(40), np.arange(40)])
    assert np.isfinite(fit_logistic(still, np.arange(40) % 3 == 0).chances(still)).all()
