"""What must hold of every metric, whatever the judgments and the run."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.evaluation.metrics import DEFAULT_METRICS, FAMILIES, metric, rank
from shelfwise.evaluation.runs import scores_of

PRODUCTS = st.sampled_from([f"p{number}" for number in range(15)])
GRADES = st.dictionaries(PRODUCTS, st.integers(-1, 4), min_size=1)
SCORES = st.dictionaries(PRODUCTS, st.integers(-20, 20).map(float))
NAMES = [f"{family}@{k}" for family in FAMILIES for k in (1, 3, 10)] + ["ndcg", "map", "mrr", "recall"]


@given(st.sampled_from(NAMES), GRADES, SCORES)
def test_bounds(name: str, grades: dict[str, int], scores: dict[str, float]) -> None:
    (value,) = metric(name).per_query({"q": grades}, {"q": scores})
    if max(grades.values()) < 1:
        assert math.isnan(value)
    else:
        assert 0 <= value <= 1 + 1e-12


@given(st.sampled_from(NAMES), GRADES.filter(lambda grades: max(grades.values()) >= 1))
def test_nothing_found_is_zero(name: str, grades: dict[str, int]) -> None:
    assert metric(name).per_query({"q": grades}, {})[0] == 0


@given(st.sampled_from(NAMES), GRADES, SCORES)
def test_only_the_order_of_scores_counts(name: str, grades: dict[str, int], scores: dict[str, float]) -> None:
    before = metric(name).per_query({"q": grades}, {"q": scores})
    transformed = {product: math.exp(score / 5) - 7 for product, score in scores.items()}
    reordered = dict(sorted(transformed.items(), reverse=True))
    np.testing.assert_array_equal(before, metric(name).per_query({"q": grades}, {"q": reordered}))


@given(GRADES.filter(lambda grades: max(grades.values()) >= 1), st.sampled_from([1, 3, 10]))
def test_the_perfect_ranking_is_one(grades: dict[str, int], k: int) -> None:
    perfect = {product: float(grade) for product, grade in grades.items()}
    for name in ("ndcg", "ndcg_linear", "pool_ndcg", "condensed_ndcg", "mrr", "success", "judged"):
        assert metric(f"{name}@{k}").per_query({"q": grades}, {"q": perfect})[0] == pytest.approx(1)
    assert metric("map").per_query({"q": grades}, {"q": perfect})[0] == pytest.approx(1)
    assert metric("recall").per_query({"q": grades}, {"q": perfect})[0] == 1


@given(
    st.sampled_from([name for name in NAMES if not name.startswith("judged")]),  # judged@k asks whether, not how well
    st.fixed_dictionaries({f"p{number}": st.integers(0, 4) for number in range(8)}),
    st.permutations([*(f"p{number}" for number in range(8)), "unjudged", "unjudged too"]),
    st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted),
)
def test_a_better_product_further_up_never_hurts(
    name: str, grades: dict[str, int], ranking: list[str], places: list[int]
) -> None:
    up, down = places
    # A list without its unjudged products closes up when one of them moves, so what stands between them moves too.
    assume(not name.startswith(("pool", "condensed")) or {ranking[up], ranking[down]} <= set(grades))
    worth = [grades.get(product, 0) for product in ranking]
    if worth[up] > worth[down]:
        up, down = down, up
    better = list(ranking)
    better[up], better[down] = better[down], better[up]
    first, second = (ranking, better) if up < down else (better, ranking)
    before, after = (metric(name).per_query({"q": grades}, {"q": scores_of(each)})[0] for each in (first, second))
    assert math.isnan(before) or before <= after + 1e-12


@given(SCORES)
def test_rank_is_total_and_ignores_the_order_of_the_file(scores: dict[str, float]) -> None:
    ranking = rank(scores)
    assert ranking == rank(dict(reversed(scores.items())))
    assert [(-scores[each], each) for each in ranking] == sorted((-scores[each], each) for each in ranking)


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match="product 'b': found the score NaN"):
        rank({"a": 1.0, "b": math.nan})


@pytest.mark.parametrize("name", DEFAULT_METRICS)
def test_names_come_back(name: str) -> None:
    assert metric(name).name == name
    assert metric(f" {name.upper()} ").name == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ncdg@10", "Did you mean 'ndcg'?"),
        ("auc", "expected one of ndcg, ndcg_linear"),
        ("", "unknown metric ''"),
        ("ndcg@", "unknown metric 'ndcg@'"),
        ("ndcg@-1", "unknown metric"),
        ("ndcg@ten", "unknown metric"),
        ("ndcg@0", "found the cutoff 0, expected 1 or more"),
        ("precision", "found no cutoff, expected one, as in precision@10"),
        ("judged", "found no cutoff"),
    ],
)
def test_unknown_names_are_explained(name: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        metric(name)
    assert said in str(error.value)
