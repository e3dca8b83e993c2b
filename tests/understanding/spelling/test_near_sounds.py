from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.understanding.spelling.near_sounds import SAME, NearSounds, heard

WORDS = ["phone", "headphones", "keyboard", "graphics", "leather", "fine", "toaster", "tester", "kit"]


def near(word: str) -> set[str]:
    return {WORDS[number] for number, _ in NearSounds(WORDS).near(word)}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("fone", "phone"),
        ("hedfones", "headphones"),
        ("keebord", "keyboard"),
        ("grafix", "graphics"),
        ("lether", "leather"),
        ("lethar", "leather"),
        ("toster", "toaster"),
    ],
)
def test_what_sounds_alike_is_near(typed: str, meant: str) -> None:
    assert meant in near(typed)


def test_short_words_must_sound_the_same() -> None:
    assert near("fone") == {"phone"}
    assert near("kat") == set()
    assert near("x" * 100) == set()


def test_what_is_heard_alike_costs_least() -> None:
    costs = {WORDS[number]: cost for number, cost in NearSounds(WORDS).near("lethar")}
    assert costs["leather"] > SAME
    assert NearSounds(WORDS).near("toster")[0][1] == SAME


@given(st.text(string.ascii_lowercase, max_size=20))
def test_a_letter_more_of_the_same_is_not_heard(word: str) -> None:
    assert heard("".join(letter * 2 for letter in word)) == heard(heard_once(word))


def heard_once(word: str) -> str:
    return "".join(letter for at, letter in enumerate(word) if at == 0 or word[at - 1] != letter)
