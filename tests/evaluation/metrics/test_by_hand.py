"""Values worked out by hand."""

from __future__ import annotations

from math import log2

import pytest

from shelfwise.evaluation import metric

GRADES = {"a": 3, "b": 2, "c": 0, "d": 1, "e": 0}
RANKING = ["c", "a", "x", "d"]  # x is not judged, b and e are not found
SCORES = {product: float(-place) for place, product in enumerate(RANKING)}
IDEAL = 7 + 3 / log2(3) + 1 / log2(4)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ndcg@10", (7 / log2(3) + 1 / log2(5)) / IDEAL),
        ("ndcg@2", (7 / log2(3)) / (7 + 3 / log2(3))),
        ("ndcg_linear@10", (3 / log2(3) + 1 / log2(5)) / (3 + 2 / log2(3) + 1 / log2(4))),
        ("condensed_ndcg@10", (7 / log2(3) + 1 / log2(4)) / IDEAL),
        ("pool_ndcg@10", (7 / log2(3) + 1 / log2(4)) / IDEAL),
        ("judged@10", 3 / 4),
        ("judged@2", 1.0),
        ("mrr@10", 1 / 2),
        ("mrr@1", 0.0),
        ("precision@10", 2 / 10),
        ("precision@2", 1 / 2),
        ("recall@10", 2 / 3),
        ("recall@2", 1 / 3),
        ("map", (1 / 2 + 2 / 4) / 3),
        ("map@2", (1 / 2) / 3),
        ("success@1", 0.0),
        ("success@2", 1.0),
    ],
)
def test_value(name: str, expected: float) -> None:
    (value,) = metric(name).per_query({"q": GRADES}, {"q": SCORES})
    assert value == pytest.approx(expected, rel=1e-12)


def test_a_threshold_moves_what_is_positive() -> None:
    values = {
        name: metric(name, threshold=3).per_query({"q": GRADES}, {"q": SCORES})[0] for name in ("recall@10", "map")
    }
    assert values == {"recall@10": 1.0, "map": 0.5}
    assert metric("ndcg@10", threshold=3).per_query({"q": {"a": 2}}, {"q": {"a": 1.0}}) != 1  # NaN: no positive


def test_grades_below_zero_gain_nothing() -> None:
    (value,) = metric("ndcg@10").per_query({"q": {"spam": -2, "good": 1}}, {"q": {"spam": 2.0, "good": 1.0}})
    assert value == pytest.approx(1 / log2(3))


def test_ties_are_ranked_by_id() -> None:
    (value,) = metric("mrr").per_query({"q": {"b": 1, "a": 0}}, {"q": {"b": 1.0, "a": 1.0}})
    assert value == 0.5
