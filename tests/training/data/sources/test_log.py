from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shelfwise.errors import InputError
from shelfwise.retrieval.document import encoder_text
from shelfwise.training.data.examples import Example
from shelfwise.training.data.sources.log import Log
from shelfwise.types import Product

PRODUCTS = {id: Product(id, f"Product {id}") for id in "abcdef"}


def query(id: str, text: str) -> dict[str, Any]:
    return {"query_id": id, "user_query": text, "timestamp": "2026-01-01T00:00:00Z"}


def event(id: str, action: str, product: str, position: int | None = None, **more: Any) -> dict[str, Any]:
    inside: dict[str, Any] = {"object": {"object_id": product}}
    if position is not None:
        inside["position"] = {"ordinal": position}
    return {"query_id": id, "action_name": action, "event_attributes": inside, **more}


def read(tmp_path: Path, *entries: Any, products: dict[str, Product] | None = None) -> tuple[list[Example], Log]:
    path = tmp_path / "log.ndjson"
    path.write_text("".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in entries), "utf-8")
    source = Log(path, PRODUCTS if products is None else products)
    return list(source.examples()), source


def page(id: str, *shown: str) -> list[dict[str, Any]]:
    return [event(id, "impression", product, place) for place, product in enumerate(shown)]


def graded(example: Example) -> dict[str, float]:
    names = {encoder_text(product): id for id, product in PRODUCTS.items()}
    return {names[text]: grade for text, grade in zip(example.texts, example.grades, strict=True)}


def test_a_purchase_says_more_than_a_click_and_what_was_passed_over_is_a_negative(tmp_path: Path) -> None:
    [example], source = read(
        tmp_path,
        query("1", "red boots"),
        *page("1", "a", "b", "c", "d", "e"),
        event("1", "click", "b", 1),
        event("1", "click", "d", 3),
        event("1", "add_to_cart", "d"),
        event("1", "purchase", "d"),
        event("1", "click", "d", 3),
    )
    assert graded(example) == {"b": 0.5, "d": 1.0, "a": 0.0, "c": 0.0}  # e stands below every click: nobody knows
    assert (example.query, example.group, example.source) == ("red boots", "red boots", "log")
    assert source.notes() == ()


def test_what_somebody_clicked_is_no_negative_of_the_query(tmp_path: Path) -> None:
    [example], _ = read(
        tmp_path,
        query("1", "Boots"),
        query("2", " boots "),
        *page("1", "a", "b"),
        *page("2", "a", "b", "c"),
        event("1", "click", "a", 0),
        event("2", "click", "c", 2),
    )
    assert graded(example) == {"a": 0.5, "c": 0.5, "b": 0.0}


def test_a_page_without_a_click_says_nothing(tmp_path: Path) -> None:
    [example], _ = read(tmp_path, query("1", "x1"), query("2", "y1"), *page("1", "a", "b"), event("2", "click", "a"))
    assert example.query == "y1"


def test_the_text_of_a_query_may_come_with_its_events(tmp_path: Path) -> None:
    typed = {"query_id": "2", "action_name": "on_search", "message_type": "QUERY", "message": "caps"}
    boots, caps = read(tmp_path, event("1", "click", "a", user_query="boots"), event("2", "item_click", "b"), typed)[0]
    assert [boots.query, caps.query] == ["boots", "caps"]


def test_the_time_is_that_of_the_last_event(tmp_path: Path) -> None:
    [example], _ = read(
        tmp_path,
        query("1", "boots"),
        event("1", "click", "a", timestamp=1_700_000_000_000),
        event("1", "click", "b", timestamp="2023-11-14T22:13:21.500Z"),
        event("1", "click", "c", timestamp="yesterday"),
    )
    assert example.time == 1_700_000_001.5


def test_a_product_that_is_not_in_the_catalogue(tmp_path: Path) -> None:
    described = event("1", "click", "x")
    described["event_attributes"]["object"]["description"] = " A red boot "
    other = event("1", "click", "y")
    other["event_attributes"]["object"]["internal_id"] = "a"
    [example], source = read(tmp_path, query("1", "boots"), described, other, event("1", "click", "z"))
    assert example.texts == ("A red boot", encoder_text(PRODUCTS["a"]))
    assert source.notes() == ("log.ndjson: 1 products are not in the catalogue.",)


def test_lines_that_are_no_objects_are_counted(tmp_path: Path) -> None:
    lost = event("7", "click", "a")
    [_], source = read(tmp_path, {"index": {}}, "", "{", "[1]", lost, query("1", "boots"), event("1", "click", "a"))
    assert source.notes() == (
        "log.ndjson: 2 lines are not JSON objects, the first is line 3.",
        "log.ndjson: 1 events belong to no query with a text.",
    )


def test_notes_and_errors_hold_no_text_of_a_shopper(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no query with a click or purchase") as raised:
        read(tmp_path, query("1", "my secret"), event("1", "click", "z"))
    assert "secret" not in str(raised.value)


@pytest.mark.data("ubi")
def test_reads_the_real_format(data: Path) -> None:
    source = Log(data / "ubi_queries_events.ndjson")
    examples = list(source.examples())
    assert len(examples) == len({example.query.casefold() for example in examples}) > 20
    assert all(example.positives for example in examples)
    assert sum(len(example.negatives) for example in examples) > 50
    assert all(example.time for example in examples)
