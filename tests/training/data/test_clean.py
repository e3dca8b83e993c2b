from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.training.data.clean import LONGEST_QUERY, LONGEST_TEXT, clean, folded, tidy
from shelfwise.training.data.examples import Example
from tests.training.data.made import EXAMPLES, pair


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  soft \n\t wool ", "soft wool"),
        ("<p>soft</p><script>x()</script> wool", "soft wool"),
        ("it&#39;s 5 &lt; 6", "it's 5 < 6"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("cafe\u0301", "café"),
        ("无线\u3000鼠标", "无线 鼠标"),
        ("a\x00b\ue000", "ab"),
    ],
)
def test_texts_become_tidy(raw: str, text: str) -> None:
    assert tidy(raw) == text


@pytest.mark.parametrize("empty", ["", " ", "<br>", "---", "n/a", "N/A.", "None", "暂无描述", "无", "😀"])
def test_a_query_that_says_nothing_takes_its_example_along(empty: str) -> None:
    cleaned = clean([pair(empty, "red boots"), pair("boots", "red boots")])
    assert [example.query for example in cleaned.examples] == ["boots"]
    assert cleaned.counts == {"queries that say nothing": 1}


@pytest.mark.parametrize("empty", ["", "n/a", "12345", "--", "暂无"])
def test_a_text_that_says_nothing_goes_with_its_grade(empty: str) -> None:
    example = Example("boots", (empty, "red boots", "blue boots"), (1.0, 0.5, 0.0), "boots", "log")
    [left] = clean([example]).examples
    assert (left.texts, left.grades) == (("red boots", "blue boots"), (0.5, 0.0))


def test_a_number_is_a_query_but_no_text() -> None:
    assert [each.query for each in clean([pair("6303", "Nokia 6303 phone")]).examples] == ["6303"]


def test_a_text_that_is_its_query_teaches_nothing() -> None:
    cleaned = clean([pair("Red  Boots", "red boots")])
    assert cleaned.examples == []
    assert cleaned.counts == {"examples without a text left": 1, "texts that are their query": 1}


def test_long_texts_are_cut_and_counted() -> None:
    cleaned = clean([pair("word " * 500, "text " * 5000)])
    [example] = cleaned.examples
    assert len(example.query) <= LONGEST_QUERY
    assert len(example.texts[0]) <= LONGEST_TEXT
    assert cleaned.counts == {"texts cut": 2}


def test_negatives_alone_stay() -> None:
    assert clean([pair("boots", "a lamp", 0.0)]).examples == [pair("boots", "a lamp", 0.0)]


@settings(deadline=None)
@given(st.lists(EXAMPLES, max_size=6))
def test_cleaning_clean_examples_changes_nothing(examples: list[Example]) -> None:
    once = clean(examples)
    assert clean(once.examples).examples == once.examples


@settings(deadline=None)
@given(st.text(max_size=40))
def test_blanks_around_a_text_do_not_matter(text: str) -> None:
    assert folded(f"  {text}\u3000") == folded(text)
