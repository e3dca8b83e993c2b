from __future__ import annotations

import json
import math

import numpy as np
import pytest

from shelfwise.errors import InputError
from shelfwise.evaluation import DEFAULT_METRICS, evaluate

QRELS = {"tea": {"a": 2, "b": 0, "c": 1}, "hopeless": {"a": 0}, "unfound": {"z": 1}}
RUN = {"tea": {"x": 3.0, "a": 2.0, "b": 1.0}, "hopeless": {"b": 1.0}, "nobody judged": {"a": 1.0}}


def test_means_leave_out_queries_without_a_positive_and_count_the_unfound_as_zero() -> None:
    figures = evaluate(QRELS, RUN, ["mrr@10", "recall@10"])
    assert figures.queries == ("hopeless", "tea", "unfound")
    np.testing.assert_array_equal(figures.values["mrr@10"], [np.nan, 0.5, 0.0])
    assert figures.means == {"mrr@10": 0.25, "recall@10": 0.25}


def test_json_is_flat_and_plain() -> None:
    figures = evaluate(QRELS, RUN).as_json()
    assert figures == json.loads(json.dumps(figures, allow_nan=False))
    assert set(DEFAULT_METRICS) < figures.keys()
    assert figures["queries"] == 3
    assert figures["queries_with_positive"] == 2
    assert figures["queries_without_positive"] == 1
    assert figures["queries_without_results"] == 1
    assert figures["mrr@10"] == 0.25
    assert figures["intervals"]["mrr@10"] == {"low": 0.0, "high": 0.5, "level": 0.95}
    assert figures["per_query"]["query"] == ["hopeless", "tea", "unfound"]
    assert figures["per_query"]["mrr@10"] == [None, 0.5, 0.0]


def test_the_pool_run_counts_for_the_pool_alone() -> None:
    pool = {"tea": {"a": 3.0, "c": 2.0, "b": 1.0}, "unfound": {"z": 1.0}}
    alone, pooled = evaluate(QRELS, RUN), evaluate(QRELS, RUN, pool_run=pool)
    assert pooled.means["pool_ndcg@10"] == 1
    assert not alone.separate_pool
    assert pooled.separate_pool
    assert alone.means["pool_ndcg@10"] == alone.means["condensed_ndcg@10"] < 1
    assert {name: mean for name, mean in pooled.means.items() if name != "pool_ndcg@10"} == {
        name: mean for name, mean in alone.means.items() if name != "pool_ndcg@10"
    }


def test_no_positive_at_all() -> None:
    figures = evaluate({"q": {"a": 0}}, {"q": {"a": 1.0}}, ["ndcg@10"])
    assert math.isnan(figures.means["ndcg@10"])
    assert figures.as_json()["ndcg@10"] is None
    assert figures.as_json()["intervals"]["ndcg@10"]["low"] is None


def test_an_empty_run_is_zero() -> None:
    assert evaluate(QRELS, {}).means["ndcg@10"] == 0


def test_a_run_that_shares_no_query_is_refused() -> None:
    with pytest.raises(InputError, match="share no query: found 'q1' in the run and 'hopeless' in the judgments"):
        evaluate(QRELS, {"q1": {"a": 1.0}})


def test_no_judgments_are_refused() -> None:
    with pytest.raises(InputError, match="found no judgments"):
        evaluate({}, RUN)


def test_results_that_nobody_judged_are_pointed_out() -> None:
    (warning,) = evaluate(QRELS, {"tea": {"x": 1.0, "y": 2.0}}).warnings
    assert "none of the 2 results is judged" in warning
    assert evaluate(QRELS, RUN).warnings == ()


def test_the_threshold_is_for_all_metrics_by_name() -> None:
    figures = evaluate(QRELS, RUN, ["recall@10"], threshold=2)
    assert figures.positive.tolist() == [False, True, False]
    assert figures.means == {"recall@10": 1.0}
