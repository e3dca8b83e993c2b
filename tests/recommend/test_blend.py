"""Weights are learnt from what was taken."""

from __future__ import annotations

from typing import Self

import numpy as np
import pytest

from shelfwise.errors import InputError
from shelfwise.recommend.blend import Blend, Listed, listed, softmax_regression
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import Float32


def test_each_candidate_once_with_every_source_s_share() -> None:
    one = np.array([[4.0, 2.0, 0.0, -np.inf]], np.float32)
    two = np.array([[-1.0, 1.0, 10.0, 5.0]], np.float32)
    found = listed([one, two], depth=2)
    assert (found.request.tolist(), found.code.tolist()) == ([0, 0, 0, 0], [0, 1, 2, 3])
    np.testing.assert_allclose(found.shares, [[1, 0], [0.5, 0.1], [0, 1], [0, 0.5]])


def test_a_source_without_candidates_shares_nothing() -> None:
    found = listed([np.array([[1.0, 0.0]], np.float32), np.full((1, 2), -np.inf, np.float32)], depth=1)
    assert found.shares.tolist() == [[1.0, 0.0]]


def examples(seed: int) -> tuple[Listed, np.ndarray]:
    """500 requests of 8 candidates; what is taken is drawn by softmax of 3 x₀ + 1 x₁ + 0 x₂."""
    random = np.random.default_rng(seed)
    shares = random.random((500 * 8, 3)).astype(np.float32)
    logits = (shares @ [3.0, 1.0, 0.0]).reshape(500, 8)
    taken = (logits + random.gumbel(size=logits.shape)).argmax(axis=1).astype(np.int32)
    return Listed(np.repeat(np.arange(500), 8), np.tile(np.arange(8, dtype=np.int32), 500), shares), taken


def test_the_weights_that_made_the_choices_are_found() -> None:
    weights = softmax_regression(*examples(1))
    np.testing.assert_allclose(weights, [3.0, 1.0, 0.0], atol=0.5)
    assert np.array_equal(weights, softmax_regression(*examples(1)))


def test_no_better_weights_are_near() -> None:
    found, taken = examples(2)
    x = found.shares.reshape(500, 8, 3).astype(np.float64)

    def likelihood(w: np.ndarray) -> float:
        logits = x @ w
        right = logits[np.arange(500), taken]
        return float((right - np.log(np.exp(logits).sum(axis=1))).mean())

    weights = softmax_regression(found, taken, ridge=0.0)
    for step in np.vstack([np.eye(3), -np.eye(3)]) * 0.05:
        assert likelihood(np.maximum(weights + step, 0)) <= likelihood(weights) + 1e-7


def test_requests_without_what_was_taken_say_nothing() -> None:
    found, taken = examples(3)
    lost = np.append(taken, 99).astype(np.int32)
    more = Listed(
        np.append(found.request, [500, 500]),
        np.append(found.code, [0, 1]).astype(np.int32),
        np.vstack([found.shares, np.ones((2, 3), np.float32)]),
    )
    np.testing.assert_allclose(softmax_regression(more, lost), softmax_regression(found, taken), atol=1e-6)


def test_nothing_to_learn_from() -> None:
    found, taken = examples(4)
    with pytest.raises(InputError, match="nothing to learn weights from"):
        softmax_regression(found, taken + 100)


class Next:
    """Knows that the next product is the one `step` further, of m."""

    def __init__(self, name: str, step: int) -> None:
        self.name, self.step = name, step
        self.seen: list[int] = []

    def learn(self, train: Interactions) -> Self:
        self.seen.append(len(train.product))
        return self

    def scores(self, histories: Interactions) -> Float32:
        last = histories.product[histories.starts[1:] - 1]
        scores = np.zeros((len(histories), len(histories.products)), np.float32)
        scores[np.arange(len(last)), (last + self.step) % len(histories.products)] = 1
        return scores


def test_the_source_that_is_right_leads_and_all_learn_again_from_everything() -> None:
    histories = [[(start + n) % 40 for n in range(5)] for start in range(40)]
    sources = [Next("wrong", 7), Next("right", 1)]
    blend = Blend(sources, depth=5).learn(Interactions.of_codes(histories, tuple(map(str, range(40)))))
    assert blend.learnt["right"] > 1 > blend.learnt["wrong"]
    assert sources[1].seen == [160, 200]  # without the last product of each, then with it
    scores = blend.scores(Interactions.of_codes([[3, 4]], tuple(map(str, range(40)))))
    assert scores[0].argmax() == 5
    assert scores[0, 3] == -np.inf
