"""Lists are the best products of all, in order."""

from __future__ import annotations

from typing import Self

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shelfwise.errors import InputError
from shelfwise.recommend.interactions import Interactions
from shelfwise.recommend.offline import leave_one_out, top_lists
from shelfwise.recommend.offline.lists import blocks, top_of
from shelfwise.types import Float32

SCORES = arrays(np.float32, (3, 6), elements=st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0]))


class Fixed:
    """Scores that do not depend on the history."""

    name = "fixed"

    def __init__(self, row: list[float]) -> None:
        self.row = np.array(row, np.float32)

    def learn(self, train: Interactions) -> Self:
        return self

    def scores(self, histories: Interactions) -> Float32:
        return np.tile(self.row, (len(histories), 1))


@given(SCORES, st.integers(1, 8))
@settings(deadline=None)
def test_the_best_first_and_equal_ones_by_code(scores: Float32, k: int) -> None:
    for row, found in zip(scores, top_of(scores, k), strict=True):
        order = sorted((code for code in range(6) if row[code] > -np.inf), key=lambda code: (-row[code], code))
        values = [row[code] for code in found if code >= 0]
        assert values == [row[code] for code in order[:k]]
        kept = [code for code in found if code >= 0]
        assert kept == sorted(kept, key=lambda code: (-row[code], code))
        assert len(found) == k


def test_what_was_seen_does_not_come_again() -> None:
    task = leave_one_out(Interactions.of_codes([[0, 1, 2], [2, 1]], tuple("abcd")), "test")
    assert top_lists(Fixed([4, 3, 2, 1]), task, 3).tolist() == [[2, 3, -1], [0, 1, 3]]


def test_scores_that_cannot_be_ranked() -> None:
    task = leave_one_out(Interactions.of_codes([[0, 1]], tuple("abcd")), "test")
    for row in ([1.0], [1.0, float("nan"), 0.0, 0.0]):
        with pytest.raises(InputError, match="model 'fixed' gave scores"):
            top_lists(Fixed(row), task)


def test_blocks_bound_the_scores_held() -> None:
    some = Interactions.of_codes([[0]] * 10, tuple("abcd"))
    assert [(start, len(block)) for start, block in blocks(some, cells=16)] == [(0, 4), (4, 4), (8, 2)]
    assert [len(block) for _, block in blocks(some, cells=1)] == [1] * 10
