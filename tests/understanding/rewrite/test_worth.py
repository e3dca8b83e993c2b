"""Which queries are worth a rewrite."""

from __future__ import annotations

import pytest

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.rewrite.worth import Worth

HAS = {"gam": 9, "game": 9, "mous": 5, "mouse": 5, "red": 3, "手机": 7, "笔记本": 4, "电脑": 4, "游戏": 2, "鼠标": 2}
CODES = {"tn2110": 1}


def frequency(group: str, token: str) -> int:
    return (CODES if group == "codes" else HAS).get(token, 0)


def worth(text: str, *, words: int = 8, few: int = 0, silent: tuple[tuple[int, int], ...] = ()) -> bool:
    return Worth(BilingualAnalyzer(), frequency, words=words, few=few)(Understanding(text, text=text, silent=silent))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red mouse", False),
        ("游戏鼠标", False),
        ("手机", False),
        ("could you please show me a red mouse for me", True),
        ("我想找一款适合我的新款手机", True),
        ("red flibbertigibbet", True),
        ("the red mouse", False),
        ("tn2110 flibbertigibbet", False),
        ("red mouse 4711", False),
        ("👍", False),
        ("4711 0815", False),
        ("", False),
    ],
)
def test_long_or_rare(text: str, expected: bool) -> None:
    assert worth(text) is expected


def test_few_is_a_number_of_products() -> None:
    assert worth("red mouse", few=3)
    assert not worth("red mouse", few=2)


def test_words_is_a_number_of_words() -> None:
    assert worth("red mouse", words=2)


def test_silent_words_are_not_rare() -> None:
    assert worth("mouse under flibber")
    assert not worth("mouse under flibber", silent=((6, 19),))
