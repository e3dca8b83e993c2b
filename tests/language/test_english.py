"""Stems: Porter2, and where it is not followed."""

from __future__ import annotations

import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.language.english import exceptions, stem


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_it_is_porter2(word: str) -> None:
    if word not in exceptions():
        assert stem(word) == Stemmer.Stemmer("english").stemWord(word)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("headphones", "headphone"),
        ("batteries", "battery"),
        ("mice", "mouse"),
        ("men's", "man"),
        ("womens", "women"),
        ("colour", "colors"),
        ("grey", "gray"),
        ("adaptor", "adapters"),
        ("organiser", "organizers"),
        ("lens", "lens"),
        ("clothing", "clothes"),
        ("discs", "disk"),
        ("knives", "knife"),
        ("levi's", "levis"),
    ],
)
def test_one_product(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("glasses", "glass"),
        ("shorts", "short"),
        ("windows", "window"),
        ("gaming", "games"),
        ("organic", "organizer"),
        ("wired", "wire"),
        ("wireless", "wire"),
        ("controller", "control"),
        ("clothes", "cloth"),
        ("digital", "digit"),
        ("paste", "past"),
        ("international", "internal"),
        ("engineer", "engine"),
        ("printer", "print"),
        ("charger", "charge"),
        ("receiver", "receive"),
        ("training", "train"),
    ],
)
def test_two_products(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_a_long_word_is_cut() -> None:
    assert len(stem("a" * 10_000)) <= 64
