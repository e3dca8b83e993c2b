import numpy as np

from shelfwise.training.data.examples import Example
from shelfwise.training.negatives import with_hard_negatives


class Letters:
    """Vectors of letter counts; an Encoder."""

    name = "letters"
    dim = 8

    def encode(self, texts, kind):
        rows = np.array([[text.count(letter) for letter in "abcdefgh"] for text in texts], np.float32) + 1e-6
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


EXAMPLES = [
    Example("aab", ("aaab", "bbbb"), (1.0, 0.0), "1", "test"),
    Example("ccd", ("cccd",), (1.0,), "2", "test"),
    Example("abc", ("abcc",), (1.0,), "3", "test"),
    Example("aab", ("aaaab",), (1.0,), "4", "test"),
]


def test_the_nearest_that_do_not_fit():
    found = with_hard_negatives(Letters(), EXAMPLES, 2)
    assert found[0].texts[:2] == EXAMPLES[0].texts
    assert found[0].texts[2] == "abcc"  # nearest, and below the bound
    assert found[0].grades == (1.0, 0.0, 0.0, 0.0)
    assert "aaaab" not in found[0].texts  # fits the same query, by another example


def test_what_is_too_near_may_fit_and_is_left_out():
    all_in = with_hard_negatives(Letters(), EXAMPLES[:3], 4, bound=2.0)[2]
    strict = with_hard_negatives(Letters(), EXAMPLES[:3], 4, bound=0.5)[2]
    assert len(strict.texts) < len(all_in.texts)
    scores = {
        text: float(Letters().encode(["abc"], "query")[0] @ Letters().encode([text], "product")[0])
        for text in all_in.texts
    }
    assert all(scores[text] < 0.5 * scores["abcc"] for text in strict.texts[1:])


def test_examples_with_enough_of_their_own_stay_as_they_are():
    found = with_hard_negatives(Letters(), EXAMPLES, 2, enough=1)
    assert found[0] == EXAMPLES[0]
    assert found[1].texts == with_hard_negatives(Letters(), EXAMPLES, 2)[1].texts != EXAMPLES[1].texts
    assert with_hard_negatives(Letters(), EXAMPLES, 2, enough=0) == EXAMPLES
