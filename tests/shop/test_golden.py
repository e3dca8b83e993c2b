"""Golden relevance: the demo shop, with the real encoder, answers as its makers know it should.

The judgments follow from how the products were made (`simulate/judgments.py`). The bounds lie a little below what was
measured (`docs/benchmarks.md`), so that a change that makes search worse is noticed.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence

import pytest

from shelfwise.evaluation import evaluate_search
from shelfwise.shop import Shop
from shelfwise.simulate import demo_judgments, demo_products, demo_synonyms
from shelfwise.types import Page, Product, Query

SEED = 7
EVERY = 2  # one product in two: enough to confuse, and half the time


@pytest.fixture(scope="module")
def products() -> Sequence[Product]:
    return list(itertools.islice(demo_products(seed=SEED), 0, None, EVERY))


@pytest.fixture(scope="module")
def golden(products: Sequence[Product]) -> Mapping[str, Mapping[str, int]]:
    return {
        judged.query: judged.grades for judged in demo_judgments(products) if max(judged.grades.values(), default=0)
    }


@pytest.fixture(scope="module")
def shop(products: Sequence[Product], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop.create(tmp_path_factory.mktemp("golden") / "shop") as made:
        (made.folder / "synonyms.txt").write_text(demo_synonyms(), "utf-8")
        made.upsert(products)
        made.index()
        yield made


def mean(shop: Shop, golden: Mapping[str, Mapping[str, int]], mode: str, keep: str = "all") -> float:
    chosen = {q: dict(g) for q, g in golden.items() if keep == "all" or q.isascii() == (keep == "en")}

    def ask(text: str, limit: int) -> list[str]:
        query = Query(text, mode=mode, page=Page(0, limit), facets=(), explain=False)  # type: ignore[arg-type]
        return [product.id for product in shop.search(query).products]

    return float(evaluate_search(ask, chosen, clock=time.perf_counter, depth=20).as_json()["ndcg@10"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hybrid_search_of_the_demo_shop(shop: Shop, golden: Mapping[str, Mapping[str, int]], language: str) -> None:
    assert mean(shop, golden, "hybrid", language) > 0.80


def test_both_halves_are_worth_their_place(shop: Shop, golden: Mapping[str, Mapping[str, int]]) -> None:
    hybrid, lexical, dense = (mean(shop, golden, mode) for mode in ("hybrid", "lexical", "dense"))
    assert lexical > 0.75
    assert dense > 0.60
    assert hybrid > dense
    assert hybrid > lexical - 0.02


def test_a_model_number_finds_its_product_first(shop: Shop, products: Sequence[Product]) -> None:
    models = sorted({code for product in products for code in product.codes if not code.isdecimal()})
    assert len(models) > 20
    for code in models[:: max(1, len(models) // 40)]:
        assert code in shop.search(code, limit=3).products[0].codes
