"""LanceDB: full-text, vector and scalar indexes over one Lance table; hybrid search with reciprocal rank fusion.

It counts no facets. What its guides offer in their place is Arrow: read the matches' columns, group them there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from lancedb.index import FTS, Bitmap, BTree, HnswSq
from lancedb.query import MatchQuery
from lancedb.rerankers import RRFReranker

from benchmarks.peers.serving import (
    DENSE,
    DENSE_FILTERED,
    DEPTH,
    FACETED,
    FULL,
    HYBRID,
    TASKS,
    TOP,
    Adapter,
    Answer,
    Feed,
    Query,
    rolled_up,
    serve,
)

SHOWN = ["row", "title", "brand", "price"]
COUNTED = ["brand", "category", "price"]
EMULATED = "emulated: the text matches' columns are read and grouped in Arrow"


class LanceDb(Adapter):
    version = lancedb.__version__
    setup = "IVF_HNSW_SQ (cosine), FTS without positions, BTREE on price, BITMAP on brand; compacted"
    tasks = dict.fromkeys(TASKS, "native") | {FACETED: EMULATED, FULL: EMULATED}
    knobs = (10, 20, 40, 80, 120, 200, 400)  # ef

    def build(self, feed: Feed, into: Path) -> None:
        table = lancedb.connect(into).create_table("shop", _batches(feed), schema=_schema(feed.dim))
        table.create_index("vector", config=HnswSq(distance_type="cosine"))
        plain = FTS(base_tokenizer="whitespace", stem=False, remove_stop_words=False, ascii_folding=False)
        table.create_index("text", config=plain)
        table.create_index("price", config=BTree())
        table.create_index("brand", config=Bitmap())
        table.optimize()
        self._table = None

    def open(self, folder: Path) -> None:
        self._table = lancedb.connect(folder).open_table("shop")
        self._fusion = RRFReranker()

    def vector(self, numbers: Any) -> Any:
        return np.array(numbers, np.float32)

    def search(self, task: str, query: Query, vector: Any, knob: int) -> Answer:
        if task in (DENSE, DENSE_FILTERED):
            search = self._table.search(vector, vector_column_name="vector").distance_type("cosine").ef(knob)
            if task == DENSE_FILTERED:
                search = search.where(_where(query), prefilter=True)
            found = search.select([*SHOWN, "_distance"]).limit(TOP).to_list()
        elif task in (HYBRID, FULL):
            search = self._table.search(query_type="hybrid", vector_column_name="vector", fts_columns="text")
            search = search.vector(vector).text(MatchQuery(query.text, "text")).where(_where(query), prefilter=True)
            found = search.rerank(self._fusion).select(SHOWN).limit(DEPTH).to_arrow().slice(0, TOP).to_pylist()
        else:
            search = self._table.search(MatchQuery(query.text, "text"), query_type="fts")
            if task == FACETED:
                search = search.where(_where(query), prefilter=True)
            found = search.select([*SHOWN, "_score"]).limit(TOP).to_list()
        rows = [product["row"] for product in found]
        return Answer(rows, self._facets(query) if task in (FACETED, FULL) else {})

    def _facets(self, query: Query) -> dict[str, dict[str, int]]:
        search = self._table.search(MatchQuery(query.text, "text"), query_type="fts")
        search = (
            search.where(_where(query), prefilter=True).select([*COUNTED, "_score"]).limit(self._table.count_rows())
        )
        matches = search.to_arrow()
        bars = pc.multiply(pc.floor(pc.divide(matches["price"], query.step)), query.step)
        return {
            "brand": _counts(matches["brand"]),
            "category": rolled_up(_counts(matches["category"])),
            "price": {f"{low:g}": count for low, count in _counts(bars).items()},
        }


def _counts(column: Any) -> dict[Any, int]:
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(column).to_pylist()}


def _where(query: Query) -> str:
    price = f"price >= {query.low} AND price <= {query.high}"
    return f"{price} AND brand IN ({', '.join(map(repr, query.brands))})" if query.brands else price


def _schema(dim: int) -> pa.Schema:
    texts = [(name, pa.string()) for name in ("title", "text", "brand", "category")]
    return pa.schema([("row", pa.int64()), *texts, ("price", pa.float64()), ("vector", pa.list_(pa.float32(), dim))])


def _batches(feed: Feed) -> Iterator[pa.RecordBatch]:
    for products, numbers in zip(feed.products(), feed.vectors(), strict=True):
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(np.frombuffer(numbers, np.float32)), feed.dim)
        columns = {
            "row": [p["row"] for p in products],
            "title": [p["title"] for p in products],
            "text": [f"{p['title']} {p['description']}" for p in products],
            "brand": [p["brand"] for p in products],
            "category": [p["category"][-1] for p in products],
            "price": [p["price"] for p in products],
        }
        yield pa.record_batch([*columns.values(), vectors], schema=_schema(feed.dim))


if __name__ == "__main__":
    serve(LanceDb())
