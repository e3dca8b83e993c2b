from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from shelfwise.errors import InputError
from shelfwise.evaluation.intervals import bootstrap


def test_agrees_with_scipy() -> None:
    values = np.random.default_rng(0).beta(2, 1, 70)
    theirs = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=10_000, rng=1).confidence_interval
    ours = bootstrap(values)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.004)


def test_covers_the_true_mean_as_often_as_promised() -> None:
    random = np.random.default_rng(0)
    samples = random.random((300, 60))
    intervals = [bootstrap(sample, resamples=400, level=0.9, seed=seed) for seed, sample in enumerate(samples)]
    covered = np.mean([each.low <= 0.5 <= each.high for each in intervals])
    assert 0.83 <= covered <= 0.95


def test_leaves_out_nan() -> None:
    assert bootstrap(np.array([0.5, np.nan, 0.5])).low == 0.5
    assert np.isnan(bootstrap(np.array([np.nan])).low)


def test_a_seed_gives_the_same_again_also_in_pieces() -> None:
    values = np.random.default_rng(0).random(3_000)
    assert bootstrap(values, resamples=1_500, seed=5) == bootstrap(values, resamples=1_500, seed=5)
    assert bootstrap(values, resamples=1_500, seed=5) != bootstrap(values, resamples=1_500, seed=6)


@pytest.mark.parametrize(("level", "resamples"), [(0.0, 10), (1.0, 10), (95, 10), (0.95, 0)])
def test_bad_arguments_are_refused(level: float, resamples: int) -> None:
    with pytest.raises(InputError, match="expected 0 < level < 1"):
        bootstrap(np.ones(3), level=level, resamples=resamples)
