"""What a merchant is not asked."""

from __future__ import annotations

import pytest

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.types import Locale
from shelfwise.understanding.expansion.acceptance import Acceptance
from shelfwise.understanding.expansion.base import Candidate

RULES = [(("fridge", "refrigerator", "冰箱"), ("fridge", "refrigerator", "冰箱")), (("netbook",), ("laptop",))]
ACCEPTED = Acceptance(BilingualAnalyzer(), RULES, {("hp",), ("dell",)})


def asked(words: str, other: str) -> bool:
    languages: tuple[Locale, Locale] = ("en" if words.isascii() else "zh", "en" if other.isascii() else "zh")
    return ACCEPTED(Candidate(words, other, languages, False, 0.9, (), "encoder"))


@pytest.mark.parametrize(
    ("words", "other"),
    [
        ("lamp", "台灯"),
        ("black", "黑色"),
        ("sofa", "settee"),
        ("notebook", "laptop"),
        ("皮箱", "行李箱"),
        ("hp", "惠普"),
        ("dog", "狗"),
    ],
)
def test_offered(words: str, other: str) -> None:
    assert asked(words, other)
    assert asked(other, words)


@pytest.mark.parametrize(
    ("words", "other"),
    [
        ("lamp", "lamps"),  # one stem
        ("colour", "color"),  # one spelling
        ("flash drive", "flashdrive"),  # one word or two
        ("phone", "mobile phone"),  # one within the other
        ("手机", "智能手机"),
        ("keyboard", "keybord"),  # a slip
        ("fridge", "冰箱"),  # known
        ("laptop", "netbook"),  # known, one way
        ("hp", "dell"),  # two brands
        ("hp", "printer"),
        ("black", "white"),
        ("black", "白色"),
        ("羊毛", "纯棉"),
        ("small", "large"),
        ("summer", "winter"),
        ("men", "女士"),
        ("wired", "wireless"),
        ("13 inch", "screen"),
        ("lamp", ""),
    ],
)
def test_not_offered(words: str, other: str) -> None:
    assert not asked(words, other)
    assert not asked(other, words)
