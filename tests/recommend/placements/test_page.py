"""Pages of rows, whatever generators give: nothing twice, nothing that must not be shown, no row too long or short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.behaviour.base import Profile, Touch
from shelfwise.recommend.base import RecommendRequest, Row, Source
from shelfwise.recommend.catalogue import LiveCatalog
from shelfwise.recommend.placements.blending import ReciprocalRanks
from shelfwise.recommend.placements.page import Kitchen
from shelfwise.recommend.placements.recipes import Placement, read_recipes
from shelfwise.types import Candidates, Product

NOW = datetime(2026, 11, 1, tzinfo=UTC)
IDS = tuple(f"p{number}" for number in range(30))


class Given:
    """A generator that gives the same products to everybody."""

    def __init__(self, name: str, ids: Sequence[str]) -> None:
        self.name, self.ids = name, tuple(ids)
        self.asked = 0

    def fit(self, events: Any, catalog: Any) -> Self:
        return self

    def update(self, events: Any, catalog: Any) -> None:
        """Nothing changes."""

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        self.asked += 1
        return Candidates(self.ids[:limit], {self.name: np.arange(len(self.ids), 0, -1, dtype=np.float32)[:limit]})

    def because(self, request: RecommendRequest, product: str) -> Source:
        return Source(self.name, request.seeds[0] if request.seeds else None)

    def save(self, folder: Path) -> None: ...

    @classmethod
    def load(cls, folder: Path) -> Self:
        raise NotImplementedError


class Failing(Given):
    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        raise RuntimeError("no")


def shop(out: Sequence[str] = (), adult: Sequence[str] = ()) -> LiveCatalog:
    live = LiveCatalog()
    products = [
        Product(
            id,
            id,
            brand=f"b{number % 4}",
            category=("Home", f"c{number % 5}"),
            available=id not in out,
            tags=("adult",) if id in adult else (),
        )
        for number, id in enumerate(IDS)
    ]
    live.put([(product, None) for product in products])
    return live


def placement(*rows: Mapping[str, Any]) -> Placement:
    return Placement.model_validate({"row": [{"title": {"en": "T", "zh": "题"}, **row} for row in rows]})


def request(**changes: Any) -> RecommendRequest:
    return RecommendRequest(Profile("ann", NOW, events=1), NOW, **changes)


def page(found: Mapping[str, Sequence[str]], rows: Placement, asked: RecommendRequest, limit: int = 5) -> list[Row]:
    generators = {name: Given(name, ids) for name, ids in found.items()}
    return list(Kitchen(generators, shop(), ReciprocalRanks()).page(rows, asked, limit))


some = st.lists(st.sampled_from([*IDS, "never-was"]), unique=True, max_size=25)


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["x", "y", "z"]), some, min_size=1),
    st.tuples(*[st.frozensets(st.sampled_from(IDS), max_size=8)] * 4),
    st.integers(1, 8),
    st.booleans(),
)
def test_whatever_generators_give(
    found: dict[str, list[str]],
    sets: tuple[frozenset[str], ...],
    limit: int,
    open_to_adults: bool,
) -> None:
    out, adult, bought, exclude = sets
    rows = placement(
        {"key": "one", "from": {"x": 1.0}, "bought": True, "minimum": 1},
        {"key": "two", "from": {"x": 0.5, "y": 1.0}, "minimum": 2, "per_brand": 2, "spread": 0.5},
        {"key": "three", "from": {"x": 0.1, "y": 0.1, "z": 1.0, "unfitted": 1.0}, "per_category": 1, "limit": 3},
    )
    profile = Profile("ann", NOW, events=1, bought=dict.fromkeys(bought, (NOW,)))
    asked = RecommendRequest(profile, NOW, seeds=("p0",), exclude=exclude, adult=open_to_adults)
    kitchen = Kitchen({name: Given(name, ids) for name, ids in found.items()}, shop(out, adult), ReciprocalRanks())
    made = kitchen.page(rows, asked, limit)
    shown = [id for row in made for id in row.ids]
    assert len(shown) == len(set(shown))
    assert not set(shown) & (exclude | out | {"p0", "never-was"} | (set() if open_to_adults else adult))
    for row in made:
        recipe = next(each for each in rows.row if each.key == row.key)
        assert min(recipe.minimum, limit) <= len(row.ids) <= (recipe.limit or limit)
        assert recipe.bought or not bought & set(row.ids)
        assert len(row.ids) == len(row.sources) == len(row.propensity)
        assert all(len(part) == len(row.ids) for part in row.scores.values())
        assert all(source.generator in recipe.sources for source in row.sources)
    again = kitchen.page(rows, asked, limit)
    assert [row.ids for row in made] == [row.ids for row in again]


def test_contributions_sum_to_the_order() -> None:
    rows = placement({"key": "one", "from": {"x": 1.0, "y": 0.5}, "spread": 0.0})
    made = page({"x": IDS[:6], "y": IDS[3:9]}, rows, request())[0]
    totals = sum(made.scores.values())
    assert list(totals) == sorted(totals, reverse=True)
    assert made.ids[0] == "p3"  # 1 · 20/23 + .5 · 20/20, more than 20/20 of p0


def test_rows_before_others_choose_first() -> None:
    rows = placement(
        {"key": "one", "from": {"x": 1.0}, "spread": 0.0}, {"key": "two", "from": {"x": 1.0}, "spread": 0.0}
    )
    made = page({"x": IDS}, rows, request(), limit=4)
    assert [row.ids for row in made] == [IDS[:4], IDS[4:8]]


def test_a_row_too_short_gives_its_products_back() -> None:
    rows = placement({"key": "one", "from": {"x": 1.0}, "minimum": 3}, {"key": "two", "from": {"y": 1.0}, "minimum": 1})
    made = page({"x": IDS[:2], "y": IDS[:2]}, rows, request())
    assert [row.key for row in made] == ["two"]


def test_a_generator_is_asked_once_for_each_subject() -> None:
    given_, live = Given("x", IDS), shop()
    rows = placement({"key": "one", "from": {"x": 1.0}}, {"key": "two", "from": {"x": 1.0}})
    Kitchen({"x": given_}, live, ReciprocalRanks()).page(rows, request(), 4)
    assert given_.asked == 1


def test_a_generator_that_fails_leaves_the_others() -> None:
    failed: list[str] = []
    kitchen = Kitchen(
        {"x": Failing("x", IDS), "y": Given("y", IDS)},
        shop(),
        ReciprocalRanks(),
        failed=lambda name, error: failed.append(name),
    )
    made = kitchen.page(placement({"key": "one", "from": {"x": 1.0, "y": 1.0}}), request(), 4)
    assert made[0].ids == IDS[:4] or len(made[0].ids) == 4
    assert failed == ["x"]


def test_personal_rows_need_somebody() -> None:
    rows = placement({"key": "one", "from": {"x": 1.0}, "personal": True})
    assert page({"x": IDS}, rows, replace(request(), profile=Profile("", NOW))) == []
    assert page({"x": IDS}, rows, request())


def test_a_row_about_what_was_looked_at_passes_over_products_that_are_gone() -> None:
    live = shop()
    live.remove(["p9"])
    recent = tuple(Touch(id, "view", NOW) for id in ("p9", "p8", "p7"))
    asked = replace(request(), profile=Profile("ann", NOW, events=3, recent=recent))
    rows = placement({"key": "one", "from": {"x": 1.0}, "seeds": "recent"})
    made = Kitchen({"x": Given("x", IDS)}, live, ReciprocalRanks()).page(rows, asked, 5)
    assert made[0].properties["product"] == "p8"
    assert "p8" not in made[0].ids


def test_what_was_looked_at_lately_is_left_out_where_the_recipe_says_so() -> None:
    recent = tuple(Touch(id, "view", NOW) for id in IDS[:3])
    asked = replace(request(), profile=Profile("ann", NOW, events=3, recent=recent))
    row = {"key": "one", "from": {"x": 1.0}, "spread": 0.0}
    assert page({"x": IDS}, placement(row), asked)[0].ids == IDS[:5]
    assert page({"x": IDS}, placement(row | {"unseen": True}), asked)[0].ids == IDS[3:8]


def test_only_products_of_the_category() -> None:
    rows = placement({"key": "one", "from": {"x": 1.0}, "own": True, "minimum": 1})
    made = page({"x": IDS}, rows, request(category="Home > c2"), limit=50)
    assert made[0].ids
    assert {int(id[1:]) % 5 for id in made[0].ids} == {2}


@pytest.mark.parametrize("name", sorted(read_recipes(None)))
def test_built_in_placements_work_with_any_generators(name: str) -> None:
    recipe = read_recipes(None)[name]
    names = {source for row in recipe.row for source in row.weights}
    kitchen = Kitchen({each: Given(each, IDS) for each in names}, shop(), ReciprocalRanks())
    touched = tuple(Touch(id, "view", NOW) for id in ("p1", "p2"))
    profile = Profile("ann", NOW, events=5, recent=touched, searches=(("lamp", NOW),))
    asked = RecommendRequest(profile, NOW, name, seeds=("p3",), category="Home", query="lamp")
    made = kitchen.page(recipe, asked, 3)
    assert made
    shown = [id for row in made for id in row.ids]
    assert len(shown) == len(set(shown))
