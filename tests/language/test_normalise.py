"""Folding: one spelling, and the way back."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from shelfwise.language.normalise import fold, normalise


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢＣ　１２３", "abc 123"),
        ("Crème Brûlée", "creme brulee"),
        ("e\u0301", "e"),
        ("STRASSE straße", "strasse strasse"),
        ("İstanbul", "istanbul"),
        ("“a” ‘b’ – c — d", "\"a\" 'b' - c - d"),
        ("5′ 10″", "5' 10\""),
        ("a\u200bb\u00adc\ufeff", "abc"),
        ("a\x00b\tc\nd", "a b c d"),
        ("x\ud800y", "x y"),
        ("Intel® Core™", "intel  core "),
        ("ｶﾞ", "カ"),
        ("①㎏㎝½", "1kgcm1/2"),
        ("無線滑鼠 電腦", "无线滑鼠 电脑"),
        ("乾淨 乾坤 乾隆", "干净 乾坤 乾隆"),
        ("瞭解 瞭望", "了解 瞭望"),
        ("한국어", "한국어"),
        ("1920×1080", "1920x1080"),
        ("１，０００", "1,000"),
        ("\U000f0000\U0010ffff", "  "),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_the_way_back() -> None:
    text = "aﬁ\u200bé乾坤"
    folded = normalise(text)
    assert folded.text == "afie乾坤"
    assert [folded.original(i, i + 1) for i in range(6)] == [(0, 1), (1, 2), (1, 3), (3, 4), (4, 5), (5, 6)]


def test_plain_text_needs_no_map() -> None:
    assert normalise("Plain TEXT").starts is None
    assert normalise("无线鼠标 ＡＢＣ").starts is None


@settings(max_examples=400, deadline=None)
@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_every_character_folds_once() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        folded = fold(char)
        assert fold(folded) == folded, f"U+{code:04X}"
        assert "\n" not in folded


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_bounds_are_in_order(text: str) -> None:
    folded = normalise(text)
    bounds = [folded.original(i, i + 1) for i in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in bounds)
    assert bounds == sorted(bounds)


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_composed_and_decomposed_are_alike(text: str) -> None:
    if not any("\u1100" <= char <= "\u11ff" or "가" <= char <= "힣" for char in unicodedata.normalize("NFC", text)):
        assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


def test_simplified_as_opencc_does() -> None:
    oracle = OpenCC("t2s")
    phrases = [line.split("\t")[0] for line in TITLES.splitlines()]
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    assert [fold(char) for char in han] == [oracle.convert(oracle.convert(char)) for char in han]
    assert [fold(text) for text in phrases] == [oracle.convert(text) for text in phrases]


TITLES = """無線藍牙耳機降噪運動
筆記型電腦收納包防水
乾隆款陶瓷花瓶
頭髮護理乾燥吹風機
鐘錶修理工具組
項鍊手鍊純銀飾品
沈船模型瞭望塔
後視鏡行車記錄儀
麵包機家用全自動
臺灣鳳梨酥禮盒
裏外兩用雨傘
覆蓋膜答覆
彷彿著名傢俱
乾淨衣櫃"""
