from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from shelfwise.errors import InputError
from shelfwise.evaluation.splits import folds_of
from shelfwise.evaluation.strategies import Strategy, coordinate, grid, sample
from shelfwise.evaluation.tuning import tune
from shelfwise.types import Float64

QUERIES = [f"q{number}" for number in range(40)]
SPACE = {"weight": [0.0, 0.25, 0.5, 0.75, 1.0], "depth": [10, 20, 30]}
START = {"weight": 0.0, "depth": 10, "fixed": "x"}


def hill(setting: dict[str, Any], queries: Sequence[str]) -> Float64:
    """Best at weight .75 and depth 20; q0 has no positive."""
    value = 1 - abs(setting["weight"] - 0.75) - abs(setting["depth"] - 20) / 100
    return np.array([np.nan if query == "q0" else value for query in queries])


@pytest.mark.parametrize("strategy", [grid, sample(60), coordinate()])
def test_every_strategy_finds_the_top_of_a_hill(strategy: Strategy) -> None:
    tuning = tune(hill, SPACE, START, QUERIES, strategy=strategy)
    assert tuning.chosen == {"weight": 0.75, "depth": 20, "fixed": "x"}
    assert set(map(str, tuning.by_fold.values())) == {str(tuning.chosen)}
    assert np.nanmean(tuning.out_of_fold) == np.nanmean(tuning.in_sample) == 1.0
    assert np.nanmean(tuning.start) == pytest.approx(0.15)
    assert np.isnan(tuning.out_of_fold[0])
    assert tuning.tried <= 16


def test_no_query_is_measured_under_a_setting_that_it_chose() -> None:
    fold = dict(zip(QUERIES, folds_of(QUERIES, 5).tolist(), strict=True))

    def memory(setting: dict[str, Any], queries: Sequence[str]) -> Float64:
        """Setting f is perfect for fold f and useless elsewhere."""
        return np.array([float(fold[query] == setting["fold"]) for query in queries])

    tuning = tune(memory, {"fold": list(range(5))}, {"fold": 0}, QUERIES, strategy=grid)
    assert np.nanmean(tuning.in_sample) > 0.2  # looks good on the queries that chose it
    assert np.nanmean(tuning.out_of_fold) == 0  # and is worth nothing
    assert all(setting["fold"] != each for each, setting in tuning.by_fold.items())


def test_noise_is_not_reported_as_progress() -> None:
    noise = {number: np.random.default_rng(number).random(40) for number in range(50)}

    def chance(setting: dict[str, Any], queries: Sequence[str]) -> Float64:
        return noise[setting["number"]]

    tuning = tune(chance, {"number": list(noise)}, {"number": 0}, QUERIES, strategy=grid)
    assert np.mean(tuning.in_sample) > 0.55
    assert np.mean(tuning.out_of_fold) == pytest.approx(0.5, abs=0.1)


def test_each_setting_is_scored_once() -> None:
    asked: list[str] = []

    def counted(setting: dict[str, Any], queries: Sequence[str]) -> Float64:
        asked.append(str(sorted(setting.items())))
        return hill(setting, queries)

    tuning = tune(counted, SPACE, START, QUERIES, strategy=coordinate())
    assert len(asked) == len(set(asked)) == tuning.tried


def test_equal_settings_keep_the_start() -> None:
    tuning = tune(lambda setting, queries: np.ones(40), SPACE, START, QUERIES, strategy=grid)
    assert tuning.chosen == START


def test_json_is_plain() -> None:
    figures = tune(hill, SPACE, START, QUERIES, strategy=grid).as_json()
    assert figures == json.loads(json.dumps(figures, allow_nan=False))
    assert figures["out_of_fold"] == figures["in_sample"] == 1.0
    assert figures["p_value"] < 0.001


@pytest.mark.parametrize(
    ("space", "start", "queries", "said"),
    [
        ({"a": [1]}, {"b": 1}, QUERIES, "parameter 'a': found no value to start from; start has b"),
        ({"a": []}, {"a": 1}, QUERIES, "parameter 'a': found no values to try"),
        ({"a": [1]}, {"a": 1}, QUERIES[:1], "found 1 queries with a positive in 1 fold, expected 2 folds"),
    ],
)
def test_bad_arguments_are_refused(space: Any, start: Any, queries: list[str], said: str) -> None:
    with pytest.raises(InputError) as error:
        tune(lambda setting, queries: np.ones(len(queries)), space, start, queries, strategy=grid)
    assert said in str(error.value)


def test_a_score_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(InputError, match=r"has shape \(3,\), expected \(40,\)"):
        tune(lambda setting, queries: np.ones(3), SPACE, START, QUERIES, strategy=grid)
