from __future__ import annotations

from random import Random

import pytest

from shelfwise.simulate.grammar import chinese, english, expand, headline


def test_expand_fills_slots_in_slots_and_chooses_every_alternative_sometimes() -> None:
    rng = Random(1)
    found = {expand("[{a}|b] c", {"a": "{d}!", "d": "x"}, rng) for _ in range(50)}
    assert found == {"x! c", "b c"}


def test_an_unknown_slot_is_an_error() -> None:
    with pytest.raises(KeyError, match="missing"):
        expand("{missing}", {}, Random(1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a oily skin", "An oily skin"),
        ("a 8 kg load", "An 8 kg load"),
        ("a USB plug", "A USB plug"),
        ("a one-hand fold", "A one-hand fold"),
        ("a use", "A use"),
        ("a A5 book", "An A5 book"),
        ("lamp , , white ,", "Lamp, white"),
        ("one. two", "One. Two"),
    ],
)
def test_english(text: str, expected: str) -> None:
    assert english(text) == expected


def test_headline_keeps_units_and_inner_capitals() -> None:
    assert headline("mug, 380 ml, for iPhone (red)") == "Mug, 380 ml, for iPhone (Red)"


def test_chinese() -> None:
    assert chinese(" 星曜  手机 （ 黑 ） ，") == "星曜 手机（黑）"
