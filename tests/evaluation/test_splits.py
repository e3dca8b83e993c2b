from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.evaluation.splits import folds_of, fraction_of, split

QUERIES = [f"query {number}" for number in range(1000)]


@given(st.lists(st.text()), st.integers(), st.floats(0.01, 0.99))
def test_train_and_valid_part_all(queries: list[str], seed: int, share: float) -> None:
    train = split(queries, "train", valid_share=share, seed=seed)
    valid = split(queries, "valid", valid_share=share, seed=seed)
    assert not set(train) & set(valid)
    assert sorted(train + valid) == sorted(split(queries, "all"))


def test_shares_are_as_asked() -> None:
    assert 430 <= len(split(QUERIES, "valid")) <= 570
    assert 150 <= len(split(QUERIES, "valid", valid_share=0.2)) <= 250
    assert np.bincount(folds_of(QUERIES, 5), minlength=5).min() > 150


@given(st.text(), st.sampled_from([str.upper, str.title, lambda text: f"  {text} "]))
def test_spelling_does_not_move_ascii_queries(text: str, respell) -> None:  # type: ignore[no-untyped-def]
    if text.isascii():
        assert fraction_of(respell(text)) == fraction_of(text)


def test_company_and_order_do_not_move_a_query() -> None:
    assert set(split(QUERIES[:10], "valid")) == set(split(QUERIES[::-1], "valid")) & set(QUERIES[:10])


def test_a_translation_shares_the_place_of_its_original() -> None:
    originals = {f"查询{number}": query for number, query in enumerate(QUERIES)}
    assert folds_of(originals, 7, originals=originals).tolist() == folds_of(QUERIES, 7).tolist()
    translated = split(originals, "train", originals=originals)
    assert [originals[each] for each in translated] == split(QUERIES, "train")


def test_another_seed_is_another_split() -> None:
    assert split(QUERIES, "valid", seed=0) != split(QUERIES, "valid", seed=1)


def test_places_are_the_same_on_every_machine() -> None:
    places = [round(fraction_of(each), 6) for each in ("phone case", "手机壳", "")]
    assert places == [0.390035, 0.197109, 0.819302]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: split([], "test"), "unknown split 'test'; expected all, train or valid"),
        (lambda: split([], "all", valid_share=1.0), "found the share 1.0"),
        (lambda: folds_of([], 1), "found 1 folds, expected 2 or more"),
    ],
)
def test_bad_arguments_are_refused(call, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as error:
        call()
    assert said in str(error.value)
