"""Identifiers in one spelling."""

from __future__ import annotations

import pytest

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.codes import canonical_code, is_code

ANALYZER = BilingualAnalyzer()


@pytest.mark.parametrize(
    ("spellings", "code"),
    [
        (["TN-2110", "tn2110", "TN 2110", "ＴＮ－２１１０", "tn.2110", "TN/2110"], "tn2110"),
        (["0095205603217", "95205603217", "095205603217"], "95205603217"),
        (["00000000"], "0"),
        (["007"], "007"),
        (["ABC-DEF"], "abcdef"),
        (["", "-", "手机"], ""),
    ],
)
def test_canonical_code(spellings: list[str], code: str) -> None:
    assert {canonical_code(spelling) for spelling in spellings} == {code}


@pytest.mark.parametrize(
    "code", ["TN-2110", "006R90321", "i7-1185G7", "dv7-1211ea", "4006381333931", "MX 920", "HX424S15IB/32"]
)
def test_the_analyzer_gives_the_same_spelling(code: str) -> None:
    assert canonical_code(code) in {token.text for token in ANALYZER.analyze(code).codes}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tn2110", True),
        ("12345", True),
        ("1234", False),
        ("mouse", False),
        ("a" * 39 + "1", True),
        ("a" * 40 + "1", False),
    ],
)
def test_what_is_a_code(text: str, expected: bool) -> None:
    assert is_code(text) is expected


@pytest.mark.parametrize("text", ["pack of 2", "compatible with 2020", "black, 3", "mouse", "a-b-c"])
def test_no_code(text: str) -> None:
    assert ANALYZER.analyze(text).codes == ()
