from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.training.data.examples import Example
from shelfwise.training.data.folds import folds
from shelfwise.training.data.sources.questions import read_questions
from shelfwise.training.data.split import check_leaks
from tests.training.data.made import EXAMPLES, pair

MANY = [pair(f"query {row // 2}", f"text {row}", group=f"query {row // 2}", source="judgments") for row in range(100)]


@settings(deadline=None)
@given(examples=st.lists(EXAMPLES, min_size=4, max_size=30), seed=st.integers(0, 3))
def test_every_example_is_tested_once_by_what_has_not_seen_it(examples: list[Example], seed: int) -> None:
    try:
        made = folds(examples, 3, seed)
    except InputError as error:
        assert "groups of examples that share nothing" in error.message
        return
    assert sorted(map(repr, (each for fold in made for each in fold.test))) == sorted(map(repr, examples))
    for fold in made:
        check_leaks(fold.train, fold.test)


def test_folds_are_of_like_size_and_follow_from_the_seed() -> None:
    made = folds(MANY, 5, 0)
    assert [len(fold.test) for fold in made] == [20] * 5
    assert [len(fold.train) for fold in made] == [80] * 5
    assert made == folds(MANY, 5, 0) != folds(MANY, 5, 1)


@pytest.mark.parametrize(
    ("k", "message"), [(1, "found 1 folds"), (51, "found 50 groups of examples that share nothing, expected 51")]
)
def test_too_few_and_too_many(k: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        folds(MANY, k, 0)


def test_by_time_makes_no_folds() -> None:
    with pytest.raises(InputError, match="folds by time"):
        folds(MANY, 5, 0, "time")


@pytest.mark.data("product_qa")
def test_products_of_real_questions_are_in_one_fold(data: Path) -> None:
    asked = read_questions(data / "semiPQA_attribute_ranking_dev.csv")
    made = folds(asked, 5, 0)
    groups = [{each.group for each in fold.test} for fold in made]
    assert sum(map(len, groups)) == len(set().union(*groups)) == 268
    assert max(len(fold.test) for fold in made) - min(len(fold.test) for fold in made) <= 5
