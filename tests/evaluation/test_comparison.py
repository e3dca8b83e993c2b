from __future__ import annotations

import json

import numpy as np
import pytest

from shelfwise.errors import InputError
from shelfwise.evaluation import compare, evaluate, permutation_test, scores_of

QRELS = {f"q{number}": {"a": 1, "b": 0, "c": 2} for number in range(12)} | {"none": {"a": 0}}
GOOD = {query: scores_of(["c", "a", "b"]) for query in QRELS}
POOR = {query: scores_of(["b", "a", "c"]) for query in QRELS} | {"q0": scores_of(["c", "a", "b"])}


def test_differences_are_second_minus_first() -> None:
    first, second = evaluate(QRELS, POOR), evaluate(QRELS, GOOD)
    comparison = compare(first, second)
    ndcg = comparison.differences["ndcg@10"]
    assert (ndcg.better, ndcg.equal, ndcg.worse) == (11, 1, 0)
    assert ndcg.change == pytest.approx(ndcg.second - ndcg.first)
    assert ndcg.interval.low > 0
    assert ndcg.p_value == permutation_test(first.values["ndcg@10"], second.values["ndcg@10"])
    assert ndcg.p_value <= ndcg.p_corrected
    assert np.isnan(comparison.changes["ndcg@10"][comparison.queries.index("none")])
    assert comparison.differences["recall@10"].p_value == 1


def test_json_is_plain() -> None:
    figures = compare(evaluate(QRELS, POOR), evaluate(QRELS, GOOD)).as_json()
    assert figures == json.loads(json.dumps(figures, allow_nan=False))
    assert figures["mrr@10"]["better"] == 11


def test_turning_it_round_turns_the_signs() -> None:
    there = compare(evaluate(QRELS, POOR), evaluate(QRELS, GOOD)).differences["map"]
    back = compare(evaluate(QRELS, GOOD), evaluate(QRELS, POOR)).differences["map"]
    assert back.change == -there.change
    assert (back.better, back.worse, back.p_value) == (there.worse, there.better, there.p_value)


def test_other_judgments_are_refused() -> None:
    other = evaluate({"q0": {"a": 1}}, GOOD)
    with pytest.raises(InputError, match="over different judgments"):
        compare(evaluate(QRELS, GOOD), other)


def test_nothing_in_common_is_refused() -> None:
    with pytest.raises(InputError, match="nothing to compare"):
        compare(evaluate(QRELS, GOOD, ["map"]), evaluate(QRELS, GOOD, ["mrr"]))
