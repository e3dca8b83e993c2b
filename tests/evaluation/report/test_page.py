from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from shelfwise.errors import InputError
from shelfwise.evaluation import evaluate, evaluate_search, scores_of
from shelfwise.evaluation.report import Reported, render_report, write_report

QRELS = {
    "fine": {"a": 3, "b": 0},
    "poor": {"a": 2, "b": 0, "far": 1, "lost": 3},
    "hopeless": {"a": 0},
    "<script>alert(1)</script> & 键盘": {"a": 1},
}
GOOD = {query: scores_of(["a", "b"]) for query in QRELS}
POOR = GOOD | {"poor": scores_of(["b", "x", "a", *(f"y{place}" for place in range(9)), "far"])}
TITLES = {"a": "A <b>bold</b> keyboard & “键盘”", "b": "Mouse"}
VOID = {"meta"}


class Page(HTMLParser):
    """Checks that tags are closed in order, and gathers what matters."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    def rows(self) -> list[str]:
        return [text for text in self.texts if text]


def reported(name: str, run: dict[str, dict[str, float]]) -> Reported:
    return Reported(name, evaluate(QRELS, run), run, milliseconds=np.array([1.0, 2.0, 3.0, 4.0]))


@pytest.fixture(scope="module")
def one() -> str:
    return render_report(reported("words", POOR), QRELS, titles=TITLES, title="Quality of A & B")


@pytest.fixture(scope="module")
def two() -> str:
    return render_report(reported("words", POOR), QRELS, baseline=reported("before", GOOD), titles=TITLES)


@pytest.mark.parametrize("name", ["one", "two"])
def test_the_page_asks_nobody_for_anything(name: str, request: pytest.FixtureRequest) -> None:
    text: str = request.getfixturevalue(name)
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not {"src", "href", "srcset", "onclick"} & {attribute for attribute, _ in page.attributes}
    assert not re.search(r"https?:|url\(|@import", text)


def test_texts_are_escaped(one: str) -> None:
    assert "<script>" not in one
    assert "<b>bold</b>" not in one
    texts = Page(one).rows()
    assert "<script>alert(1)</script> & 键盘" in texts
    assert TITLES["a"] in texts
    assert texts.count("Quality of A & B") == 2


def test_worst_queries_come_first_and_hopeless_ones_last(one: str) -> None:
    texts = Page(one).rows()
    places = [texts.index(query) for query in ("poor", "fine", "hopeless")]
    assert places == sorted(places)
    assert texts.index("Queries that nothing judged fits") < places[2]


def test_unjudged_and_missed_products_are_marked(one: str) -> None:
    texts = Page(one).rows()
    start = texts.index("poor")
    shown = texts[start : texts.index("<script>alert(1)</script> & 键盘")]
    assert shown.count("unjudged") == 8
    missed = shown[shown.index("Good, but not among the first ten:") + 1 :]
    assert missed[:6] == ["–", "3", "lost", "13", "1", "far"]


def test_figures_and_counts_are_there(one: str) -> None:
    evaluation = evaluate(QRELS, POOR)
    texts = Page(one).rows()
    assert f"{evaluation.means['ndcg@10']:.3f}" in texts
    interval = evaluation.intervals["ndcg@10"]
    assert f"{interval.low:.3f} to {interval.high:.3f}" in texts
    assert "3 with a good product to find, 1 without" in " ".join(texts)
    assert "took 2.5 ms in the median" in " ".join(texts)


def test_one_bar_a_query_that_counts(one: str) -> None:
    assert Page(one).tags.count("rect") == 3


def test_a_comparison_names_both_and_tests_the_difference(two: str) -> None:
    texts = Page(two).rows()
    assert "Is words better?" in texts
    assert "0 / 2 / 1" in texts
    assert "p, corrected" in texts
    poor = texts.index("poor")
    assert texts[poor + 3].startswith("−")
    assert texts[poor:].index("before") < texts[poor:].index("words")


def test_long_lists_are_cut_and_say_so() -> None:
    page = render_report(reported("words", POOR), QRELS, queries=1)
    assert "3 queries are left out of this list" in page
    assert Page(page).tags.count("details") == 1


def test_an_unknown_main_metric_is_explained() -> None:
    with pytest.raises(InputError, match=r"run 'words' has no metric 'ndcg@5'; expected one of ndcg@10"):
        render_report(reported("words", POOR), QRELS, main="ndcg@5")


def test_no_query_with_a_positive() -> None:
    qrels = {"q": {"a": 0}}
    page = render_report(Reported("words", evaluate(qrels, {}), {}), qrels)
    assert "1 query has no results" in page


def test_the_same_input_is_the_same_page(one: str) -> None:
    assert one == render_report(reported("words", POOR), QRELS, titles=TITLES, title="Quality of A & B")


def test_a_searched_run_is_reported_with_what_was_asked() -> None:
    searched = evaluate_search(lambda text, limit: ["a"], QRELS, clock=lambda: 0.0, texts=dict.fromkeys(QRELS, "茶"))
    page = render_report(Reported.of("words", searched), QRELS)
    assert Page(page).rows().count("asked: 茶") == 4


def test_writes_utf8(tmp_path: Path, one: str) -> None:
    write_report(tmp_path / "report.html", one)
    assert (tmp_path / "report.html").read_bytes().decode() == one
    with pytest.raises(InputError, match="cannot be written"):
        write_report(tmp_path / "none" / "report.html", one)
