"""Every metric keeps the contract; new ones are found by themselves."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module

import numpy as np
import pytest

import shelfwise.evaluation.metrics as room
from shelfwise.evaluation.metrics import FAMILIES, RankingMetric, metric

QRELS = {"b": {"x": 1, "y": 0}, "a": {"x": 0}, "c": {"z": 3}}
RUN = {"b": {"y": 2.0, "x": 1.0}, "unknown": {"x": 1.0}}


def classes() -> set[type[RankingMetric]]:
    modules = [import_module(f"{room.__name__}.{each.name}") for each in pkgutil.iter_modules(room.__path__)]
    found = {each for module in modules for _, each in inspect.getmembers(module, inspect.isclass)}
    return {each for each in found if issubclass(each, RankingMetric) and not inspect.isabstract(each)}


def test_every_metric_has_a_name_of_its_own_and_is_known_by_it() -> None:
    assert {each.family: each for each in classes()} == FAMILIES
    assert len(classes()) == len(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_columns_are_in_the_order_of_sorted_queries(family: str) -> None:
    chosen = metric(f"{family}@10")
    assert chosen.name == f"{family}@10"
    values = chosen.per_query(QRELS, RUN)
    assert values.dtype == np.float64
    assert np.isnan(values).tolist() == [True, False, False]
    assert values[1] > 0
    assert values[2] == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_docstrings_name_the_metric(family: str) -> None:
    assert f"`{family}" in (FAMILIES[family].__doc__ or "")
