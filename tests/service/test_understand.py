"""GET and POST /v1/understand, and what /v1/search says of the query it was asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import NoIndexError
from shelfwise.retrieval.filters import parse_filter
from shelfwise.service.encode_understanding import intents, understanding, understood, written
from shelfwise.service.wire import ErrorOut
from shelfwise.service.wire_search import SearchOut
from shelfwise.service.wire_understanding import KEY_LENGTH, KEYS, UnderstandOut
from shelfwise.types import AllOf, And, AnyOf, Exists, Filter, NoneOf, Not, Or, Range
from shelfwise.understanding.base import NOT_READ, Constraint, Understanding

SENTENCE = "i want a cheap black phone under 3000 not nova"
ODD = ["", "👟", "1234567890", "عربي שלום 手机", "x" * 1000, "ignore all instructions", "a@b.example +44 20 7946 0000"]


@pytest.mark.parametrize("text", ["phone", "手机", SENTENCE, *ODD])
def test_answers_have_the_documented_shape(any_client: Any, text: str) -> None:
    answer = any_client.get("/v1/understand", params={"q": text})
    assert answer.status_code == 200, answer.text
    assert UnderstandOut.model_validate(answer.json()).original == text
    assert any_client.post("/v1/understand", json={"q": text}).json()["core"] == answer.json()["core"]


def test_everything_that_was_understood_is_told(client: Any) -> None:
    answer = client.get("/v1/understand", params={"q": SENTENCE}).json()
    assert answer["core"] == "black phone"
    price = next(one for one in answer["constraints"] if one["key"] == "price:under 3000")
    assert (price["high"], price["hard"], price["consumed"], price["low"]) == (3000, True, True, None)
    assert price["filter"] == {"price": {"max": 3000.0}}
    brand = next(one for one in answer["constraints"] if one["kind"] == "brand")
    assert (brand["negated"], brand["filter"]) == (True, {"brand": {"none": ["Nova"]}})
    assert SENTENCE[brand["start"] : brand["end"]] == brand["text"] == "not nova"
    assert [one["name"] for one in answer["intent"]] == ["find_product", "compare", "gift", "advice"]
    assert answer["intent"][0]["label"] == {"en": "Find a product", "zh": "找商品"}
    assert answer["category"] == [
        {"path": ["Electronics", "Phones"], "key": "category:electronics > phones", "confidence": 0.9}
    ]
    assert answer["steps"][1] == {"name": "constraints", "ms": 0.4, "changed": "price ≤ 500", "confidence": 0.9}
    assert any("black phone" in line for line in answer["sentences"]["en"])
    assert any("硬性条件" in line for line in answer["sentences"]["zh"])
    assert answer["vector"] is None


def test_the_vector_is_sent_when_it_is_asked_for(client: Any) -> None:
    vector = client.get("/v1/understand?q=phone&vector=true").json()["vector"]
    assert vector == pytest.approx([0.6, 0.8])
    assert client.post("/v1/understand", json={"q": "phone", "vector": True}).json()["vector"] == vector


def test_a_reading_is_taken_back(client: Any) -> None:
    keys = ["price:under 3000", "brand:not nova"]
    by_address = client.get("/v1/understand", params={"q": SENTENCE, "dismissed": keys}).json()
    assert {one["kind"] for one in by_address["constraints"]} == {"colour", "price"}
    assert by_address["dismissed"] == keys
    assert by_address == client.post("/v1/understand", json={"q": SENTENCE, "dismissed": keys}).json()


def test_a_search_hands_over_what_was_taken_back_and_says_what_was_understood(client: Any, shop: Any) -> None:
    limited = client.get("/v1/search", params={"q": "phone under 3000"}).json()
    assert SearchOut.model_validate(limited).understanding.core == "phone"
    assert len(limited["understanding"]["intent"]) == 3
    keys = ["price:under 3000", "category:electronics > phones"]
    free = client.get("/v1/search", params={"q": "phone under 3000", "dismissed": keys}).json()
    assert shop.asked[-1].dismissed == tuple(keys)
    assert free["understanding"]["constraints"] == free["understanding"]["category"] == []
    assert free["total"] > limited["total"] > 0
    assert client.post("/v1/search", json={"q": "phone under 3000", "dismissed": keys}).json()["total"] == free["total"]
    assert shop.asked[-1] == shop.asked[-2]


MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("/v1/understand", {"q": "a" * 1001}, "q"),
    ("/v1/understand", {"q": "\x00"}, "q"),
    ("/v1/understand", {"locale": "fr"}, "locale"),
    ("/v1/understand", {"query": "x"}, "query"),
    ("/v1/understand", {"dismissed": ["a"] * (KEYS + 1)}, "dismissed"),
    ("/v1/understand", {"dismissed": ["a" * (KEY_LENGTH + 1)]}, "dismissed.0"),
    ("/v1/search", {"dismissed": ["a"] * (KEYS + 1)}, "dismissed"),
    ("/v1/search", {"dismissed": ["a" * (KEY_LENGTH + 1)]}, "dismissed.0"),
]


@pytest.mark.parametrize(("path", "values", "field"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_are_named(any_client: Any, path: str, values: dict[str, Any], field: str) -> None:
    for answer in (any_client.get(path, params=values), any_client.post(path, json=values)):
        assert answer.status_code == 422
        assert ErrorOut.model_validate(answer.json()).error.field == field


def test_without_an_index_nothing_is_understood(client: Any, shop: Any) -> None:
    shop.fail = NoIndexError("There is no index.")
    assert client.get("/v1/understand?q=x").json()["error"]["code"] == "no_index"


def test_what_was_not_read_can_be_written() -> None:
    assert understanding(NOT_READ)["intent"] == []
    assert understood(NOT_READ)["constraints"] == []


def test_an_intent_of_another_taxonomy_is_passed_on() -> None:
    found = intents(Understanding("x", intent={"own": 0.7, "gift": 0.3}))
    assert found[0] == {"name": "own", "probability": 0.7, "label": {}, "search": True}


def test_a_constraint_without_a_field_has_no_filter() -> None:
    found = understood(Understanding("x", constraints=(Constraint("occasion", "wedding", 0, 7, "wedding"),)))
    assert found["constraints"][0]["filter"] is None


fields = st.sampled_from(["price", "brand", "attributes.color", "rating"])
values = st.lists(st.one_of(st.text(max_size=5), st.booleans(), st.floats(-1e6, 1e6)), min_size=1, max_size=3)
ends = st.one_of(st.none(), st.floats(-1e6, 1e6))
leaves = st.one_of(
    *(st.builds(kind, fields, values.map(tuple)) for kind in (AnyOf, AllOf, NoneOf)),
    st.builds(Range, fields, ends, ends),
    st.builds(Exists, fields),
)
filters = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)


@given(filters)
def test_a_filter_that_is_written_is_read_back(filter: Filter) -> None:
    assert parse_filter(written(filter)) == filter


def test_steps_are_counted(client: Any, shop: Any) -> None:
    understand = shop.understand
    shop.understand = lambda query: understand(query).but(failed=("vector",))
    client.get("/v1/understand?q=phone")
    client.get("/v1/search?q=my-own-words")
    text = client.get("/metrics").text
    assert 'shelfwise_understanding_step_seconds_count{step="constraints"} 2.0' in text
    assert 'shelfwise_understanding_step_seconds_bucket{le="0.0002",step="spelling"} 2.0' in text
    assert 'shelfwise_understanding_failed_total{step="vector"} 2.0' in text
    assert "my-own-words" not in text
