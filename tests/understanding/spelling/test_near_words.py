from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from shelfwise.understanding.spelling.near_words import NearWords, edit_cost

WORDS = ["headphones", "headphone", "keyboard", "mouse", "house", "phone", "laptop", "monitor", "case", "cable", "lamp"]


def near(word: str, words: list[str]) -> set[str]:
    return {words[number] for number, _ in NearWords(words).near(word)}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("keybord", "keyboard"),
        ("laptpo", "laptop"),
        ("mmonitor", "monitor"),
        ("cabke", "cable"),
        ("lmp", "lamp"),
        ("aptop", "laptop"),
        ("hedphomes", "headphones"),
        ("monitro", "monitor"),
    ],
)
def test_slips_are_near(typed: str, meant: str) -> None:
    assert meant in near(typed, WORDS)


def test_short_words_may_have_one_letter_wrong_and_long_ones_two() -> None:
    assert near("moose", WORDS) == {"mouse"}
    assert "mouse" not in near("moise", ["house"])
    assert near("lappot", WORDS) == set()
    assert near("kexboaxd", WORDS) == {"keyboard"}
    assert near("xx", WORDS) == set()
    assert near("x" * 100, WORDS) == set()


@given(
    st.lists(st.text("abc", min_size=4, max_size=7), min_size=1, max_size=30, unique=True),
    st.text("abc", min_size=4, max_size=7),
)
def test_one_edit_is_what_the_distance_says(words: list[str], typed: str) -> None:
    assert near(typed, words) == {word for word in words if OSA.distance(word, typed) == 1}


def test_two_edits_are_what_the_distance_says_when_none_is_nearer() -> None:
    rng = random.Random(3)
    words = sorted({"k" + "".join(rng.choices("abcd", k=rng.randint(7, 10))) for _ in range(300)})
    for _ in range(100):
        typed = "k" + "".join(rng.choices("abcd", k=rng.randint(7, 10)))
        distances = {word: OSA.distance(word, typed) for word in words}
        least = 1 if 1 in distances.values() else 2
        assert near(typed, words) == {word for word, d in distances.items() if d in (least, 1)}


def test_slips_of_the_finger_cost_less() -> None:
    ordinary = edit_cost("kexboard", "keyboard")
    assert edit_cost("ketboard", "keyboard") < ordinary
    assert edit_cost("kyeboard", "keyboard") < ordinary
    assert edit_cost("keyboardd", "keyboard") < ordinary
    assert edit_cost("keyboord", "keyboard") < ordinary
    assert edit_cost("xeyboard", "keyboard") > ordinary


@given(st.text(string.ascii_lowercase, max_size=12), st.text(string.ascii_lowercase, max_size=12))
def test_cost_is_nothing_only_for_the_word_itself(typed: str, word: str) -> None:
    assert (edit_cost(typed, word) > 0) == (typed != word)
