"""What nobody sees goes, what is too long is cut, the language is named."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.understanding.base import Understanding
from shelfwise.understanding.normalise import MOST, LanguageStep, NormaliseStep, clean

ANY = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("", ""),
        ("   ", ""),
        ("red\t\n  shoes ", "red shoes"),
        ("red\u3000shoes\u00a0size", "red shoes size"),
        ("\ufeffred\u200b \u202eshoes\u0000", "red shoes"),
        ("手机\u200d壳\r\n", "手机壳"),
        ("\ud800", ""),
        ("a\udcffb", "ab"),
        ("🙂", "🙂"),
    ],
)
def test_what_nobody_sees_goes(typed: str, cleaned: str) -> None:
    assert clean(typed, MOST) == cleaned


@given(ANY)
def test_a_cleaned_text_is_clean(text: str) -> None:
    cleaned = clean(text, 20)
    assert clean(cleaned, 20) == cleaned
    assert len(cleaned) <= 20
    assert cleaned == " ".join(cleaned.split())
    assert all(unicodedata.category(char)[0] != "C" for char in cleaned)


def test_long_texts_are_cut_between_words() -> None:
    cut = clean("shoes " * 2000, MOST)
    assert MOST - 6 <= len(cut) <= MOST
    assert set(cut.split()) == {"shoes"}
    assert clean("鞋" * 2000, MOST) == "鞋" * MOST


def test_a_flood_of_what_nobody_sees_is_not_read_to_its_end() -> None:
    assert clean("\x00" * 100_000 + "shoes", MOST) == ""


def test_the_step_sets_text_and_core_too() -> None:
    u = NormaliseStep()(Understanding(" red\x00  shoes "))
    assert (u.original, u.cleaned, u.text, u.core) == (" red\x00  shoes ", "red shoes", "red shoes", "red shoes")


@pytest.mark.parametrize(
    ("text", "language"), [("red shoes", "en"), ("红色的鞋", "zh"), ("Nike 运动鞋 running", "mixed"), ("🙂 42", "en")]
)
def test_the_language_is_that_of_the_script(text: str, language: str) -> None:
    assert LanguageStep()(Understanding(text, text=text)).language == language
