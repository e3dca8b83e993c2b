"""Qdrant Edge: a shard with dense vectors (HNSW), built-in BM25 as sparse vectors, payload indexes and facet counts.

Its facets count what a filter passes; the text matches enter as a filter on a text index. They are asked for as they
come (`exact` is false): with one segment and indexed fields the counts were the exact ones in every query tried. Price
bars are counts of ranges, one request each.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import qdrant_edge as qe

from benchmarks.peers.serving import (
    BRANDS,
    CATEGORIES,
    DENSE,
    DENSE_FILTERED,
    DEPTH,
    FACETED,
    FULL,
    LEXICAL,
    TASKS,
    TOP,
    Adapter,
    Answer,
    Feed,
    Query,
    serve,
)

FACETS = "native for brand and category (over text matches); price bars emulated: a count for each"
INDEXES = {
    "brand": qe.PayloadSchemaType.Keyword,
    "category": qe.PayloadSchemaType.Keyword,
    "price": qe.PayloadSchemaType.Float,
}


class QdrantEdge(Adapter):
    version = version("qdrant-edge-py")
    setup = (
        "HNSW m 16 ef_construct 100, BM25 sparse vectors with IDF, payload indexes made before the points; optimized"
    )
    tasks = dict.fromkeys(TASKS, "native") | {FACETED: FACETS, FULL: FACETS}
    knobs = (10, 16, 32, 64, 96, 128, 256, 512)  # hnsw_ef

    def __init__(self) -> None:
        plain = {"stopwords": qe.StopwordsSet(languages=set(), custom=set()), "stemmer": qe.DisabledStemmer()}
        self._bm25 = qe.Bm25(qe.Bm25Config(tokenizer=qe.TokenizerType.Whitespace, avg_len=24, **plain))

    def build(self, feed: Feed, into: Path) -> None:
        into.mkdir(parents=True)
        shard = qe.EdgeShard.create(str(into), _config(feed.dim))
        for name, kind in INDEXES.items():
            shard.update(qe.UpdateOperation.create_field_index(name, kind))
        words = qe.TextIndexParams(tokenizer=qe.TokenizerType.Whitespace, lowercase=False)
        shard.update(qe.UpdateOperation.create_field_index("text", words))
        for products, numbers in zip(feed.products(), feed.vectors(), strict=True):
            points = [
                self._point(product, numbers[at * feed.dim : (at + 1) * feed.dim].tolist())
                for at, product in enumerate(products)
            ]
            shard.update(qe.UpdateOperation.upsert_points(points))
        shard.optimize()
        shard.flush()
        shard.close()

    def _point(self, product: dict[str, Any], vector: list[float]) -> Any:
        text = f"{product['title']} {product['description']}"
        payload = {key: product[key] for key in ("title", "brand", "category", "price")}
        vectors = {"dense": vector, "words": self._bm25.embed_document(text)}
        return qe.Point(product["row"], vectors, {**payload, "text": text})

    def open(self, folder: Path) -> None:
        self._shard = qe.EdgeShard.load(str(folder))
        self._shown = qe.PayloadSelector.Include(["title", "brand", "price"])

    def search(self, task: str, query: Query, vector: Any, knob: int) -> Answer:
        passing = None if task in (LEXICAL, DENSE) else qe.Filter(must=_conditions(query))
        if task in (DENSE, DENSE_FILTERED):
            ask = {"query": self._near(vector), "params": qe.SearchParams(hnsw_ef=knob)}
        elif task in (LEXICAL, FACETED):
            ask = {"query": self._words(query)}
        else:
            dense = qe.Prefetch(DEPTH, query=self._near(vector), params=qe.SearchParams(hnsw_ef=knob), filter=passing)
            sparse = qe.Prefetch(DEPTH, query=self._words(query), filter=passing)
            ask = {"query": qe.Fusion.Rrf(k=60), "prefetches": [dense, sparse]}
        points = self._shard.query(qe.QueryRequest(TOP, filter=passing, with_payload=self._shown, **ask))
        shown = [(point.id, point.payload) for point in points]
        return Answer([row for row, _ in shown], self._facets(query) if task in (FACETED, FULL) else {})

    def _near(self, vector: Any) -> Any:
        return qe.Query.Nearest(vector, using="dense")

    def _words(self, query: Query) -> Any:
        return qe.Query.Nearest(self._bm25.embed_query(query.text), using="words")

    def _facets(self, query: Query) -> dict[str, dict[str, int]]:
        matching = [qe.FieldCondition("text", match=qe.MatchTextAny(query.text)), *_conditions(query)]
        counts = {}
        for name, size in (("brand", BRANDS), ("category", CATEGORIES)):
            found = self._shard.facet(qe.FacetRequest(name, limit=size, filter=qe.Filter(must=matching)))
            counts[name] = {hit.value: hit.count for hit in found.hits}
        counts["price"] = {f"{low:g}": self._bar(matching, low, low + query.step) for low in query.bars()}
        return counts

    def _bar(self, matching: list[Any], low: float, high: float) -> int:
        bar = qe.FieldCondition("price", range=qe.RangeFloat(gte=low, lt=high))
        return self._shard.count(qe.CountRequest(exact=True, filter=qe.Filter(must=[*matching, bar])))


def _conditions(query: Query) -> list[Any]:
    price = qe.FieldCondition("price", range=qe.RangeFloat(gte=query.low, lte=query.high))
    return [price, qe.FieldCondition("brand", match=qe.MatchAny(list(query.brands)))] if query.brands else [price]


def _config(dim: int) -> Any:
    hnsw = qe.HnswIndexConfig(m=16, ef_construct=100, full_scan_threshold=10_000)
    return qe.EdgeConfig(
        vectors={"dense": qe.EdgeVectorParams(size=dim, distance=qe.Distance.Cosine)},
        sparse_vectors={"words": qe.EdgeSparseVectorParams(modifier=qe.Modifier.Idf)},
        hnsw_config=hnsw,
        optimizers=qe.EdgeOptimizersConfig(default_segment_number=1),
        max_search_threads=1,
    )


if __name__ == "__main__":
    serve(QdrantEdge())
