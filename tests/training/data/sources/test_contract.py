"""What every source keeps (see shelfwise/training/data/base.py), found by itself."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shelfwise.training.data import sources
from shelfwise.training.data.base import Source
from shelfwise.training.data.sources.catalog import Catalog
from shelfwise.training.data.sources.judgments import Judgments
from shelfwise.training.data.sources.log import Log
from shelfwise.training.data.sources.questions import Questions
from shelfwise.training.data.sources.reviews import Reviews, Said
from shelfwise.types import Product

PRODUCTS = {id: Product(id, f"Thing {id}", description=f"A {id} thing.", category=("Things",)) for id in ("p1", "p2")}


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def log(folder: Path) -> Source:
    click = {
        "query_id": "1",
        "user_query": "thing",
        "action_name": "click",
        "event_attributes": {"object": {"object_id": "p1"}},
    }
    return Log(write(folder, "log.ndjson", json.dumps(click) + "\n"), PRODUCTS)


MAKERS: dict[str, Callable[[Path], Source]] = {
    "catalog": lambda folder: Catalog(PRODUCTS.values()),
    "judgments": lambda folder: Judgments(
        write(folder, "judgments.csv", "query,docid,rating\nthing,p1,3\nthing,p2,0\n"), PRODUCTS
    ),
    "questions": lambda folder: Questions(write(folder, "pairs.csv", "question,candidate,label\nbig?,yes,1\n")),
    "log": log,
    "reviews": lambda folder: Reviews([Said("p1", "a fine thing")], PRODUCTS),
}
FOUND = [
    thing
    for each in pkgutil.iter_modules(sources.__path__, f"{sources.__name__}.")
    for _, thing in inspect.getmembers(importlib.import_module(each.name), inspect.isclass)
    if thing.__module__ == each.name and hasattr(thing, "examples")
]


def test_every_source_is_tested() -> None:
    assert {thing.name for thing in FOUND} == set(MAKERS)


@pytest.mark.parametrize("name", MAKERS)
def test_examples_say_where_they_are_from_and_come_again_the_same(name: str, tmp_path: Path) -> None:
    source = MAKERS[name](tmp_path)
    first = list(source.examples())
    assert source.name == name
    assert first
    assert list(source.examples()) == first
    assert all(example.source == name and example.group and example.texts for example in first)
    assert isinstance(source.notes(), tuple)
