"""Silent stretches are cut out, fixes follow, and something is left to search."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.understanding.base import Constraint, Understanding
from shelfwise.understanding.base import Reading as Read
from shelfwise.understanding.segment import SegmentationStep, cut, merged
from shelfwise.understanding.spelling.fixes import Fix, Reading, apply_fixes

STEP = SegmentationStep(BilingualAnalyzer())
SPANS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted).map(tuple), max_size=5)


def read(text: str, *silent: str, constraints: tuple[Constraint, ...] = (), fixes: tuple[Fix, ...] = (),
         sure: tuple[Fix, ...] = ()) -> Understanding:  # fmt: skip
    corrected = apply_fixes(text, sure)[0]
    spans = tuple((corrected.index(words), corrected.index(words) + len(words)) for words in silent)
    u = Understanding(text, cleaned=text, text=corrected, constraints=constraints, fixes=fixes, sure=sure)
    return STEP(u.but(silent=spans))


def words(u: Understanding) -> list[str]:
    return [token.text for token in u.tokens.words]


@given(SPANS)
def test_merged_spans_cover_the_same_places(spans: list[tuple[int, int]]) -> None:
    covered = np.zeros(21, bool)
    for start, end in spans:
        covered[start:end] = True
    found = merged(spans)
    again = np.zeros(21, bool)
    for start, end in found:
        again[start:end] = True
    assert (again == covered).all()
    assert all(a[1] < b[0] for a, b in pairwise(found))


@given(st.text("ab ,的", max_size=20), SPANS)
def test_what_is_cut_is_what_is_not_silent(text: str, spans: list[tuple[int, int]]) -> None:
    inside = [(start, min(end, len(text))) for start, end in spans if start <= len(text)]
    left, _ = cut(text, inside)
    kept = [char for at, char in enumerate(text) if not any(start <= at < end for start, end in inside)]
    assert [char for char in left if char in "ab"] == [char for char in kept if char in "ab"]
    if inside:
        assert left == left.strip(" ,")


def test_a_stretch_in_the_middle_leaves_a_space() -> None:
    u = read("red shoes under 50 for men", "under 50")
    assert u.core == u.reading.text == u.reading.searched == "red shoes for men"
    assert words(u) == ["red", "shoe", "man"]


def test_a_particle_goes_with_what_it_joined() -> None:
    assert read("不要红色的手机壳", "不要红色").core == "手机壳"
    assert read("手机壳的", "手机壳").core == "手机壳的"  # nothing else is left


def test_where_nothing_would_be_left_nothing_is_silent() -> None:
    u = read("please thanks", "please", "thanks")
    assert (u.core, u.silent) == ("please thanks", ())


def test_constraints_alone_leave_no_words() -> None:
    price = Constraint("price", "under 50", 0, 8, high=50, consumed=True)
    u = read("under 50", "under 50", constraints=(price,))
    assert (u.core, u.reading, words(u)) == ("", Read(), [])
    only = Constraint("brand", "not hp", 0, 6, "hp", negated=True, consumed=True)
    assert read("not hp", "not hp", constraints=(only,)).core == "not hp"


def test_stop_words_are_no_tokens_but_in_the_text() -> None:
    u = read("a case for the phone")
    assert (u.core, words(u)) == ("a case for the phone", ["case", "phone"])


def test_fixes_follow_their_words_or_go_with_them() -> None:
    fone = Fix(12, 16, (Reading("phone", 0.9, "typo"),))
    u = read("i need some fone cases", "i need some", fixes=(fone,))
    assert (u.core, u.reading.searched) == ("fone cases", "phone cases")
    assert [(one.start, one.end, one.original) for one in u.reading.applied] == [(0, 5, "fone")]
    gone = read("cases not fone", "not fone", fixes=(Fix(10, 14, (Reading("phone", 0.9, "typo"),)),))
    assert (gone.reading.searched, gone.reading.applied) == ("cases", ())


def test_places_of_silent_stretches_are_those_of_the_corrected_text() -> None:
    lptop = Fix(0, 5, (Reading("laptop", 0.99, "typo"),))
    u = read("lptop under 500 bag", "under 500", fixes=(lptop,), sure=(lptop,))
    assert u.text == "laptop under 500 bag"
    assert (u.core, u.reading.text) == ("laptop bag", "laptop bag")


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=30), SPANS)
def test_any_text_with_any_stretch_can_be_cut(text: str, spans: list[tuple[int, int]]) -> None:
    inside = tuple((start, end) for start, end in spans if end <= len(text))
    u = STEP(Understanding(text, cleaned=text, text=text, silent=inside))
    assert len(u.core) <= len(text) + len(inside)
    assert all(0 <= token.start <= token.end <= len(u.reading.searched) for token in u.tokens.words)
