from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.retrieval.document import TEXT_FIELDS
from shelfwise.retrieval.reasons import FIELD_NAMES, MEANING, reason
from shelfwise.types import Contribution

LINES = st.lists(
    st.builds(
        Contribution,
        st.sampled_from(["lexical", "dense", "fusion"]),
        st.sampled_from([*FIELD_NAMES, "all", "phrase", "cosine"]),
        st.floats(-2, 9, allow_nan=False),
    ),
    max_size=8,
)


def lexical(*pairs: tuple[str, float]) -> list[Contribution]:
    return [Contribution("lexical", name, value) for name, value in pairs]


@pytest.mark.parametrize(
    ("why", "english", "chinese"),
    [
        (lexical(("title", 3.0)), "Matches in title", "标题匹配"),
        (lexical(("brand", 2.0), ("title", 5.0)), "Matches in title and brand", "标题、品牌匹配"),
        (lexical(("tags", 1.0), ("brand", 2.0), ("category", 3.0)), "Matches in category and brand", "类目、品牌匹配"),
        (lexical(("tags", 2), ("codes", 3), ("title", 2.5)), "Matches in model number and title", "型号、标题匹配"),
        (lexical(("title", 2), ("brand", 3), ("title_grams", 2)), "Matches in title and brand", "标题、品牌匹配"),
        (lexical(("title", -1.0), ("tags", 0.0), ("attributes", 0.1)), "Matches in specifications", "参数匹配"),
        ([Contribution("dense", "cosine", 0.8)], MEANING["en"], MEANING["zh"]),
        ([*lexical(("description", 0.1)), Contribution("dense", "cosine", 0.8)], "Matches in description", "描述匹配"),
    ],
)  # fmt: skip
def test_by_hand(why: list[Contribution], english: str, chinese: str) -> None:
    assert reason(why) == {"en": english, "zh": chinese}


def test_nothing_is_said_of_a_product_that_was_not_searched_for() -> None:
    assert reason([]) == {}
    assert reason([Contribution("fusion", "lexical", 0.4)]) == {}


@given(LINES)
def test_both_languages_or_neither(why: list[Contribution]) -> None:
    found = reason(why)
    assert set(found) in ({"en", "zh"}, set())
    searched = any(line.stage == "dense" for line in why) or any(
        line.stage == "lexical" and line.name in FIELD_NAMES and line.value > 0 for line in why
    )
    assert bool(found) == searched


@given(LINES, st.randoms())
def test_the_order_of_lines_with_different_values_does_not_matter(why: list[Contribution], random: object) -> None:
    totals = [round(line.value, 3) for line in why]
    if len(set(totals)) == len(totals) and len({FIELD_NAMES.get(line.name) for line in why}) == len(why):
        shuffled = list(why)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        assert reason(shuffled) == reason(why)


def test_every_named_field_is_one_that_is_searched() -> None:
    assert set(FIELD_NAMES) <= set(TEXT_FIELDS)
