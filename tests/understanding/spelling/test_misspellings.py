"""Common misspellings of shopping words, on a catalogue that has the right ones; general words stay."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from shelfwise.understanding.base import Understanding
from shelfwise.understanding.normalise import NormaliseStep
from shelfwise.understanding.spelling.lexicon import words_en
from shelfwise.understanding.spelling.speller import Speller
from shelfwise.understanding.spelling.step import SpellingStep
from tests.understanding.spelling.small_shop import ANALYZER, Shop

LINES = (Path(__file__).parent / "misspellings.tsv").read_text("utf-8").splitlines()
ROWS = [(row[0], row[1]) for row in (line.split("\t") for line in LINES if not line.startswith("#"))]


@pytest.fixture(scope="module")
def step() -> SpellingStep:
    shop = Shop({meant: 10 for _, meant in ROWS})
    return SpellingStep(ANALYZER, Speller(shop.builder.vocabulary(), shop.frequency))


def read(step: SpellingStep, text: str) -> Understanding:
    return step(NormaliseStep()(Understanding(text)))


def test_the_list_is_long_and_each_line_is_once() -> None:
    assert len(ROWS) >= 150
    assert all(one != other for one, other in pairwise(sorted(ROWS)))


def test_most_are_mended_and_hardly_any_made_worse(step: SpellingStep) -> None:
    outcomes = [(read(step, typed), meant) for typed, meant in ROWS]
    mended = sum(u.text == meant for u, meant in outcomes)
    wrong = [u.text for u, meant in outcomes if u.sure and u.text != meant]
    assert mended / len(ROWS) >= 0.88
    assert len(wrong) / len(ROWS) <= 0.05


def test_right_words_stay(step: SpellingStep) -> None:
    assert [meant for _, meant in ROWS if read(step, meant).text != meant] == []


def test_general_words_stay(step: SpellingStep) -> None:
    words = sorted(words_en())[::40]
    assert [word for word in words if read(step, word).sure] == []
