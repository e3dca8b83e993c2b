from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shelfwise.errors import InputError
from shelfwise.evaluation import holm, paired_bootstrap, permutation_test


def scipy_p(first: np.ndarray, second: np.ndarray, resamples: float) -> float:
    def mean_change(x: np.ndarray, y: np.ndarray, axis: int) -> np.ndarray:
        return np.mean(y - x, axis=axis)

    return float(
        stats.permutation_test(
            (first, second), mean_change, permutation_type="samples", vectorized=True, n_resamples=resamples, rng=0
        ).pvalue
    )


@pytest.mark.parametrize("n", [2, 5, 8, 11])
@pytest.mark.parametrize("seed", range(3))
def test_is_exact_for_few_queries(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    first, second = random.random(n), random.random(n) + 0.1
    assert permutation_test(first, second) == pytest.approx(scipy_p(first, second, np.inf), abs=1e-12)


def test_agrees_with_scipy_for_many_queries() -> None:
    random = np.random.default_rng(0)
    first = random.random(80)
    second = np.clip(first + random.normal(0.03, 0.15, 80), 0, 1)
    assert permutation_test(first, second, resamples=20_000) == pytest.approx(scipy_p(first, second, 20_000), abs=0.012)


def test_by_hand() -> None:
    # three queries, each better by something: 2 of the 8 sign patterns (all +, all −) are as far from 0
    assert permutation_test(np.zeros(3), np.array([0.1, 0.2, 0.3])) == 0.25


def test_queries_that_do_not_differ_change_nothing() -> None:
    first, second = np.array([0.5, 0.2, 0.4]), np.array([0.7, 0.3, 0.9])
    padded = np.concatenate([first, np.full(40, 0.3)]), np.concatenate([second, np.full(40, 0.3)])
    assert permutation_test(*padded) == permutation_test(first, second)
    assert permutation_test(first, first) == 1.0
    assert permutation_test(np.full(4, np.nan), np.full(4, np.nan)) == 1.0


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=10))
def test_is_a_probability_and_even_handed(pairs: list[tuple[float, float]]) -> None:
    first, second = np.array(pairs).T
    p = permutation_test(first, second)
    assert 0 < p <= 1
    assert p == permutation_test(second, first)


def test_false_alarms_are_as_rare_as_promised() -> None:
    random = np.random.default_rng(1)
    alarms = [
        permutation_test(*random.random((2, 30)), resamples=500, seed=seed) <= 0.1 for seed in range(200)
    ]  # binomial(200, 0.1): 20 ± 4.2
    assert 5 <= sum(alarms) <= 38


def test_a_seed_gives_the_same_again() -> None:
    random = np.random.default_rng(2)
    first, second = random.random((2, 50))
    assert permutation_test(first, second, seed=3) == permutation_test(first, second, seed=3)
    assert permutation_test(first, second, seed=3) != permutation_test(first, second, seed=4)


def test_paired_bootstrap_is_the_interval_of_the_mean_difference() -> None:
    random = np.random.default_rng(0)
    first = random.random(60)
    second = first + random.normal(0.1, 0.05, 60)
    interval = paired_bootstrap(first, second)
    error = np.std(second - first) / np.sqrt(60)
    assert interval.low == pytest.approx(np.mean(second - first) - 1.96 * error, abs=0.2 * error)
    assert interval.high == pytest.approx(np.mean(second - first) + 1.96 * error, abs=0.2 * error)


def test_unequal_columns_are_refused() -> None:
    with pytest.raises(InputError, match="found 2 and 3 queries"):
        permutation_test(np.zeros(2), np.zeros(3))


def test_holm_by_hand() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}) == pytest.approx(
        {"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06}
    )
    assert holm({"a": 0.7, "b": 0.6}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}


@given(st.dictionaries(st.text(), st.floats(0, 1), min_size=1))
def test_holm_lies_between_no_correction_and_bonferroni(p_values: dict[str, float]) -> None:
    for name, corrected in holm(p_values).items():
        assert p_values[name] <= corrected <= min(1, p_values[name] * len(p_values)) + 1e-12
