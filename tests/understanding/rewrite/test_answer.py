"""An answer is kept only as far as it can be trusted."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.understanding.rewrite.answer import Rewrite, read, written

QUERY = "could you find me a red laptop with 16 gb under 1,500 dollars"
QUERY_ZH = "我想找一款三千元以下适合我的新款手机 5G"


def answer(
    rewrite: Any = "red laptop 16 gb", expansions: Any = ("notebook",), language: Any = "en", **more: Any
) -> str:
    return json.dumps({"rewrite": rewrite, "expansions": expansions, "language": language, **more})


def test_what_is_fine_is_kept() -> None:
    assert read(answer(), QUERY) == Rewrite("red laptop 16 gb", ("notebook",))
    assert read(answer("新款手机 5G", ["智能手机", "smartphone"], "zh"), QUERY_ZH) == Rewrite(
        "新款手机 5G", ("智能手机", "smartphone")
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sure! Here is the JSON you asked for.",
        "```json\n" + answer() + "\n```",
        answer() + answer(),
        answer()[:-1],
        "[" * 3000,
        "{" * 3999,
        "x" * 10_000_000,
        answer("a" * 4000),
        "null",
        "[]",
        '"red laptop"',
        "{}",
        answer(filters={"price": [0, 1]}),
        answer(constraints=[]),
        answer(tool_calls=[{"function": {"name": "drop_index"}}]),
        answer(rewrite=None),
        answer(rewrite=["red laptop"]),
        answer(rewrite={"text": "red laptop", "filter": "brand:apple"}),
        answer(expansions="notebook"),
        answer(expansions=["a", "b", "c", "d", "e", "f"]),
        answer(expansions=[["notebook"]]),
        answer(expansions=[7]),
        answer(language="fr"),
        answer(language=["en"]),
        '{"rewrite": "\\ud800", "expansions": [], "language": "en"}',
        "\ud800",
        '{"rewrite": NaN, "expansions": [], "language": "en"}',
    ],
)
def test_another_form_is_no_answer(text: str) -> None:
    assert read(text, QUERY) == Rewrite()


@pytest.mark.parametrize(
    "text",
    [
        "a" * 81,
        "red laptop <script>alert(16)</script>",
        "red&nbsp;laptop; drop",
        "https://evil.example/laptop",
        "//evil/x",
        "www.evil.example",
        "evil.example laptop",
        "red laptop\nprice:16",
        "red\x00laptop",
        "red\tlaptop",
        "red\u202elaptop",
        "red\u200blaptop",
        "price:[16 TO *]",
        "brand=apple",
        '{"filters": []}',
        "$(rm -rf)",
        "`id`",
        "red laptop 32 gb",
        "red laptop 1 6 gb",
        "laptop 500",
        "laptop １６０",
        "笔记本电脑",
        "красный ноутбук",
        "rеd laptop",  # a Cyrillic е
        "🍎 laptop",
        "-- , .",
        "   ",
        QUERY.upper(),
        "me@home.org",
    ],
)
def test_a_rewrite_that_is_not_kept(text: str) -> None:
    assert read(answer(text), QUERY) == Rewrite("", ("notebook",))


@pytest.mark.parametrize("text", ["smartphone", "手机 128", "两千元手机", "四十寸手机", "携帯でんわ", ""])
def test_a_chinese_rewrite_that_is_not_kept(text: str) -> None:
    assert read(answer(text, [], "zh"), QUERY_ZH) == Rewrite()


@pytest.mark.parametrize("text", ["新款手机", "三千元手机", "5G 手机", "一款 iPhone 手机"])
def test_a_chinese_rewrite_that_is_kept(text: str) -> None:
    assert read(answer(text, [], "zh"), QUERY_ZH).text == text


def test_numbers_are_those_of_the_query_however_written() -> None:
    assert read(answer("laptop 1500 dollars"), QUERY).text == "laptop 1500 dollars"
    assert read(answer("phone 6.1 inch"), "phone ６．１ inch please").text == "phone 6.1 inch"


def test_another_language_than_was_asked() -> None:
    assert read(answer(language="zh"), QUERY) == Rewrite("", ("notebook",))


def test_the_same_is_not_said_twice() -> None:
    others = ["Notebook", "notebook", "NOTEBOOK ", "red laptop 16 GB", QUERY]
    assert read(answer(expansions=others), QUERY) == Rewrite("red laptop 16 gb", ("Notebook",))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=90),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)
TEXTS = st.text(max_size=90) | st.text("ab1６手机<>:/. \u200b", max_size=90)


@given(TEXTS, st.lists(TEXTS, max_size=6), st.sampled_from(["en", "zh", "mixed"]), st.text(max_size=60))
def test_whatever_comes_what_is_kept_is_plain(rewrite: str, others: list[str], language: str, query: str) -> None:
    found = read(answer(rewrite, others, language), query)
    assert len(found.text) <= 80
    assert len(found.expansions) <= 5
    folded = unicodedata.normalize("NFKC", query).replace(",", "")
    for text in (found.text, *found.expansions):
        assert not re.search(r"[<>:;{}\[\]\\|`$=_*\"#@]|//", text)
        assert all(unicodedata.category(mark)[0] != "C" for mark in text)
        assert all(number in folded for number in re.findall(r"\d+", text.replace(",", "")))
    assert all(len(text) <= 40 for text in found.expansions)


@given(VALUES)
def test_any_json_is_read(value: Any) -> None:
    assert isinstance(read(json.dumps(value), QUERY), Rewrite)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert isinstance(read(text, text), Rewrite)


@given(TEXTS, st.lists(TEXTS, max_size=5), st.text(max_size=60))
def test_what_is_kept_is_kept_again(rewrite: str, others: list[str], query: str) -> None:
    found = read(answer(rewrite, others, "mixed"), query)
    assert read(written(found, query), query) == found


@pytest.mark.parametrize(
    ("unwanted", "left"),
    [("not red", Rewrite("", ("notebook",))), ("without a notebook", Rewrite("red laptop 16 gb")), ("不要红色", None)],
)
def test_what_is_not_wanted_goes(unwanted: str, left: Rewrite | None) -> None:
    found = read(answer(), QUERY)
    assert found.without(unwanted) == (left or found)


def test_what_is_not_wanted_goes_in_chinese() -> None:
    found = Rewrite("新款苹果手机", ("智能手机", "apple phone"))
    assert found.without("不要苹果 apple") == Rewrite("", ("智能手机",))
