"""Milvus Lite through pymilvus: HNSW, BM25 by its text function, scalar indexes, hybrid search; no facets."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from pymilvus import AnnSearchRequest, DataType, Function, FunctionType, MilvusClient, RRFRanker

from benchmarks.peers.serving import (
    DENSE,
    DENSE_FILTERED,
    DEPTH,
    HYBRID,
    LEXICAL,
    TOP,
    Adapter,
    Answer,
    Feed,
    Query,
    serve,
)

SHOWN = ["title", "brand", "price"]
NAME = "shop"


class MilvusLite(Adapter):
    version = version("milvus-lite")
    setup = "MilvusClient on a local file: HNSW M 16 efConstruction 200, BM25 function, INVERTED on brand and price"
    tasks = dict.fromkeys((LEXICAL, DENSE, DENSE_FILTERED, HYBRID), "native")
    knobs = (16, 32, 64, 128, 256, 512)  # ef

    def build(self, feed: Feed, into: Path) -> None:
        into.mkdir(parents=True)
        client = MilvusClient(str(into / "shop.db"))
        client.create_collection(NAME, schema=_schema(feed.dim))
        for products, numbers in zip(feed.products(), feed.vectors(), strict=True):
            rows = [
                {
                    "row": product["row"],
                    "title": product["title"],
                    "text": f"{product['title']} {product['description']}",
                    "brand": product["brand"],
                    "price": product["price"],
                    "vector": numbers[at * feed.dim : (at + 1) * feed.dim].tolist(),
                }
                for at, product in enumerate(products)
            ]
            client.insert(NAME, rows)
        client.flush(NAME)
        client.create_index(NAME, _indexes(client))
        client.load_collection(NAME)
        client.close()

    def open(self, folder: Path) -> None:
        self._client = MilvusClient(str(folder / "shop.db"))
        self._client.load_collection(NAME)

    def search(self, task: str, query: Query, vector: Any, knob: int) -> Answer:
        if task == HYBRID:
            requests = [
                AnnSearchRequest([vector], "vector", _near(max(knob, DEPTH)), DEPTH, expr=_where(query)),
                AnnSearchRequest([query.text], "words", {"metric_type": "BM25"}, DEPTH, expr=_where(query)),
            ]
            found = self._client.hybrid_search(NAME, requests, RRFRanker(60), limit=TOP, output_fields=SHOWN)
        else:
            words = task == LEXICAL
            found = self._client.search(
                NAME,
                data=[query.text if words else vector],
                anns_field="words" if words else "vector",
                search_params={"metric_type": "BM25"} if words else _near(knob),
                filter=_where(query) if task == DENSE_FILTERED else "",
                limit=TOP,
                output_fields=SHOWN,
            )
        return Answer([hit["row"] for hit in found[0]])


def _near(ef: int) -> dict[str, Any]:
    return {"metric_type": "COSINE", "params": {"ef": ef}}


def _where(query: Query) -> str:
    price = f"price >= {query.low} and price <= {query.high}"
    return f"{price} and brand in {list(query.brands)}" if query.brands else price


def _schema(dim: int) -> Any:
    schema = MilvusClient.create_schema(auto_id=False)
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("title", DataType.VARCHAR, max_length=500)
    schema.add_field("text", DataType.VARCHAR, max_length=2000, enable_analyzer=True)
    schema.add_field("brand", DataType.VARCHAR, max_length=100)
    schema.add_field("price", DataType.DOUBLE)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    bm25 = {"input_field_names": ["text"], "output_field_names": ["words"]}
    schema.add_function(Function(name="bm25", function_type=FunctionType.BM25, **bm25))
    return schema


def _indexes(client: MilvusClient) -> Any:
    indexes = client.prepare_index_params()
    indexes.add_index("vector", index_type="HNSW", metric_type="COSINE", params={"M": 16, "efConstruction": 200})
    indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params={})
    for name in ("brand", "price"):
        indexes.add_index(name, index_type="INVERTED")
    return indexes


if __name__ == "__main__":
    serve(MilvusLite())
