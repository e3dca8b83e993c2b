from __future__ import annotations

import string
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.types import Range
from shelfwise.understanding.base import Constraint, Understanding
from shelfwise.understanding.carriers import CarriersStep
from shelfwise.understanding.constraints.evaluate import ConstraintQuery, compare, key
from shelfwise.understanding.constraints.step import ConstraintsStep
from shelfwise.understanding.segment import SegmentationStep
from tests.understanding.constraints.labelled import labelled

ANALYZER = BilingualAnalyzer()
STEP = ConstraintsStep(ANALYZER, currency="CNY")
QUERIES = labelled()
TRADITIONAL = OpenCC("s2t")


@pytest.mark.parametrize("query", QUERIES, ids=[query.text for query in QUERIES])
def test_queries_are_read_exactly(query: ConstraintQuery) -> None:
    missing, wrong, _ = compare(query, STEP.read(query.text))
    assert (missing, wrong) == ([], [])


def test_there_are_enough_queries() -> None:
    assert sum(query.language == "en" for query in QUERIES) >= 100
    assert sum(query.language == "zh" for query in QUERIES) >= 100


def meant(text: str) -> list[tuple[object, ...]]:
    return [key(one) for one in STEP.read(text)]


def test_places_are_places_in_the_text() -> None:
    for query in QUERIES:
        found = STEP.read(query.text)
        assert [one.start for one in found] == sorted(one.start for one in found)
        for one in found:
            assert one.text == query.text[one.start : one.end] == one.text.strip() != ""


WIDE = {ord(char): chr(ord(char) + 0xFEE0) for char in string.ascii_letters + string.digits + "$,.%+-"}


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(QUERIES), st.data())
def test_case_width_and_spaces_change_nothing(query: ConstraintQuery, data: st.DataObject) -> None:
    """A space beside a Chinese character, more space, capitals, full width, marks at the end."""
    expected = meant(query.text)
    text = query.text
    if data.draw(st.booleans()):
        text = "".join(char.upper() if data.draw(st.booleans()) else char for char in text)
    if data.draw(st.booleans()):
        text = "".join(char.translate(WIDE) if data.draw(st.booleans()) else char for char in text)
    if data.draw(st.booleans()):
        text = text.replace(" ", "  \u3000")
    if data.draw(st.booleans()):
        text = f"  {text}{data.draw(st.sampled_from(['', '。', '!', '？', ' .', '～']))} "
    assert meant(text) == expected


CHINESE = [query.text for query in QUERIES if query.language == "zh"]


def test_traditional_characters_say_the_same() -> None:
    changed = [text for text in CHINESE if meant(TRADITIONAL.convert(text)) != meant(text)]
    assert changed == []


def test_spaces_between_a_number_and_chinese_say_nothing() -> None:
    for text in CHINESE:
        spaced = "".join(
            f"{char} " if char.isdigit() and not after.isascii() else char for char, after in pairwise([*text, " "])
        )
        assert meant(spaced) == meant(text), text


POLITE = {
    "en": ("hi, do you have {}", "I'm looking for {} please", "could you show me {}, thanks"),
    "zh": ("请问有没有{}", "你好，我想买{}", "麻烦推荐一下{}，谢谢"),
}


def test_polite_words_say_nothing() -> None:
    for query in QUERIES:
        for wrap in POLITE[query.language]:
            said = [key(one) for one in STEP.read(wrap.format(query.text)) if one.kind != "feature"]
            assert said == [key(one) for one in STEP.read(query.text) if one.kind != "feature"], wrap.format(query.text)


@settings(deadline=None, max_examples=300)
@given(
    st.text(
        alphabet=st.sampled_from(
            "1250.,-+$£€k千万百一二两三元块以下内不要除了红色苹果 underfornotXLm号码个装\"'的、的或"
        ),
        max_size=60,
    )
)
def test_any_text_is_read(text: str) -> None:
    for one in STEP.read(text):
        assert 0 <= one.start < one.end <= len(text)
        assert one.text == text[one.start : one.end]
        assert one.low is None or one.high is None or one.low <= one.high


@pytest.mark.parametrize(
    "text", ["", " ", "😀", "a" * 512, "1" * 512, "红" * 512, "不要" * 256, "1-" * 256, "مرحبا", "\ud800", "{}[]<>&;--"]
)
def test_hostile_texts_are_read(text: str) -> None:
    assert len(STEP.read(text)) <= 100


def test_constraints_overlap_only_with_roles() -> None:
    for query in QUERIES:
        found = [one for one in STEP.read(query.text) if one.kind != "role"]
        assert all(one.end <= other.start for one, other in pairwise(found))


# --- what is searched -----------------------------------------------------------------------------------------


def understood(text: str, dismissed: tuple[str, ...] = ()) -> Understanding:
    u = STEP(Understanding(text, cleaned=text, text=text, core=text, dismissed=dismissed))
    return SegmentationStep(ANALYZER)(CarriersStep(ANALYZER)(u))


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("laptop under 500 not hp", "laptop"),
        ("red leather wallet under $50", "red leather wallet"),
        ("2 pack aa batteries", "aa batteries"),
        ("highly rated kettle", "kettle"),
        ("cheapest blue dress", "blue dress"),
        ("kids shoes for camping", "kids shoes for camping"),
        ("3000元以下的手机", "手机"),
        ("不要苹果的平板电脑", "平板电脑"),
        ("销量最高的红色雨伞", "红色雨伞"),
    ],
)
def test_words_that_only_bound_are_not_searched(text: str, core: str) -> None:
    assert understood(text).core.strip("的") == core


def test_a_constraint_taken_back_is_left_out_and_its_words_are_silent() -> None:
    u = understood("red dress under 50", dismissed=("colour:red", "price:under 50"))
    assert u.constraints == ()
    assert u.core == "dress"


def test_keys_of_constraints_name_their_words() -> None:
    (one,) = STEP.read("Laptops  UNDER 500")
    assert one.key == "price:under 500"


# --- filters without a dictionary -----------------------------------------------------------------------------


def only(text: str) -> Constraint:
    (one,) = STEP.read(text)
    return one


def test_a_price_is_a_hard_filter_in_the_shops_currency() -> None:
    assert only("under 500").filter == only("500元以下").filter == Range("price", None, 500.0)
    assert only("under 500").hard


def test_a_price_in_another_currency_is_no_filter() -> None:
    one = only("under $500")
    assert (one.filter, one.hard) == (None, False)
    assert one.confidence < 0.5


def test_an_exact_price_is_a_wish_around_it() -> None:
    one = only("500元")
    assert (one.low, one.high, one.filter, one.hard) == (500, 500, Range("price", 400, 600), False)


def test_cheap_is_a_wish_without_a_filter() -> None:
    assert (only("便宜点的").level, only("便宜点的").filter) == ("low", None)
