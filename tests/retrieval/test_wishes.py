from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.retrieval.base import Alternative, FusionSettings, Leaning, Mark, Plan, Slot, TextClause, Wish
from shelfwise.retrieval.embedded import EmbeddedEngine, EmbeddedReader
from shelfwise.retrieval.plan import LIKELY, WISH, category_wish, wishes_of
from shelfwise.retrieval.wishes import share_below
from shelfwise.types import AnyOf, Range
from shelfwise.understanding.base import CategoryGuess, Constraint, Understanding
from tests.retrieval.engine_corpus import product

FIELDS = ("title", "kinds")
CLAUSE = TextClause((Slot((Alternative(("phone",)),)),), {"words": {"title": 1.0}, "kinds": {"kinds": 2.0}})
VECTOR = np.array([1.0, 0.0], np.float32)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedReader]:
    """Four phones alike in words and meaning; the red one and the case differ in fields and tokens alone."""
    folder: Path = tmp_path_factory.mktemp("wishes")
    made = [
        product("a", keywords={"attributes.color": ("blue",)}, numbers={"price": 100.0}, vector=VECTOR),
        product("b", keywords={"attributes.color": ("blue",)}, numbers={"price": 300.0}, vector=VECTOR),
        product("c", keywords={"attributes.color": ("red",)}, numbers={"price": 200.0}, vector=VECTOR),
        product("d", keywords={}, numbers={}, vector=VECTOR),
    ]
    made = [replace(one, text={**one.text, "kinds": ("phone+",) if one.id == "d" else ("phone",)}) for one in made]
    engine = EmbeddedEngine((*FIELDS, "description", "codes"))
    engine.build(made, folder / "engine")
    with_reader = engine.open(folder / "engine")
    yield with_reader
    with_reader.close()


def scores(reader: EmbeddedReader, plan: Plan) -> dict[str, float]:
    return {item.id: item.score for item in reader.search(plan).items}


PLANS = {"words": Plan(CLAUSE), "meaning": Plan(vector=VECTOR), "both": Plan(CLAUSE, VECTOR, fusion=FusionSettings())}


@pytest.mark.parametrize("name", PLANS)
def test_a_wish_moves_and_loses_nothing(reader: EmbeddedReader, name: str) -> None:
    plain = scores(reader, PLANS[name])
    wished = scores(reader, replace(PLANS[name], wishes=(Wish(AnyOf("color", ("red",)), 0.2),)))
    assert set(plain) == set(wished) == {"a", "b", "c", "d"}
    assert next(iter(wished)) == "c"
    best = max(plain.values()) if name != "both" else 1.0
    known = 3 / 4  # of the four, one has no colour
    assert wished["c"] - plain["c"] == pytest.approx(0.2 * known * best, abs=1e-4)
    assert wished["a"] == pytest.approx(plain["a"], abs=1e-6)


def test_a_wish_for_what_nobody_states_does_nothing(reader: EmbeddedReader) -> None:
    wish = Wish(Range("rating", 4.0), 0.5)
    assert scores(reader, replace(PLANS["both"], wishes=(wish,))) == scores(reader, PLANS["both"])


@pytest.mark.parametrize(("sign", "first"), [(-1.0, ["a", "c", "b"]), (1.0, ["b", "c", "a"])])
def test_a_leaning_orders_by_a_number_the_unknown_last(reader: EmbeddedReader, sign: float, first: list[str]) -> None:
    found = list(scores(reader, replace(PLANS["both"], wishes=(Leaning("price", sign, 0.3),))))
    assert found[:2] == first[:2]
    assert set(found) == {"a", "b", "c", "d"}


def test_a_mark_below_zero_puts_last(reader: EmbeddedReader) -> None:
    found = scores(reader, replace(PLANS["both"], wishes=(Mark("kinds", "phone+", -0.3),)))
    assert list(found)[-1] == "d"
    assert found["d"] == pytest.approx(scores(reader, PLANS["both"])["d"] - 0.3)


def test_wishes_may_come_late_and_are_explained(reader: EmbeddedReader) -> None:
    plan = replace(PLANS["both"], wishes=lambda: (Wish(AnyOf("color", ("red",)), 0.2),), explain=True)
    for item in reader.search(plan).items:
        parts = {line.name: line.value for line in item.why if line.stage == "fusion"}
        assert math.isclose(sum(parts.values()), item.score, abs_tol=1e-5)
        assert ("wishes" in parts) == (item.id == "c")


def test_a_wish_on_an_unknown_field_is_named(reader: EmbeddedReader) -> None:
    with pytest.raises(InputError, match="flavour"):
        reader.search(replace(PLANS["both"], wishes=(Wish(AnyOf("flavour", ("mint",)), 0.2),)))


def test_the_weight_of_a_slot_counts_words_and_points(reader: EmbeddedReader) -> None:
    light = replace(CLAUSE, coverage=3.0)
    heavy = replace(light, slots=(replace(light.slots[0], weight=2.0),))
    once, twice = (scores(reader, Plan(clause)) for clause in (light, heavy))
    assert all(twice[id] == pytest.approx(2 * once[id]) for id in once)
    for item in reader.search(Plan(heavy, explain=True)).items:
        lexical = [line.value for line in item.why if line.stage == "lexical"]
        assert sum(lexical) == pytest.approx(item.score, abs=1e-4)


def test_a_kind_gives_the_same_points_however_rare_it_is(reader: EmbeddedReader) -> None:
    hinted = replace(CLAUSE, hints=(Alternative(("phone+",), 1.0, "kinds"), Alternative(("phone",), 1.0, "kinds")))
    plain, with_kinds = scores(reader, Plan(CLAUSE)), scores(reader, Plan(hinted))
    assert {round(with_kinds[id] - plain[id], 4) for id in plain} == {2.0}


@given(st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), max_size=30))
def test_shares_are_those_of_counting(values: list[float]) -> None:
    known = [value for value in values if not math.isnan(value)]
    for value, share in zip(values, share_below(np.array(values, np.float64)).tolist(), strict=True):
        smaller = sum(other < value for other in known)
        expected = 0.0 if math.isnan(value) or len(known) < 2 else smaller / (len(known) - 1)
        assert share == pytest.approx(expected, abs=1e-6)


def test_constraints_become_wishes() -> None:
    red = AnyOf("attributes.color", ("red", "blue"))
    made = (
        Constraint("colour", "red", 0, 3, "red", filter=red, confidence=0.8),
        Constraint("colour", "blue", 7, 11, "blue", filter=red, confidence=0.8),
        Constraint("price", "under 9", 12, 19, high=9, filter=Range("price", None, 9), hard=True),
        Constraint("price", "cheap", 20, 25, level="low", confidence=0.5),
        Constraint("rating", "not highly rated", 26, 30, level="high", negated=True),
    )
    expected = (Wish(red, WISH * 0.8), Leaning("price", -1.0, WISH * 0.5))
    assert wishes_of(Understanding("x", constraints=made), WISH) == expected


@pytest.mark.parametrize(("confidence", "count"), [(LIKELY - 0.01, 0), (LIKELY, 1), (1.0, 1)])
def test_only_a_likely_category_is_wished_for(confidence: float, count: int) -> None:
    u = Understanding("x", category=(CategoryGuess(("Home", "Lamps"), confidence),))
    wishes = category_wish(u, 0.1)
    assert len(wishes) == count
    if wishes:
        assert wishes == (Wish(AnyOf("category", ("Home > Lamps",)), pytest.approx(0.1 * confidence)),)
