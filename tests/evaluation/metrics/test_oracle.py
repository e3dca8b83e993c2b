"""Our metrics against trec_eval and others, through ir-measures, on random judgments and runs without ties."""

from __future__ import annotations

import ir_measures
import numpy as np
import pytest
from ir_measures import AP, RR, Judged, P, R, Success, nDCG

from shelfwise.evaluation import metric

EXPONENTIAL = {grade: 2**grade - 1 for grade in range(5)}
PAIRS = {
    "ndcg@10": nDCG(gains=EXPONENTIAL) @ 10,
    "ndcg@3": nDCG(gains=EXPONENTIAL) @ 3,
    "ndcg_linear@10": nDCG @ 10,
    "ndcg_linear": nDCG,
    "condensed_ndcg@10": nDCG(gains=EXPONENTIAL, judged_only=True) @ 10,
    "pool_ndcg@10": nDCG(gains=EXPONENTIAL, judged_only=True) @ 10,
    "judged@10": Judged @ 10,
    "mrr@10": RR @ 10,
    "mrr": RR,
    "precision@10": P @ 10,
    "recall@10": R @ 10,
    "recall@100": R @ 100,
    "map": AP,
    "map@10": AP @ 10,
    "success@10": Success @ 10,
}
GRADED = {
    "precision@10": P(rel=2) @ 10,
    "recall@10": R(rel=2) @ 10,
    "map": AP(rel=2),
    "mrr": RR(rel=2),
}


def random_data(seed: int) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]]]:
    random = np.random.default_rng(seed)
    products = [f"p{number}" for number in range(60)]
    qrels, run = {}, {}
    for number in range(25):
        judged = random.choice(products, random.integers(1, 40), replace=False)
        found = random.choice(products, random.integers(1, 50), replace=False)
        qrels[f"q{number}"] = {str(each): int(random.choice([0, 0, 1, 2, 3, 4])) for each in judged}
        run[f"q{number}"] = {
            str(each): float(score) for each, score in zip(found, random.permutation(50), strict=False)
        }
    return qrels, run


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "oracle"), PAIRS.items())
def test_agrees_with_ir_measures(name: str, oracle: ir_measures.Measure, seed: int) -> None:
    check(*random_data(seed), name, oracle, threshold=1)


@pytest.mark.parametrize(("name", "oracle"), GRADED.items())
def test_agrees_with_a_higher_threshold(name: str, oracle: ir_measures.Measure) -> None:
    check(*random_data(7), name, oracle, threshold=2)


def check(
    qrels: dict[str, dict[str, int]],
    run: dict[str, dict[str, float]],
    name: str,
    oracle: ir_measures.Measure,
    threshold: int,
) -> None:
    ours = metric(name, threshold=threshold).per_query(qrels, run)
    theirs = {each.query_id: each.value for each in ir_measures.iter_calc([oracle], qrels, run)}
    for value, query in zip(ours, sorted(qrels), strict=True):
        if max(qrels[query].values()) >= threshold:
            assert value == pytest.approx(theirs[query], abs=1e-6), query
        else:
            assert np.isnan(value)
