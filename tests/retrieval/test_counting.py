"""Facets that leave out their own filter count what a search without that filter finds, however they are counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from shelfwise.retrieval import candidates, searching
from shelfwise.retrieval.base import Alternative, Change, FacetRequest, Plan, Slot, TextClause
from shelfwise.retrieval.embedded import EmbeddedEngine, EmbeddedReader
from shelfwise.retrieval.filters import without_field
from shelfwise.types import And, AnyOf, Facet, Filter, Range
from tests.retrieval.engine_corpus import TEXT_FIELDS, catalogue, unit

WORDS = tuple(Slot((Alternative((word,)),)) for word in ("w1", "w2"))
FILTER = And((AnyOf("brand", ("B1", "B2")), Range("price", 5, 60), AnyOf("color", ("red", "blue", "black"))))
REQUESTS = (
    FacetRequest("brand"),
    FacetRequest("color"),
    FacetRequest("size"),
    FacetRequest("price", "range", bounds=(5.0, 20.0, 60.0)),
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedReader]:
    folder = tmp_path_factory.mktemp("counting") / "engine"
    engine = EmbeddedEngine(TEXT_FIELDS)
    engine.build(catalogue(400), folder)
    made = engine.open(folder)
    made.apply([Change("upsert", item.id, item) for item in catalogue(30, seed=3)])
    yield made
    made.close()


def plan(filter: Filter | None, vector: bool = False, **more: object) -> Plan:
    text = TextClause(WORDS, {"words": {"title": 1.0, "description": 1.0}}, 0.5)
    return Plan(text, unit(np.random.default_rng(4)) if vector else None, filter, candidates=30, **more)  # type: ignore[arg-type]


def pairs(facet: Facet) -> dict[str, int]:
    return {value.value: value.count for value in facet.values if value.count}


@pytest.mark.parametrize("known", [20_000, 20, 0], ids=["all listed", "filtered ones listed", "none listed"])
@pytest.mark.parametrize("later", [False, True], ids=["asked at once", "chosen from the page"])
def test_words_alone(reader: EmbeddedReader, monkeypatch: pytest.MonkeyPatch, known: int, later: bool) -> None:
    expected = {}
    for request in REQUESTS:
        other = without_field(FILTER, reader.fields.name(request.field))
        other = without_field(other, request.field)
        apart = replace(request, exclude_own=False)
        expected[request.field] = pairs(reader.search(plan(other, facets=(apart,))).facets[0])
    monkeypatch.setattr(candidates, "KNOWN", known)
    monkeypatch.setattr(searching, "KNOWN", known)
    found = (
        reader.search(plan(FILTER), lambda page: REQUESTS) if later else reader.search(plan(FILTER, facets=REQUESTS))
    )
    assert found.total > 0
    assert {request.field: pairs(facet) for request, facet in zip(REQUESTS, found.facets, strict=True)} == expected


def test_vectors_add_to_what_words_find(reader: EmbeddedReader) -> None:
    both = reader.search(plan(FILTER, vector=True, facets=REQUESTS))
    words = reader.search(plan(FILTER, facets=REQUESTS))
    assert both.total > words.total
    for one, other in zip(both.facets, words.facets, strict=True):
        assert all(pairs(one)[value] >= count for value, count in pairs(other).items()), one.field
    brands = {value.value: value.count for value in both.facets[0].values if value.selected}
    assert sum(brands.values()) == both.total


def test_browsing(reader: EmbeddedReader) -> None:
    found = reader.search(Plan(filter=FILTER, facets=REQUESTS))
    for request, facet in zip(REQUESTS, found.facets, strict=True):
        other = without_field(FILTER, request.field)
        apart = reader.search(Plan(filter=other, facets=(replace(request, exclude_own=False),), limit=0))
        assert pairs(facet) == pairs(apart.facets[0])
