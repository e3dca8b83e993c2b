from __future__ import annotations

import numpy as np
import pytest

from shelfwise.language.base import Analysis
from shelfwise.retrieval.base import Plan
from shelfwise.retrieval.plan import PlanSettings
from shelfwise.retrieval.relax import describe, relaxations
from shelfwise.types import AllOf, And, AnyOf, Exists, Filter, NoneOf, Not, Or, Query, Range, Relaxation
from shelfwise.understanding.spelling.fixes import Fix, Reading
from tests.retrieval.standin import Planning, SmallAnalyzer

COUNTS = {"blue": 900, "nokia": 5, "phone": 300, "case": 200, "cover": 100, "zzzz": 0}


class Unsure:
    def fixes(self, text: str, analysis: Analysis) -> list[Fix]:
        at = text.find("fone")
        return [Fix(at, at + 4, (Reading("phone", 0.2, "typo"),))] if at >= 0 else []


PLANNER = Planning(SmallAnalyzer(), speller=Unsure(), settings=PlanSettings(minimum_match=0.67))


def steps(text: str, filters: Filter | None = None, vector: bool = False) -> list[tuple[Relaxation, Plan]]:
    query = Query(text, filters=filters)
    planned = PLANNER.plan(query, np.ones(2, dtype=np.float32) if vector else None)
    corrected = PLANNER.understander.corrected(planned.understanding, query)
    wider = None if corrected is None else PLANNER.planner.plan(corrected, query)
    return list(relaxations(planned, wider, lambda group, token: COUNTS.get(token, 0)))


def names(found: list[tuple[Relaxation, Plan]]) -> list[tuple[str, tuple[str, ...]]]:
    return [(relaxation.step, relaxation.dropped) for relaxation, _ in found]


def first_words(plan: Plan) -> list[str]:
    return [slot.alternatives[0].tokens[0] for slot in plan.text.slots] if plan.text else []


def test_offered_corrections_are_tried_first() -> None:
    (relaxation, plan), *_ = steps("blue nokia fone")
    assert (relaxation.step, relaxation.dropped) == ("spelling", ("fone",))
    assert first_words(plan) == ["blue", "nokia", "phone"]


def test_correction_stays_off_when_the_shopper_wants_it_off() -> None:
    query = Query("blue nokia fone", correct=False)
    planned = PLANNER.plan(query)
    assert PLANNER.understander.corrected(planned.understanding, query) is None
    assert "spelling" not in {relaxation.step for relaxation, _ in relaxations(planned, None)}


def test_words_that_no_product_has_go_first_then_common_ones() -> None:
    found = steps("blue nokia zzzz phone case cover")
    assert names(found) == [
        ("match", ()),
        ("words", ("zzzz",)),
        ("words", ("blue", "zzzz", "phone")),
        ("words", ("blue", "zzzz", "phone", "case")),
        ("match", ()),
    ]
    assert first_words(found[3][1]) == ["nokia", "cover"]
    last = found[-1][1].text
    assert last is not None
    assert int(last.minimum_match * len(last.slots) + 1e-9) == 1


def test_one_word_that_is_enough_already_is_not_asked_again() -> None:
    assert steps("nokia") == []
    assert steps("nokia phone") == []


def test_with_a_vector_only_spelling_and_filters_can_help() -> None:
    found = steps("blue nokia fone case cover", Range("price", 1), vector=True)
    assert [relaxation.step for relaxation, _ in found] == ["spelling", "filter"]
    assert all(plan.vector is not None for _, plan in found)


def test_filters_go_one_by_one_facts_first_availability_last() -> None:
    color, price, brand = AnyOf("attributes.color", ("red",)), Range("price", 1, 5), AnyOf("brand", ("Nova",))
    stock = AnyOf("available", (True,))
    found = steps("", And((stock, brand, color, price)))
    assert [plan.filter for _, plan in found] == [And((price, brand, stock)), And((brand, stock)), stock, None]
    assert found[1][0] == Relaxation("filter", ("Color: red", "Price: 1–5"))


def test_many_filters_are_bounded() -> None:
    found = steps("", And(tuple(AnyOf(f"attributes.k{n}", ("x",)) for n in range(1000))))
    assert len(found) <= 8
    assert found[-1][1].filter is None


def test_a_nested_filter_counts_as_its_firmest_field() -> None:
    nested = Or((AnyOf("tags", ("a",)), Not(AnyOf("category", ("Phones",)))))
    found = steps("", And((nested, Range("price", 1))))
    assert found[0][1].filter == nested


def test_nothing_to_relax() -> None:
    assert steps("") == []


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Range("price", None, 5), "Price: ≤ 5"),
        (Range("price"), "Price: any"),
        (Exists("attributes.screen_size"), "Screen size"),
        (NoneOf("brand", ("A", "B")), "Brand: not A, B"),
        (AllOf("tags", ("a",)), "Tags: a"),
        (Not(Exists("rating")), "not (Rating)"),
        (Or((Exists("rating"), Exists("price"))), "Rating, Price"),
    ],
)
def test_describe(part: Filter, words: str) -> None:
    assert describe(part) == words
