"""The synthetic shop is the same for the same seed, and a small one is the beginning of a large one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from benchmarks.speed.workload import CHUNK, Catalogue


def test_same_seed_same_products() -> None:
    first, second = Catalogue(50, 8, seed=1), Catalogue(50, 8, seed=1)
    a, b = next(first.chunks()), next(second.chunks())
    assert [first.product(a, place) for place in range(50)] == [second.product(b, place) for place in range(50)]
    assert np.array_equal(a.vectors, b.vectors)
    assert not np.array_equal(a.price, next(Catalogue(50, 8, seed=2).chunks()).price)


def test_small_is_the_beginning_of_large() -> None:
    small, large = next(Catalogue(30, 8).chunks()), next(Catalogue(CHUNK + 5, 8).chunks())
    assert np.array_equal(small.vectors, large.vectors[:30])
    assert np.array_equal(small.words, large.words[:30])


@pytest.mark.parametrize("n", [1, CHUNK, CHUNK + 1])
def test_chunks_cover_all_products(n: int) -> None:
    chunks = list(Catalogue(n, 4).chunks())
    assert [chunk.start for chunk in chunks] == list(range(0, n, CHUNK))
    assert sum(len(chunk.price) for chunk in chunks) == sum(len(chunk.vectors) for chunk in chunks) == n


def test_vectors_are_unit_rows_in_clusters() -> None:
    chunk = next(Catalogue(2000, 32).chunks())
    assert chunk.vectors.dtype == np.float32
    assert np.linalg.norm(chunk.vectors, axis=1) == pytest.approx(1, abs=1e-5)
    near = chunk.vectors @ chunk.vectors.T
    same = chunk.shelf[:, None] == chunk.shelf
    assert near[same].mean() > near[~same].mean() + 0.2


def test_products_have_a_path_with_its_parents() -> None:
    catalogue = Catalogue(20, 4)
    chunk = next(catalogue.chunks())
    for place in range(20):
        path = catalogue.product(chunk, place)["category"]
        assert len(path) == 3
        assert all(child.startswith(parent + " > ") for parent, child in pairwise(path))


def test_queries_are_answered_by_the_product_they_came_from() -> None:
    catalogue = Catalogue(CHUNK + 100, 8, seed=5)
    queries, vectors = catalogue.queries(40, 1)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert [query.number for query in queries] == list(range(40))
    for query in queries:
        chunk = catalogue.chunk(query.row // CHUNK)
        product = catalogue.product(chunk, query.row - chunk.start)
        assert set(query.text.split()) <= set(product["title"].split())
        assert query.low <= product["price"] <= query.high
        assert not query.brands or product["brand"] in query.brands
    assert {len(query.text.split()) for query in queries} == {1, 2, 3, 4}


def test_another_series_asks_other_things() -> None:
    catalogue = Catalogue(500, 4)
    assert catalogue.queries(10, 0)[0] == catalogue.queries(10, 0)[0]
    assert catalogue.queries(10, 0)[0] != catalogue.queries(10, 1)[0]
