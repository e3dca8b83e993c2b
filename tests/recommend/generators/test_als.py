"""Factors are the exact solutions, whatever the length of the history."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from shelfwise.evaluation.recommend import measure_accuracy
from shelfwise.recommend.generators.als import Als, solve_rows
from shelfwise.recommend.generators.popular import Popular
from shelfwise.recommend.interactions import Interactions
from shelfwise.recommend.offline import leave_one_out, top_lists


def test_each_row_is_a_weighted_ridge_regression() -> None:
    random = np.random.default_rng(1)
    factors = random.normal(size=(60, 6)).astype(np.float32)
    lengths = [0, 1, 3, 5, 6, 7, 20, 60]  # shorter and longer than the factors
    dense = np.zeros((len(lengths), 60), np.float32)
    for row, length in enumerate(lengths):
        dense[row, random.permutation(60)[:length]] = random.uniform(0.5, 30, length)
    found = solve_rows(sparse.csr_matrix(dense), factors, 0.7)
    for row, weights in enumerate(dense.astype(np.float64)):
        sure = np.diag(1 + weights)
        expected = np.linalg.solve(factors.T @ sure @ factors + 0.7 * np.eye(6), factors.T @ sure @ (weights > 0))
        np.testing.assert_allclose(found[row], expected, rtol=1e-3, atol=1e-4)


def test_two_tastes_are_told_apart() -> None:
    random = np.random.default_rng(2)
    tastes = [random.permutation(15)[:6] + 15 * (shopper % 2) for shopper in range(120)]
    task = leave_one_out(Interactions.of_codes([each.tolist() for each in tastes], tuple(map(str, range(30)))), "test")
    model = Als(size=4, rounds=5, seed=3).learn(task.train)
    right, plain = (
        measure_accuracy(top_lists(each, task), task.truth) for each in (model, Popular().learn(task.train))
    )
    assert right.means["hr@10"] > 0.9 > plain.means["hr@10"]
    assert np.array_equal(model.factors, Als(size=4, rounds=5, seed=3).learn(task.train).factors)
