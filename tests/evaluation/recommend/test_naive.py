"""The figures are those of a plain implementation, one list at a time, for any lists."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.evaluation.recommend import Surroundings, Truth, measure
from shelfwise.evaluation.recommend.beyond import gini, shown

PRODUCTS, K = 12, 5


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[list[int]], list[list[int]]]:
    codes = st.lists(st.integers(0, PRODUCTS - 1), unique=True, max_size=K)
    lists = draw(st.lists(codes, min_size=1, max_size=6))
    return lists, [draw(codes) for _ in lists]


def naive(ranked: list[int], taken: list[int]) -> dict[str, float]:
    if not taken:
        return dict.fromkeys(("hr@5", "recall@5", "mrr@5", "ndcg@5"), math.nan)
    places = [place for place, code in enumerate(ranked, start=1) if code in taken]
    best = sum(1 / math.log2(place + 1) for place in range(1, min(K, len(taken)) + 1))
    return {
        "hr@5": float(bool(places)),
        "recall@5": len(places) / len(taken),
        "mrr@5": 1 / places[0] if places else 0.0,
        "ndcg@5": sum(1 / math.log2(place + 1) for place in places) / best,
    }


@given(cases())
@settings(max_examples=60, deadline=None)
def test_every_metric(case: tuple[list[list[int]], list[list[int]]]) -> None:
    lists, taken = case
    top = np.array([each + [-1] * (K - len(each)) for each in lists], np.int32)
    starts = np.concatenate([[0], np.cumsum([len(each) for each in taken])]).astype(np.int64)
    truth = Truth(starts, np.array([code for each in taken for code in each], np.int32))
    random = np.random.default_rng(len(lists))
    support = random.integers(0, 9, PRODUCTS)
    vectors = random.normal(size=(PRODUCTS, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = measure(top, truth, Surroundings(support, 9, np.full(len(top), np.nan), vectors), ks=(K,), main=K)
    for row, (ranked, own) in enumerate(zip(lists, taken, strict=True)):
        expected = naive(ranked, own)
        assert {name: found.values[name][row] for name in expected} == pytest.approx(expected, nan_ok=True)
        pairs = [1 - float(vectors[a] @ vectors[b]) for a, b in combinations(ranked, 2)]
        expected_diversity = np.mean(pairs) if pairs else math.nan
        assert found.values["diversity@5"][row] == pytest.approx(expected_diversity, abs=1e-5, nan_ok=True)
        bits = [-math.log2((support[code] + 1) / 10) for code in ranked]
        assert found.values["novelty@5"][row] == pytest.approx(np.mean(bits) if bits else math.nan, nan_ok=True)
    assert found.whole["coverage@5"] == len({code for each in lists for code in each}) / PRODUCTS


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20))
@settings(deadline=None)
def test_gini_is_half_the_relative_mean_difference(counts: list[int]) -> None:
    found = gini(np.array(counts))
    if not sum(counts):
        assert math.isnan(found)
        return
    differences = np.abs(np.subtract.outer(counts, counts)).mean()
    assert found == pytest.approx(differences / (2 * np.mean(counts)))


def test_shown_counts_lists() -> None:
    assert shown(np.array([[0, 2], [2, -1]], np.int32), 4).tolist() == [1, 0, 2, 0]
