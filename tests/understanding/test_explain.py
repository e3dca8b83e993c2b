"""What was understood, in words: every finding has its sentence in both languages."""

from __future__ import annotations

import string
from typing import get_args

import numpy as np
import pytest

from shelfwise.types import Correction, Locale
from shelfwise.understanding.base import CategoryGuess, Constraint, Expansion, Kind, Understanding
from shelfwise.understanding.explain import changes, describe, firm, sentence, sentences, words
from shelfwise.understanding.kinds.heads import Head

PRICE = Constraint("price", "under 500", 7, 16, high=500, unit="CNY", hard=True, confidence=0.9)
NOT_HP = Constraint("brand", "not HP", 17, 23, "hp", negated=True, hard=True)
CHEAP = Constraint("price", "cheap", 24, 29, level="low", confidence=0.7)
WHOLE = Understanding(
    "labtop under 500 not HP cheap",
    core="laptop",
    rewrite="notebook",
    head=Head("laptop", ("desk",), 0.7),
    did_you_mean="laptop",
    corrections=(Correction("labtop", "laptop", 0.8),),
    constraints=(PRICE, NOT_HP, CHEAP),
    dismissed=("colour:red",),
    intent={"gift": 0.1, "order_status": 0.9},
    category=(CategoryGuess(("Home", "Lamps"), 0.62), CategoryGuess(("Home",), 0.3)),
    expansions=(Expansion("laptop", "notebook", 0.8, "log"), Expansion("laptop", "pc", 0.4, "encoder", False)),
    failed=("vector",),
)


def test_everything_in_english() -> None:
    assert sentences(WHOLE, "en", softened=("under 500",)) == [
        "“labtop” was read as “laptop”.",
        "Perhaps “laptop” was meant.",
        "Searched for “laptop”.",
        "Also searched for “notebook”.",
        "The thing asked for: laptop, made for desk.",
        "“under 500” left nothing over, so it counts as a wish only: price ≤ 500 CNY.",
        "“not HP” must hold: brand not hp.",
        "“cheap” is a wish; what fits stands higher: price low.",
        "“red” was taken back and is not used.",
        "What is wanted: Order (90%), which products do not answer.",
        "Best guess of the category: Home > Lamps (62%).",
        "“laptop” also finds “notebook”.",
        "“laptop” might also mean “pc”; not searched until it is approved.",
        "The step “vector” could not be run.",
    ]


def test_everything_in_chinese() -> None:
    told = sentences(WHOLE, "zh")
    assert "“under 500”是硬性条件（价格：≤ 500 CNY）。" in told
    assert "“not HP”是硬性条件（品牌：不要 惠普）。" in told
    assert "意图：订单（90%），商品无法直接回答。" in told
    assert len(told) == len(sentences(WHOLE, "en"))


def test_an_intent_that_products_answer_and_one_of_another_taxonomy() -> None:
    assert sentences(Understanding("", intent={"gift": 1.0}), "zh") == ["意图：挑礼物（100%）。"]
    assert sentences(Understanding("", intent={"own": 0.5}), "en") == ["What is wanted: own (50%)."]


def test_what_was_softened_says_so_whether_it_is_hard_still_or_not() -> None:
    for hard in (True, False):
        one = Constraint("price", "under 5", 0, 7, high=5, hard=hard)
        assert firm(one, ("under 5",)) == "softened"
        assert "没有商品符合“under 5”" in sentence(one, "zh", ("under 5",))


def test_every_kind_and_finding_has_both_languages_with_the_same_blanks() -> None:
    assert set(words()["kinds"]) == set(get_args(Kind))
    for group in words().values():
        for texts in group.values():
            assert set(texts) == set(get_args(Locale))
    for texts in words()["sentences"].values():
        blanks = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts.values()]
        assert blanks[0] == blanks[1]


@pytest.mark.parametrize(
    ("constraint", "told"),
    [
        (Constraint("capacity", "", 0, 0, low=1_000_000, high=1_000_000, unit="mAh"), "capacity 1000000 mAh"),
        (Constraint("rating", "", 0, 0, low=4.5), "rating ≥ 4.5"),
        (Constraint("role", "", 0, 0, "accessory", negated=True), "kind not accessory"),
        (Constraint("recency", "", 0, 0, level="new"), "release new"),
    ],
)
def test_a_constraint_in_a_few_words(constraint: Constraint, told: str) -> None:
    assert describe(constraint) == told


def test_what_a_step_changed() -> None:
    before = Understanding("x")
    assert changes(before, before.but(text="x", core="x", head=Head("lamp"))) == ("head: lamp", 1.0)
    assert changes(before, before.but(text="y", core="z"))[0] == "text: y; core: z"
    told, sure = changes(before, before.but(constraints=(PRICE, CHEAP), vector=np.ones(3, np.float32)))
    assert told == "constraints: price ≤ 500 CNY, price low; vector: 3 numbers"
    assert sure == 0.7
    assert changes(WHOLE, WHOLE) == ("", None)
