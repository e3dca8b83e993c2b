"""How Chinese sounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.language.pinyin import sound, spell, syllables


@pytest.mark.parametrize(
    ("term", "full", "initials"),
    [
        ("无线鼠标", "wuxianshubiao", "wxsb"),
        ("重庆火锅", "chongqinghuoguo", "cqhg"),
        ("银行卡", "yinhangka", "yhk"),
        ("音乐盒", "yinyuehe", "yyh"),
        ("行李箱", "xinglixiang", "xlx"),
        ("女装", "nvzhuang", "nz"),
        ("長褲", "changku", "ck"),
        ("Type-C数据线", "typecshujuxian", "typecsjx"),
        ("USB", "usb", "usb"),
        ("", "", ""),
        ("😀", "", ""),
    ],
)
def test_spelling(term: str, full: str, initials: str) -> None:
    spelled = spell(term)
    assert (spelled.full, spelled.initials) == (full, initials)


@given(st.text(max_size=30))
def test_spelling_never_raises(term: str) -> None:
    assert len(spell(term).initials) <= max(len(spell(term).full), 0)
    syllables(term)
    sound(term)


@pytest.mark.parametrize(
    ("one", "other"), [("鼠标", "薯标"), ("蓝牙", "兰牙"), ("耳机", "儿机"), ("牛奶", "流奶"), ("净化器", "进化器")]
)
def test_words_that_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other) != ""


def test_words_that_do_not_sound_alike() -> None:
    assert sound("鼠标") != sound("键盘")
