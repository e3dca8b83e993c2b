"""A catalogue with its queries and their right answers in a folder, where every engine reads the same bytes.

feed.json          what it is: products, dim, seed, queries of each series
products.jsonl     a product a line
vectors.f32        float32[products, dim]
tune.jsonl, ask.jsonl, tune.f32, ask.f32      queries to tune with, queries to measure with
tune.npz, ask.npz  exact nearest rows, "all" and "filtered", int32[queries, 10]; −1 where fewer pass
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import orjson

from benchmarks.speed.workload import Array, Catalogue, Query

TOP = 10
SERIES = {"tune": 0, "ask": 1}
VERSION = 1


def write_feed(folder: Path, catalogue: Catalogue, counts: dict[str, int]) -> Path:
    """Write the folder, or leave it when it is there already; counts: series → number of queries."""
    about = {"version": VERSION, "n": catalogue.n, "dim": catalogue.dim, "seed": catalogue.seed, "queries": counts}
    if (folder / "feed.json").exists() and orjson.loads((folder / "feed.json").read_bytes()) == about:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "feed.json").unlink(missing_ok=True)
    prices, brands = _write_products(folder, catalogue)
    for series, count in counts.items():
        queries, vectors = catalogue.queries(count, SERIES[series])
        (folder / f"{series}.jsonl").write_bytes(b"".join(orjson.dumps(q) + b"\n" for q in map(_plain, queries)))
        vectors.tofile(folder / f"{series}.f32")
        stored = np.memmap(folder / "vectors.f32", np.float32, "r", shape=(catalogue.n, catalogue.dim))
        numbers = {brand: number for number, brand in enumerate(catalogue.brands)}
        allowed = [passing(query, prices, brands, numbers) for query in queries]
        right = {"all": nearest(stored, vectors), "filtered": nearest(stored, vectors, allowed)}
        np.savez(folder / f"{series}.npz", **right)
    (folder / "feed.json").write_bytes(orjson.dumps(about))
    return folder


def _write_products(folder: Path, catalogue: Catalogue) -> tuple[Array, Array]:
    prices, brands = [], []
    with (folder / "products.jsonl").open("wb") as lines, (folder / "vectors.f32").open("wb") as vectors:
        for chunk in catalogue.chunks():
            products = (catalogue.product(chunk, place) for place in range(len(chunk.price)))
            lines.write(b"".join(orjson.dumps(product) + b"\n" for product in products))
            vectors.write(chunk.vectors.tobytes())
            prices.append(chunk.price)
            brands.append(chunk.brand.astype(np.int16))
    return np.concatenate(prices), np.concatenate(brands)


def _plain(query: Query) -> dict[str, object]:
    return dataclasses.asdict(query)


def passing(query: Query, prices: Array, brands: Array, numbers: dict[str, int]) -> Array:
    """Which products pass the query's filter: bool[n]."""
    mask: Array = (prices >= query.low) & (prices <= query.high)
    if query.brands:
        mask &= np.isin(brands, [numbers[brand] for brand in query.brands])
    return mask


def nearest(stored: Array, vectors: Array, allowed: Sequence[Array] | None = None, block: int = 50_000) -> Array:
    """The TOP rows of largest inner product for each query by brute force, best first, −1 where there are fewer."""
    n, count = len(stored), len(vectors)
    rows, scores = np.full((count, TOP), -1, np.int32), np.full((count, TOP), -np.inf, np.float32)
    for start in range(0, n, block):
        products = vectors @ np.asarray(stored[start : start + block]).T  # [queries, block]
        for query in range(count):
            found = products[query]
            if allowed is not None:
                found = np.where(allowed[query][start : start + block], found, -np.inf)
            best = np.argpartition(-found, min(TOP, len(found)) - 1)[:TOP]
            merged = np.concatenate([scores[query], found[best]])
            candidates = np.concatenate([rows[query], np.where(np.isfinite(found[best]), start + best, -1)])
            order = np.lexsort((candidates, -merged))[:TOP]
            rows[query], scores[query] = candidates[order], merged[order]
    return rows


def recall(found: Sequence[int], right: Sequence[int]) -> float:
    """Share of the right rows that were found; 1 when there are none.

    >>> recall([3, 1, 9], [1, 2, -1])
    0.5
    """
    wanted = {row for row in right if row >= 0}
    return len(wanted & set(found)) / len(wanted) if wanted else 1.0
