"""Units and labels: there and back."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shelfwise.understanding.tagging.base import Span
from shelfwise.understanding.tagging.units import LONGEST, labels, split, stretches


@given(st.text(max_size=80))
def test_units_are_in_order_and_within_the_text(text: str) -> None:
    last = 0
    for unit in split(text):
        assert last <= unit.start < unit.end <= len(text)
        assert unit.text and not unit.text.isspace()
        last = unit.end


@given(st.data())
def test_labels_and_back(data: st.DataObject) -> None:
    text = data.draw(st.text("手机壳盘", min_size=1, max_size=20))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [
        Span(start, end, data.draw(st.sampled_from(["brand", "product"])))
        for start, end in pairwise(cuts)
        if data.draw(st.booleans())
    ]
    units = split(text)
    back = [
        Span(units[first].start, units[last - 1].end, kind) for first, last, kind in stretches(labels(units, spans))
    ]
    assert back == spans


def test_places_are_those_of_the_original() -> None:
    text = "Ⅱ代 ＵＳＢ硒鼓"
    assert [(unit.text, text[unit.start : unit.end]) for unit in split(text)][2:] == [
        ("usb", "ＵＳＢ"),
        ("硒", "硒"),
        ("鼓", "鼓"),
    ]


def test_a_space_sets_units_apart() -> None:
    assert [unit.apart for unit in split("usb 盘c1")] == [False, True, False, False]


def test_a_span_that_begins_inside_a_unit_takes_all_of_it() -> None:
    units = split("usbhub 盘")
    assert labels(units, [Span(3, 6, "x")]) == ["S-x", "O"]


def test_labels_that_do_not_fit_together() -> None:
    assert stretches(["I-x", "E-x", "B-x", "E-y", "I-x", "O", "E-x"]) == [
        (0, 2, "x"),
        (2, 3, "x"),
        (3, 4, "y"),
        (4, 5, "x"),
        (6, 7, "x"),
    ]


def test_a_very_long_text_is_cut() -> None:
    assert len(split("盘" * 10_000)) == LONGEST
