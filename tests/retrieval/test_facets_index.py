"""Facets counted in the text index and from the columns are the same facets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from shelfwise.retrieval import counting, searching
from shelfwise.retrieval.base import Alternative, Change, FacetRequest, Plan, Slot, TextClause
from shelfwise.retrieval.counting import Counting, MatchSet
from shelfwise.retrieval.embedded import EmbeddedEngine, EmbeddedReader
from shelfwise.retrieval.facets import Counts
from shelfwise.types import And, AnyOf, Range
from tests.retrieval.engine_corpus import TEXT_FIELDS, catalogue, unit


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedReader]:
    folder = tmp_path_factory.mktemp("facets") / "engine"
    engine = EmbeddedEngine(TEXT_FIELDS)
    engine.build(catalogue(300), folder)
    made = engine.open(folder)
    made.apply([Change("upsert", item.id, item) for item in catalogue(30, seed=3)])
    yield made
    made.close()


REQUESTS = (
    FacetRequest("brand"),
    FacetRequest("brand", exclude_own=False),
    FacetRequest("category", "tree"),
    FacetRequest("color"),
    FacetRequest("size"),
    FacetRequest("available"),
    FacetRequest("price", "histogram", size=7),
    FacetRequest("price", "histogram", interval=12.5),
    FacetRequest("size", "histogram", size=4),
    FacetRequest("rating", "range", bounds=(2.0, 3.5, 4.5)),
)


@pytest.mark.parametrize("kind", ["lexical", "dense", "hybrid"])
@pytest.mark.parametrize("filtered", [False, True])
def test_both_ways_of_counting_agree(
    reader: EmbeddedReader, monkeypatch: pytest.MonkeyPatch, kind: str, filtered: bool
) -> None:
    words = tuple(Slot((Alternative((word,)),)) for word in ("w1", "w2"))
    plan = Plan(
        text=None if kind == "dense" else TextClause(words, {"words": {"title": 1.0, "description": 1.0}}, 0.5),
        vector=None if kind == "lexical" else unit(np.random.default_rng(4)),
        filter=And((AnyOf("brand", ("B1", "B2")), Range("price", 5, 60))) if filtered else None,
        facets=REQUESTS,
        candidates=40,
    )
    from_columns = reader.search(plan)
    monkeypatch.setattr(searching, "KNOWN", 0)
    monkeypatch.setattr(counting.Counting, "_counts", counted_in_index)
    in_index = reader.search(plan)
    assert from_columns.total == in_index.total > 0
    for one, other in zip(from_columns.facets, in_index.facets, strict=True):
        assert [(value.value, value.count, value.selected) for value in one.values] == [
            (value.value, value.count, value.selected) for value in other.values
        ], one.field
        assert (one.low, one.high) == (other.low, other.high)


def counted_in_index(self: Counting, requests: Sequence[FacetRequest], over: MatchSet) -> list[Counts]:
    return count(self, requests, replace(over, rows=None))


count = Counting._counts


def test_further_facets_are_chosen_from_the_page(reader: EmbeddedReader) -> None:
    seen: list[int] = []

    def more(page: object) -> tuple[FacetRequest, ...]:
        seen.append(len(page))  # type: ignore[arg-type]
        return (FacetRequest("color"),)

    found = reader.search(Plan(facets=(FacetRequest("brand"),), limit=5), more)
    assert seen == [5]
    assert [facet.field for facet in found.facets] == ["brand", "attributes.color"]
