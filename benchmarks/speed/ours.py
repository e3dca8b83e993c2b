"""Shelfwise's embedded engine as an adapter of the comparison: two text fields, and the whole product in each match."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

import shelfwise
from benchmarks.peers.serving import (
    BRANDS,
    CATEGORIES,
    DENSE,
    DENSE_FILTERED,
    DEPTH,
    FACETED,
    FULL,
    HYBRID,
    LEXICAL,
    TASKS,
    TOP,
    Adapter,
    Answer,
    Feed,
    Query,
    serve,
)
from shelfwise.retrieval.base import Alternative, FacetRequest, IndexedProduct, Matches, Plan, Slot, TextClause
from shelfwise.retrieval.embedded import EmbeddedEngine
from shelfwise.types import And, AnyOf, Facet, Filter, Range

FIELDS = {"words": {"title": 2.0, "description": 1.0}}
ANY = 1e-3  # share of the words that must match: at least one, as in all engines
SHOP = "shop"  # a task beyond the comparison: facets leave out their own filter, neighbouring words count more


class Shelfwise(Adapter):
    version = shelfwise.__version__
    setup = "the embedded engine as it comes; title and description are two fields with a dis-max over them"
    tasks = dict.fromkeys((*TASKS, SHOP), "native")

    def build(self, feed: Feed, into: Path) -> None:
        EmbeddedEngine(("title", "description")).build(indexed_products(feed), into)

    def open(self, folder: Path) -> None:
        self._reader = EmbeddedEngine(("title", "description")).open(folder)

    def vector(self, numbers: array[float]) -> Any:
        return np.array(numbers, np.float32)

    def search(self, task: str, query: Query, vector: Any, knob: int) -> Answer:
        matches = self._reader.search(plan(task, query, vector))
        products = [orjson.loads(match.payload) for match in matches.items]
        return Answer([product["row"] for product in products], _counts(matches))


def indexed_products(feed: Feed) -> Iterator[IndexedProduct]:
    """The feed as the engine takes it, a batch in memory at a time."""
    for products, numbers in zip(feed.products(), feed.vectors(), strict=True):
        vectors = np.frombuffer(numbers, np.float32).reshape(-1, feed.dim)
        for product, vector in zip(products, vectors, strict=True):
            yield IndexedProduct(
                id=f"p{product['row']}",
                text={"title": tuple(product["title"].split()), "description": tuple(product["description"].split())},
                keywords={
                    "brand": (product["brand"],),
                    "category": tuple(product["category"]),
                    "attributes.colour": (product["colour"],),
                    "attributes.size": (product["size"],),
                },
                numbers={"price": product["price"], "rating": product["rating"]},
                vector=vector,
                payload=orjson.dumps(product),
            )


def plan(task: str, query: Query, vector: Any) -> Plan:
    """The query as a plan."""
    texts, near = task not in (DENSE, DENSE_FILTERED), task not in (LEXICAL, FACETED)
    return Plan(
        text=_clause(query, phrases=task == SHOP) if texts else None,
        vector=vector if near else None,
        filter=_filter(query) if task not in (LEXICAL, DENSE) else None,
        facets=_facets(query, exclude_own=task == SHOP) if task in (FACETED, FULL, SHOP) else (),
        limit=TOP,
        candidates=DEPTH if task in (HYBRID, FULL, SHOP) else TOP,
    )


def _clause(query: Query, phrases: bool) -> TextClause:
    slots = tuple(Slot((Alternative((word,)),)) for word in query.text.split())
    extra = {"phrase_boost": 0.3, "phrase_fields": ("title",)} if phrases else {}
    return TextClause(slots, FIELDS, minimum_match=ANY, **extra)  # type: ignore[arg-type]


def _filter(query: Query) -> Filter:
    price = Range("price", query.low, query.high)
    return And((price, AnyOf("brand", query.brands))) if query.brands else price


def _facets(query: Query, exclude_own: bool) -> tuple[FacetRequest, ...]:
    return (
        FacetRequest("brand", "terms", BRANDS, exclude_own=exclude_own),
        FacetRequest("category", "tree", CATEGORIES, exclude_own=exclude_own),
        FacetRequest("price", "histogram", 20, interval=query.step, exclude_own=exclude_own),
    )


def _counts(matches: Matches) -> dict[str, dict[str, int]]:
    return {facet.field: {_name(facet, value): value.count for value in facet.values} for facet in matches.facets}


def _name(facet: Facet, value: Any) -> str:
    return f"{value.low:g}" if facet.kind == "histogram" else value.value


if __name__ == "__main__":
    serve(Shelfwise())
