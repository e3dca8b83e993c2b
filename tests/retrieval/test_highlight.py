from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.base import Analysis
from shelfwise.retrieval.highlight import SNIPPET, Highlighter, cut, merged, snippet
from shelfwise.retrieval.synonyms import Synonyms, parse_rules
from shelfwise.types import Highlight, Product, Query, Translation
from shelfwise.understanding.spelling.fixes import Fix, Reading
from tests.retrieval.standin import Planning

ANALYZER = BilingualAnalyzer()
RULES = parse_rules("power bank, portable charger, 充电宝\nlaptop, 笔记本电脑", "s")


class Speller:
    def fixes(self, text: str, analysis: Analysis) -> list[Fix]:
        at = text.find("keybord")
        return [Fix(at, at + 7, (Reading("keyboard", 0.9, "typo"),))] if at >= 0 else []


PLANNER = Planning(ANALYZER, Synonyms(RULES, ANALYZER), Speller())
HIGHLIGHTER = Highlighter(ANALYZER)


def shown(highlight: Highlight) -> str:
    return "".join(f"[{part}]" if match else part for part, match in highlight.parts)


def title(query: str, text: str) -> str | None:
    found = HIGHLIGHTER.highlight(Product("x", text), PLANNER.plan(Query(query)))
    return shown(found["title"]) if "title" in found else None


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("battery", "Two Batteries, one battery", "Two [Batteries], one [battery]"),
        ("power bank", "A portable charger for you", "A [portable charger] for you"),
        ("power bank", "Power supply for a bank", "[Power] supply for a [bank]"),
        ("portable charger", "充电宝 20000", "[充电宝] 20000"),
        ("keybord", "Gaming keyboard", "Gaming [keyboard]"),
        ("tn2110", "Brother TN-2110 toner", "Brother [TN-2110] toner"),
        ("tn 2110", "Brother TN2110 toner", "Brother [TN2110] toner"),
        ("128gb", "Stick 128 GB", "Stick [128 GB]"),
        ("手机壳", "苹果手机壳硅胶", "苹果[手机壳]硅胶"),
        ("laptop", "筆記型電腦 笔记本电脑", "筆記型電腦 [笔记本电脑]"),
        ("笔记本电脑", "ＬＡＰＴＯＰ bag", "[ＬＡＰＴＯＰ] bag"),
        ("cafe", "Café crème", "[Café] crème"),
        ("倍思", "倍思蓝牙 思考", "[倍思]蓝牙 思考"),
        ("灯", "吸顶灯", "吸顶[灯]"),
        ("the lamp", "The lamp of the year", "The [lamp] of the year"),
        ("<b>", "<b>bold</b>", "<[b]>bold</[b]>"),
    ],
)
def test_what_matched_is_marked(query: str, text: str, marked: str) -> None:
    assert title(query, text) == marked


def test_without_a_match_there_is_no_highlight() -> None:
    assert title("sofa", "Gaming keyboard") is None
    assert title("", "Gaming keyboard") is None


def test_every_language_of_a_product_is_marked() -> None:
    product = Product(
        "x", "Laptop", "<p>This <b>laptop</b> is light</p>", translations={"zh": Translation("轻薄笔记本电脑")}
    )
    found = HIGHLIGHTER.highlight(product, PLANNER.plan(Query("laptop")))
    assert {field: shown(highlight) for field, highlight in found.items()} == {
        "title": "[Laptop]",
        "description": "This [laptop] is light",
        "title.zh": "轻薄[笔记本电脑]",
    }


def test_the_snippet_is_where_most_different_words_match() -> None:
    text = "laptop " + "filler words here " * 30 + "a laptop with a power bank " + "and more words " * 30
    found = HIGHLIGHTER.highlight(Product("x", "y", text), PLANNER.plan(Query("laptop power bank")))
    snip = shown(found["description"])
    assert "[laptop] with a [power] [bank]" in snip
    assert snip.startswith("…")
    assert snip.endswith("…")


def test_long_titles_are_marked_at_the_beginning_and_kept_whole() -> None:
    text = "laptop " * 100_000
    found = HIGHLIGHTER.highlight(Product("x", text, text), PLANNER.plan(Query("laptop")))
    assert "".join(part for part, _ in found["title"].parts) == text
    assert len("".join(part for part, _ in found["description"].parts)) <= SNIPPET


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=30))
def test_the_parts_are_the_text(text: str, query: str) -> None:
    found = HIGHLIGHTER.highlight(Product("x", text, text), PLANNER.plan(Query(query)))
    if "title" in found:
        assert "".join(part for part, _ in found["title"].parts) == text
        assert any(match for _, match in found["title"].parts)
    if "description" in found:
        assert len("".join(part for part, _ in found["description"].parts)) <= SNIPPET


SPANS = st.lists(st.tuples(st.integers(0, 290), st.integers(1, 10)), min_size=1, max_size=12)


@given(SPANS, st.integers(20, 200))
def test_a_snippet_is_part_of_the_text_with_a_match_in_it(raw: list[tuple[int, int]], size: int) -> None:
    text = "abcd efgh " * 30
    spans = merged((start, start + length) for start, length in raw)
    spans = [(start, end) for start, end in spans if end - start <= size - 10] or [(0, 4)]
    found = snippet(text, spans, size)
    joined = "".join(part for part, _ in found.parts)
    assert len(joined) <= size
    assert joined.strip("…") in text
    assert any(match for _, match in found.parts)


@given(SPANS)
def test_cut_keeps_the_text(raw: list[tuple[int, int]]) -> None:
    text = "x" * 300
    parts = cut(text, merged((start, start + length) for start, length in raw))
    assert "".join(part for part, _ in parts) == text
