"""The step: what the head says, in order."""

from __future__ import annotations

import numpy as np
import pytest

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.intent.head import IntentHead
from shelfwise.understanding.intent.step import IntentStep
from tests.understanding.intent.intent_texts import texts_and_labels, vectors_of

TEXTS, LABELS = texts_and_labels()
STEP = IntentStep(IntentHead.fit(TEXTS, vectors_of(LABELS), LABELS, seed=0))


def test_intents_come_the_likeliest_first() -> None:
    vector = vectors_of(["read_reviews"], seed=3)[0]
    found = STEP(Understanding("any reviews please", text="any reviews please", whole=vector)).intent
    assert next(iter(found)) == "read_reviews"
    assert sum(found.values()) == pytest.approx(1)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert set(found) == set(LABELS)


@pytest.mark.parametrize(
    "u", [Understanding("reviews", text="reviews"), Understanding("", whole=np.ones(16, np.float32) / 4)]
)
def test_without_a_vector_or_a_text_nothing_is_known(u: Understanding) -> None:
    assert STEP(u) is u


@pytest.mark.parametrize(("text", "known"), [("TN-2110", False), ("tn 2110", False), ("reviews of TN-2110", True)])
def test_a_bare_code_says_no_intent(text: str, known: bool) -> None:
    u = Understanding(text, text=text, tokens=BilingualAnalyzer().analyze(text), whole=vectors_of(["deals"])[0])
    assert bool(STEP(u).intent) == known
