"""Figures worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shelfwise.errors import InputError
from shelfwise.evaluation.recommend import Surroundings, Truth, compare_measured, found_in, measure
from shelfwise.evaluation.recommend.beyond import diversity, gini, novelty, popularity, popularity_lift

TOP = np.array([[2, 0, 1], [1, 3, -1]], np.int32)
TRUTH = Truth(np.array([0, 2, 3]), np.array([0, 4, 2], np.int32))  # the first took 0 and 4, the second took 2


def test_places_of_what_was_taken() -> None:
    assert found_in(TOP, TRUTH).tolist() == [[False, True, False], [False, False, False]]


def test_accuracy_of_two_shoppers() -> None:
    around = Surroundings(np.array([3, 2, 1, 1, 0]), 4, np.array([0.5, 0.25]))
    found = measure(TOP, TRUTH, around, ks=(1, 3), main=3)
    best = 1 + 1 / math.log2(3)
    assert found.values["hr@3"].tolist() == [1, 0]
    assert found.values["hr@1"].tolist() == [0, 0]
    assert found.values["recall@3"].tolist() == [0.5, 0]
    assert found.values["mrr@3"].tolist() == [0.5, 0]
    assert found.values["ndcg@3"].tolist() == pytest.approx([1 / math.log2(3) / best, 0])
    assert found.whole["coverage@3"] == 0.8
    assert found.means["popularity@3"] == pytest.approx(((1 + 3 + 2) / 3 / 4 + (2 + 1) / 2 / 4) / 2)


def test_novelty_counts_bits() -> None:
    assert novelty(np.array([[0, 1]], np.int32), np.array([7, 0]), 7).tolist() == [1.5]  # 0 and 3 bits


def test_a_list_of_nothing_has_no_novelty() -> None:
    assert np.isnan(novelty(np.array([[-1, -1]], np.int32), np.array([7, 0]), 7)).all()
    assert np.isnan(popularity(np.array([[-1]], np.int32), np.array([7, 0]), 7)).all()


def test_lists_twice_as_popular_as_the_past() -> None:
    assert popularity_lift(np.array([[0]], np.int32), np.array([0.25]), np.array([2]), 4) == 1.0


def test_gini_of_equal_and_of_one() -> None:
    assert gini(np.array([5, 5])) == 0
    assert gini(np.array([0, 0, 0, 8])) == 0.75
    assert math.isnan(gini(np.zeros(3, np.int64)))


def test_diversity_of_equal_and_of_orthogonal_products() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    assert diversity(np.array([[0, 1, -1], [0, 2, -1], [0, 1, 2]], np.int32), vectors) == pytest.approx([0, 1, 2 / 3])


def test_a_shopper_who_took_nothing_is_left_out_of_means() -> None:
    truth = Truth(np.array([0, 0, 1]), np.array([1], np.int32))
    around = Surroundings(np.ones(5, np.int64), 1, np.full(2, np.nan))
    found = measure(TOP, truth, around, ks=(3,), main=3)
    assert found.means["hr@3"] == 1.0
    assert found.asked == 1


def test_better_lists_are_found_better() -> None:
    targets = np.arange(200, dtype=np.int32)
    around = Surroundings(np.ones(400, np.int64), 200, np.full(200, np.nan))
    good = np.stack([targets, targets + 200], axis=1)
    bad = np.stack([targets + 200, np.where(targets % 4, -1, targets)], axis=1)
    truth = Truth.of_one(targets)
    first, second = (measure(np.pad(top, ((0, 0), (0, 8)), constant_values=-1), truth, around) for top in (bad, good))
    gain = compare_measured(first, second)["hr@10"]
    assert (gain.first, gain.second) == (0.25, 1.0)
    assert gain.interval.low > 0.6
    assert gain.p_corrected < 0.01
    assert compare_measured(first, first)["hr@10"].p_value == 1.0


@pytest.mark.parametrize(
    ("top", "words"),
    [
        (np.array([[1, 1], [0, 2]], np.int32), "twice"),
        (np.array([[1, 2]], np.int32), "1 lists for 2 shoppers"),
    ],
)
def test_lists_that_cannot_be_measured(top: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        found_in(top, TRUTH)


def test_lists_that_are_too_short() -> None:
    with pytest.raises(InputError, match="lists of 3, expected 10"):
        measure(TOP, TRUTH, Surroundings(np.ones(5, np.int64), 1, np.full(2, np.nan)))
