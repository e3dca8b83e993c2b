from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import SettingsError
from shelfwise.language.base import Analysis
from shelfwise.retrieval.base import Alternative
from shelfwise.retrieval.compounds import Compounds
from shelfwise.retrieval.plan import Planned, PlanSettings
from shelfwise.settings import SearchSettings
from shelfwise.types import Page, Query, Range
from shelfwise.understanding.normalise import clean
from shelfwise.understanding.spelling.fixes import Fix, Reading
from tests.retrieval.standin import Planning, SmallAnalyzer, read_as

KNOWN = {"head", "set", "headset", "smart", "watch", "smartwatch", "phone", "case", "手机", "壳", "手机壳"}
CODES = {"x200", "abc", "ab12"}


def frequency(group: str, token: str) -> int:
    return int(token in (CODES if group == "codes" else KNOWN))


class OneFix:
    """Reads `fone` as `phone`, with the confidence given."""

    def __init__(self, confidence: float) -> None:
        self.confidence = confidence

    def fixes(self, text: str, analysis: Analysis) -> list[Fix]:
        at = text.find("fone")
        return [Fix(at, at + 4, (Reading("phone", self.confidence, "typo"),))] if at >= 0 else []


def planner(confidence: float = 0.9) -> Planning:
    analyzer = SmallAnalyzer()
    return Planning(analyzer, None, OneFix(confidence), Compounds(analyzer, frequency))


def slots(text: str) -> list[list[Alternative]]:
    clause = planner().plan(Query(text)).plan.text
    return [list(slot.alternatives) for slot in clause.slots] if clause else []


def tokens(text: str) -> list[set[tuple[str, ...]]]:
    return [{alternative.tokens for alternative in slot} for slot in slots(text)]


def test_a_slot_for_each_word_that_means_something() -> None:
    assert tokens("Cases for a PHONE") == [{("case",)}, {("phone",)}]


def test_stop_words_alone_are_kept() -> None:
    assert tokens("for a") == [{("for",)}, {("a",)}]


def test_a_repeated_word_counts_once() -> None:
    assert len(slots("phone phone phones case")) == 2


def test_words_are_joined_and_split_as_the_catalogue_has_them() -> None:
    assert tokens("head set") == [{("head",), ("headset",)}, {("set",), ("headset",)}]
    assert tokens("smartwatch") == [{("smartwatch",), ("smart", "watch")}]
    assert tokens("phonecase") == [{("phonecase",), ("phone", "case")}]
    assert tokens("wristwatch") == [{("wristwatch",)}]


def test_codes_are_found_in_one_word_or_two() -> None:
    assert ("x200",) in tokens("X-200")[0]
    assert all(("x200",) in slot for slot in tokens("x 200"))
    assert ("abc",) in tokens("abc")[0]


def test_chinese_words_are_also_searched_by_character_pairs() -> None:
    slot = slots("手机壳")[0]
    assert Alternative(("手机", "机壳"), 0.7, "grams") in slot
    assert slot[0] == Alternative(("手机壳",))


def test_a_lone_character_is_searched_in_its_pairs() -> None:
    assert tokens("倍思") == [{("倍",), ("倍思",)}, {("思",), ("倍思",)}]


def test_a_sure_correction_is_searched_and_the_original_kept() -> None:
    planned = planner(0.9).plan(Query("fone case"))
    assert planned.understanding.reading.text == "phone case"
    assert planned.understanding.corrections[0].original == "fone"
    assert planned.understanding.did_you_mean is None
    clause = planned.plan.text
    assert clause is not None
    assert Alternative(("phone",), 1.0, "words", "typo") in clause.slots[0].alternatives
    assert Alternative(("fone",), 1.0, "words", "query") in clause.slots[0].alternatives


def test_an_unsure_correction_is_offered_only() -> None:
    planned = planner(0.3).plan(Query("fone case"))
    assert read_as(planned) == ("fone case", (), "phone case")


def test_corrections_can_be_switched_off() -> None:
    for planned in (
        planner().plan(Query("fone", correct=False)),
        Planning(SmallAnalyzer(), speller=OneFix(1), search=SearchSettings(typos=False)).plan(Query("fone")),
    ):
        assert read_as(planned) == ("fone", (), None)


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", "!!! ???", "🙂"])
def test_nothing_to_search_for_is_a_plan_that_lets_all_match(text: str) -> None:
    assert planner().plan(Query(text)).plan.text is None


def test_the_mode_decides_which_half_is_asked() -> None:
    import numpy as np

    vector = np.ones(2, dtype=np.float32)
    assert planner().plan(Query("phone", mode="dense"), vector).plan.text is None
    both = planner().plan(Query("phone", mode="hybrid"), vector).plan
    assert both.text is not None
    assert callable(both.vector)
    assert both.vector() is vector


def test_the_rest_of_the_query_is_passed_on() -> None:
    query = Query("phone", filters=Range("price", 1), sort="price", page=Page(24, 12), explain=False)
    plan = planner().plan(query).plan
    assert (plan.filter, plan.sort, plan.offset, plan.limit, plan.explain) == (
        Range("price", 1),
        "price",
        24,
        12,
        False,
    )


def test_an_unknown_field_to_boost_is_named() -> None:
    with pytest.raises(SettingsError, match=r"search.words: unknown field 'titel'. Did you mean 'title'"):
        PlanSettings.of(SearchSettings(words={"titel": 2}))


def test_boosts_of_the_shop_replace_the_defaults() -> None:
    assert PlanSettings.of(SearchSettings(words={"tags": 9})).words["tags"] == 9


HOSTILE = [
    "' OR 1=1; DROP TABLE products; --",
    "<script>alert(1)</script>",
    "title:(foo AND bar) OR *:* NOT [a TO z]^3~2",
    "((((((((((" * 1000,
    "a" * 10_000,
    "手" * 10_000,
    "(a+)+$ \\ \\x00 ${jndi:ldap://x}",
    "👩‍👩‍👧‍👦🏳️‍🌈" * 500,
    "word " * 10_000,
    "".join(map(chr, range(0x20))) + "\ud800\u202e",
]


def check(planned: Planned) -> None:
    assert len(planned.understanding.cleaned) <= 600
    clause = planned.plan.text
    if clause is not None:
        assert 0 < len(clause.slots) <= 32
        assert len(planned.words) == len(clause.slots)
        for slot in clause.slots:
            assert 0 < len(slot.alternatives) <= 12
            assert all(a.tokens and all(a.tokens) and 0 < a.weight <= 1.5 for a in slot.alternatives)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_queries_become_small_plans(text: str) -> None:
    check(planner().plan(Query(text)))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=700))
def test_any_text_becomes_a_plan(text: str) -> None:
    check(planner().plan(Query(text)))


@given(st.text(max_size=100), st.integers(10, 60))
def test_clean_is_idempotent_and_bounded(text: str, size: int) -> None:
    once = clean(text, size)
    assert len(once) <= size
    assert clean(once, size) == once
