from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.training.data.examples import Example
from shelfwise.training.data.split import Split, check_leaks, split
from shelfwise.training.data.ties import By, keys
from tests.training.data.made import EXAMPLES, pair

MANY = [pair(f"query {row}", f"text {row}", group=f"p{row}", time=float(row)) for row in range(400)]


def parts(made: Split) -> list[list[Example]]:
    return [made.train, made.valid, made.test]


@pytest.mark.parametrize("by", ["product", "query", "time"])
@settings(deadline=None)
@given(examples=st.lists(EXAMPLES, min_size=1, max_size=30), seed=st.integers(0, 5))
def test_parts_share_nothing_and_lose_nothing_silently(examples: list[Example], seed: int, by: By) -> None:
    try:
        made = split(examples, seed=seed, by=by, valid=0.3, test=0.3)
    except InputError as error:  # a few examples that are all tied together make no three parts
        assert "none is left for" in error.message
        return
    for one, other in combinations(parts(made), 2):
        check_leaks(one, other, by)
        assert not {key for each in one for key in keys(each, by)} & {key for each in other for key in keys(each, by)}
    assert sum(map(len, parts(made))) + made.left_out == len(examples)


@pytest.mark.parametrize("by", ["product", "query"])
def test_shares_are_met_and_the_order_does_not_matter(by: By) -> None:
    made = split(MANY, seed=3, by=by, valid=0.2, test=0.1)
    turned = split(MANY[::-1], seed=3, by=by, valid=0.2, test=0.1)
    assert [each[::-1] for each in parts(turned)] == parts(made)
    assert abs(len(made.valid) - 80) < 25
    assert abs(len(made.test) - 40) < 20
    assert made.left_out == 0


def test_a_product_keeps_its_part_while_the_data_grows() -> None:
    small, large = split(MANY[:200], seed=0), split(MANY, seed=0)
    assert all(each in large.test for each in small.test)
    assert all(each in large.train for each in small.train)


def test_the_seed_matters() -> None:
    assert split(MANY, seed=0).test != split(MANY, seed=1).test


def test_what_is_later_is_tested() -> None:
    made = split(MANY[::-1], seed=0, by="time", valid=0.1, test=0.2)
    assert sorted(each.time or 0 for each in made.test) == [float(row) for row in range(320, 400)]
    assert sorted(each.time or 0 for each in made.valid) == [float(row) for row in range(280, 320)]


def test_a_query_that_comes_back_later_is_left_out_of_the_test() -> None:
    again = pair("query 0", "another text", time=500.0)
    made = split([*MANY, again], seed=0, by="time")
    assert made.left_out == 1
    assert again not in made.test


def test_a_query_of_half_the_catalogue_is_in_one_part_only() -> None:
    generic = [pair("notebook", f"text {row}", group=f"p{row}") for row in range(400)]
    made = split([*MANY, *generic], seed=0)
    assert any(each.query == "notebook" for each in made.train)
    assert not any(each.query == "notebook" for each in [*made.valid, *made.test])
    assert 40 < made.left_out < 120


@pytest.mark.parametrize(("valid", "test"), [(0.5, 0.5), (-0.1, 0.1), (0.1, -0.1), (float("nan"), 0.1)])
def test_bad_shares(valid: float, test: float) -> None:
    with pytest.raises(InputError, match="expected a sum below 1"):
        split(MANY, seed=0, valid=valid, test=test)


def test_no_share_no_part() -> None:
    made = split(MANY, seed=0, valid=0.0, test=0.0)
    assert made.train == MANY


def test_examples_that_cannot_be_parted() -> None:
    with pytest.raises(InputError, match=r"3 examples split by product: none is left for"):
        split([pair(f"q{row}", f"t{row}", group="g") for row in range(3)], seed=0)


def test_a_split_by_time_needs_times() -> None:
    with pytest.raises(InputError, match="1 of 401 examples have no time, as those of reviews"):
        split([*MANY, pair("q", "t", source="reviews")], seed=0, by="time")


@pytest.mark.parametrize(
    ("train", "test", "shared"),
    [
        (pair("lamp", "a", group="1"), pair("Lamp", "b", group="2"), "text 'lamp'"),
        (pair("lamp", "a", group="1"), pair("cap", "A ", group="2"), "text 'a'"),
        (pair("lamp", "a", group="1"), pair("cap", "b", group="1"), "group '1'"),
        (pair("lamp", "a", group="1"), pair("a", "b", group="2"), "text 'a'"),
    ],
)
def test_a_leak_is_named(train: Example, test: Example, shared: str) -> None:
    fine = pair("other", "thing")
    with pytest.raises(InputError, match=f"share the {shared}"):
        check_leaks([fine, train], [test])


def test_negatives_and_facts_are_no_leak() -> None:
    check_leaks([pair("lamp", "a", 0.0)], [pair("cap", "a", 0.0)])
    check_leaks([pair("q1", "a", group="1", source="questions")], [pair("q2", "a", group="2", source="questions")])
    check_leaks([pair("lamp", "a", group="1")], [pair("cap", "a", group="2")], "query")
