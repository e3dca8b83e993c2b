"""Spreading a row: the greedy rule against its definition, and what bounds may do."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from shelfwise.recommend.catalogue import table_of
from shelfwise.recommend.diversity import Caps, bounds, spread
from shelfwise.types import Product

RNG = np.random.default_rng(3)
N, DIM = 24, 6


def table(vectors: bool = True, brands: int = 3, categories: int = 4):
    raw = RNG.normal(size=(N, DIM)).astype(np.float32)
    unit = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    made = [Product(str(n), "t", brand=f"b{n % brands}", category=(f"c{n % categories}",)) for n in range(N)]
    return table_of(made, (lambda id: unit[int(id)]) if vectors else (lambda id: None))


def by_definition(rows, score, catalog, limit, weight):
    chosen: list[int] = []
    while len(chosen) < limit:

        def value(place: int) -> float:
            near = [float(catalog.vectors[rows[place]] @ catalog.vectors[rows[other]]) for other in chosen]
            return (1 - weight) * score[place] / score[0] - weight * max([0.0, *near])

        chosen.append(max((p for p in range(len(rows)) if p not in chosen), key=lambda p: (value(p), -p)))
    return chosen


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.7, 1.0])
def test_it_is_maximal_marginal_relevance(weight: float) -> None:
    catalog = table()
    rows, score = RNG.permutation(N), np.sort(RNG.random(N).astype(np.float32))[::-1]
    assert spread(rows, score, catalog, 8, weight=weight) == by_definition(rows, score, catalog, 8, weight)


def test_no_weight_leaves_the_order() -> None:
    score = np.linspace(1, 0.1, N, dtype=np.float32)
    assert spread(np.arange(N), score, table(), 10, weight=0.0) == list(range(10))


def test_without_vectors_brands_and_categories_tell_likeness() -> None:
    catalog = table(vectors=False, brands=1, categories=2)
    score = np.ones(N, np.float32)
    chosen = spread(np.arange(N), score, catalog, 2, weight=0.5)
    assert len({int(catalog.category[place]) for place in chosen}) == 2


def test_bounds_hold_while_there_is_enough() -> None:
    catalog = table(brands=6, categories=6)
    chosen = spread(np.arange(N), np.linspace(1, 0.1, N, dtype=np.float32), catalog, 6, weight=0.2, caps=Caps(1, 1))
    assert set(Counter(catalog.brand[chosen].tolist()).values()) == {1}


def test_a_shop_of_one_brand_still_fills_its_row() -> None:
    catalog = table(brands=1)
    score = np.linspace(1, 0.1, N, dtype=np.float32)
    assert spread(np.arange(N), score, catalog, 8, weight=0.0, caps=Caps(brand=2)) == list(range(8))


def test_interests_may_take_more_than_a_bound() -> None:
    more = bounds({"c1": 0.9, "c2": 0.1, "never": 5.0}, {"c1": 1, "c2": 2}, 10)
    assert more == {1: 9, 2: 1}
    caps = Caps(category=2, more=more)
    assert [caps.take(np.int32(-1), np.int32(1)) for _ in range(10)] == [True] * 9 + [False]
    assert [caps.take(np.int32(-1), np.int32(2)) for _ in range(3)] == [True, True, False]


def test_nothing_to_spread() -> None:
    assert spread(np.zeros(0, np.int64), np.zeros(0, np.float32), table(), 5, weight=0.5) == []
