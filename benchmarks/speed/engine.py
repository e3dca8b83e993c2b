"""The embedded engine alone, stage by stage: `python -m benchmarks.speed.engine 100000 [--dim 384] [--queries 300]`.

Prints JSON: build time, disk and memory; p50 and p99 in milliseconds of whole searches and of their stages for several
kinds of plan; live changes; recall@10 of the dense search against an exact one, with filters and without.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.speed.workload import Catalogue, Query
from shelfwise.retrieval.base import Alternative, Change, FacetRequest, IndexedProduct, Plan, Slot, TextClause
from shelfwise.retrieval.embedded import EmbeddedEngine, EmbeddedReader
from shelfwise.types import And, AnyOf, Filter, Range

FIELDS = ("title", "description")
FACETS = (
    FacetRequest("brand"),
    FacetRequest("category", "tree", 50),
    FacetRequest("price", "range", bounds=(10.0, 50.0, 100.0, 500.0)),
    FacetRequest("colour"),
    FacetRequest("rating", "histogram", interval=1.0),
)


def products(catalogue: Catalogue) -> Iterator[IndexedProduct]:
    for chunk in catalogue.chunks():
        for place in range(len(chunk.price)):
            item = catalogue.product(chunk, place)
            yield IndexedProduct(
                id=f"p{item['row']}",
                text={field: tuple(item[field].split()) for field in FIELDS},
                keywords={
                    "brand": (item["brand"],),
                    "category": tuple(item["category"]),
                    "attributes.colour": (item["colour"],),
                    "attributes.size": (item["size"],),
                },
                numbers={"price": item["price"], "rating": item["rating"], "available": float(place % 9 > 0)},
                vector=chunk.vectors[place],
                payload=orjson.dumps(item),
            )


def clause(query: Query, share: float) -> TextClause:
    slots = tuple(
        Slot((Alternative((word,)), Alternative((word[:-1] + "x",), 0.6, source="typo"))) for word in query.text.split()
    )
    return TextClause(
        slots, {"words": {"title": 2.0, "description": 1.0}}, share, phrase_boost=0.3, phrase_fields=("title",)
    )


def condition(query: Query) -> Filter:
    price = Range("price", query.low, query.high)
    return And((price, AnyOf("brand", query.brands))) if query.brands else price


def plans(queries: Sequence[Query], vectors: Any) -> dict[str, Callable[[int], Plan]]:
    def text(number: int) -> TextClause:
        return clause(queries[number], 0.67)

    return {
        "lexical": lambda q: Plan(text(q)),
        "dense": lambda q: Plan(vector=vectors[q]),
        "hybrid": lambda q: Plan(text(q), vectors[q]),
        "hybrid, any word": lambda q: Plan(clause(queries[q], 0.01), vectors[q]),
        "hybrid+facets": lambda q: Plan(text(q), vectors[q], facets=FACETS),
        "hybrid+filters+facets": lambda q: Plan(text(q), vectors[q], condition(queries[q]), FACETS),
        "hybrid+filters+facets+explain": lambda q: Plan(
            text(q), vectors[q], condition(queries[q]), FACETS, explain=True
        ),
        "by price+filters+facets": lambda q: Plan(text(q), vectors[q], condition(queries[q]), FACETS, sort="price"),
        "browse by price": lambda q: Plan(filter=condition(queries[q]), sort="price"),
        "browse all+facets": lambda q: Plan(facets=FACETS),
    }


def measure(reader: EmbeddedReader, make: Callable[[int], Plan], count: int) -> dict[str, Any]:
    whole, stages = [], {}  # type: ignore[var-annotated]
    for number in range(count):
        plan = make(number)
        start = time.perf_counter()
        found = reader.search(plan)
        whole.append(1000 * (time.perf_counter() - start))
        for stage, milliseconds in found.took.items():
            stages.setdefault(stage, []).append(milliseconds)
    return {"search": spread(whole)} | {stage: spread(times) for stage, times in stages.items()}


def spread(times: Sequence[float]) -> dict[str, float]:
    return {"p50": round(float(np.percentile(times, 50)), 3), "p99": round(float(np.percentile(times, 99)), 3)}


def changes(reader: EmbeddedReader, catalogue: Catalogue, seed: int) -> dict[str, Any]:
    some = [item for item, _ in zip(products(catalogue), range(5000), strict=False)]
    rng = np.random.default_rng(seed)
    out: dict[str, Any] = {}
    for kind in ("offer", "upsert", "delete"):
        times = []
        for number in rng.choice(len(some), 20, replace=False):
            start = time.perf_counter()
            reader.apply([Change(kind, some[number].id, some[number])])
            times.append(1000 * (time.perf_counter() - start))
        out[f"one {kind}"] = spread(times)
    start = time.perf_counter()
    reader.apply([Change("upsert", item.id, item) for item in some])
    out["5,000 upserts at once"] = round(1000 * (time.perf_counter() - start), 1)
    return out


def recall(reader: EmbeddedReader, stored: Any, queries: Sequence[Query], vectors: Any) -> dict[str, float]:
    """Mean recall@10 against exact inner products over all products that pass."""
    out = {}
    for name, make in {
        "all": lambda q: None,
        "filtered": condition,
        "price": lambda q: Range("price", q.low, None),
    }.items():
        hits = []
        for query, vector in zip(queries, vectors, strict=True):
            rows = np.arange(len(stored))
            if (filter_ := make(query)) is not None:
                rows = np.flatnonzero(reader._state.allowed(filter_))
            best = rows[np.argsort(-(stored[rows] @ vector), kind="stable")[:10]]
            found = reader.search(Plan(vector=vector, filter=filter_, limit=10))
            hits.append(len({f"p{row}" for row in best} & {item.id for item in found.items}) / max(1, len(best)))
        out[name] = round(float(np.mean(hits)), 4)
    return out


def resident() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("products", type=int)
    parser.add_argument("--dim", type=int, default=384)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    catalogue = Catalogue(given.products, given.dim, given.seed)
    queries, vectors = catalogue.queries(given.queries, 0)
    with tempfile.TemporaryDirectory() as folder:
        engine, place = EmbeddedEngine(FIELDS), Path(folder, "engine")
        start = time.perf_counter()
        engine.build(products(catalogue), place)
        report: dict[str, Any] = {"products": given.products, "dim": given.dim}
        report["build_seconds, making products included"] = round(time.perf_counter() - start, 1)
        report["disk_mb"] = sum(file.stat().st_size for file in place.rglob("*")) // 2**20
        before, start = resident(), time.perf_counter()
        reader = engine.open(place)
        report["open_ms"] = round(1000 * (time.perf_counter() - start), 1)
        report["segments"] = reader._state.lexicon.searcher.num_segments
        for make in plans(queries, vectors).values():
            measure(reader, make, min(20, given.queries))
        report["ms"] = {name: measure(reader, make, given.queries) for name, make in plans(queries, vectors).items()}
        report["resident_mb"] = {"before opening": before, "after searching": resident()}
        stored = np.concatenate([chunk.vectors for chunk in catalogue.chunks()])
        report["recall@10"] = recall(reader, stored, queries[:100], vectors[:100])
        report["changes_ms"] = changes(reader, catalogue, given.seed)
        report["ms after changes"] = {
            name: measure(reader, make, given.queries)["search"] for name, make in plans(queries, vectors).items()
        }
        reader.close()
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
