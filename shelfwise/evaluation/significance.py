"""Is one run better than another? Paired tests over the same queries."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shelfwise.errors import InputError
from shelfwise.evaluation.intervals import RESAMPLES, Interval, bootstrap
from shelfwise.types import Float64

EXACT_UP_TO = 16  # differences: 2^16 sign patterns are enumerated, more are drawn
_CHUNK = 1_000_000


def paired_bootstrap(
    first: Float64, second: Float64, *, resamples: int = RESAMPLES, level: float = 0.95, seed: int = 0
) -> Interval:
    """Interval of the mean of second − first over queries drawn with replacement.

    first, second: Float64[n] over the same queries; a query that is NaN in either is left out.
    Raises InputError for columns of unequal length.
    """
    return bootstrap(differences(first, second), resamples=resamples, level=level, seed=seed)


def permutation_test(first: Float64, second: Float64, *, resamples: int = RESAMPLES, seed: int = 0) -> float:
    """Two-sided p-value of "the two runs differ by chance": how often swapping the runs at random, query by query,
    gives a mean difference at least as far from 0 as the one seen.

    With at most 16 queries that differ, all 2^n swaps are tried and the value is exact; else `resamples` are drawn
    and p = (1 + as far) / (1 + resamples), which is never 0. Queries that do not differ change nothing and are left
    out; without any difference p = 1. NaN as in `paired_bootstrap`.

    Source: Fisher, The Design of Experiments, 1935; Smucker, Allan and Carterette, CIKM 2007.
    """
    seen = differences(first, second)
    seen = seen[seen != 0]
    n = len(seen)
    if not n:
        return 1.0
    far = abs(seen.sum()) * (1 - 1e-12)  # equal sums may differ in the last bit
    if n <= EXACT_UP_TO:
        patterns = (np.arange(2**n)[:, None] >> np.arange(n)) & 1  # [2^n, n]
        return float(np.mean(np.abs((1 - 2 * patterns) @ seen) >= far))
    random = np.random.default_rng(seed)
    step, count = max(1, _CHUNK // n), 0
    for start in range(0, resamples, step):
        signs = 1 - 2 * random.integers(0, 2, (min(step, resamples - start), n), np.int8)  # [rows, n]
        count += int((np.abs(signs @ seen) >= far).sum())
    return (1 + count) / (1 + resamples)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """p-values corrected for having asked m questions at once: the i-th smallest times m − i + 1, never falling.

    The chance of any false alarm among them stays below the level. Source: Holm, 1979.

    >>> holm({"a": 0.01, "b": 0.04, "c": 0.03})
    {'a': 0.03, 'b': 0.06, 'c': 0.06}
    """
    corrected, least = {}, 0.0
    for place, name in enumerate(sorted(p_values, key=lambda each: p_values[each])):
        least = max(least, min(1.0, p_values[name] * (len(p_values) - place)))
        corrected[name] = least
    return {name: corrected[name] for name in p_values}


def differences(first: Float64, second: Float64) -> Float64:
    """second − first where both are known. Raises InputError for columns of unequal length."""
    if len(first) != len(second):
        raise InputError(f"found {len(first)} and {len(second)} queries, expected the same queries in both runs.")
    change = second - first
    return change[~np.isnan(change)]
