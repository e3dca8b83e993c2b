"""Draws: what they depend on, and how they are distributed."""

from __future__ import annotations

import numpy as np
from scipy import stats

from shelfwise.simulate.shoppers.draws import Draws


def test_uniform_and_normal() -> None:
    draws = Draws.seeded(1)
    assert stats.kstest(draws.uniforms("a", np.arange(20_000)), "uniform").pvalue > 0.01
    assert stats.kstest(draws.normals("b", 20_000), "norm").pvalue > 0.01


def test_other_names_places_and_seeds_are_independent() -> None:
    places = np.arange(10_000)
    one = Draws.seeded(1).uniforms("a", places)
    for other in (
        Draws.seeded(1).uniforms("b", places),
        Draws.seeded(2).uniforms("a", places),
        Draws.seeded(1).of(1).uniforms("a", places),
        Draws.seeded(1).of(2).uniforms("a", places),
        np.roll(one, 1),
    ):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.04


def test_the_order_of_asking_does_not_matter() -> None:
    draws = Draws.seeded(5)
    first = draws.uniform("a", 7)
    draws.uniform("b", 3)
    assert draws.uniform("a", 7) == first
    assert draws.uniforms("a", np.array([9, 7]))[1] == first
    assert 0 < first < 1


def test_pick_follows_the_weights() -> None:
    weights = np.array([1.0, 0.0, 3.0])
    found = [Draws.seeded(seed).pick("x", weights) for seed in range(4_000)]
    share = np.bincount(found, minlength=3) / len(found)
    np.testing.assert_allclose(share, [0.25, 0.0, 0.75], atol=0.03)


def test_exponential_has_its_mean() -> None:
    found = [Draws.seeded(seed).exponential("x", 4.0) for seed in range(4_000)]
    assert abs(np.mean(found) - 4.0) < 0.25
