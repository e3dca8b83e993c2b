"""The HTTP API: every route answers in the documented shape, and every mistake is named."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from pydantic import BaseModel

from shelfwise.errors import InputError, NoIndexError, StorageError
from shelfwise.service.wire import ErrorOut, Patched, ProductWire, ReviewsOut, Written
from shelfwise.service.wire_search import ProductsOut, SearchOut, SuggestOut
from shelfwise.types import And, AnyOf, Range

ANSWERS: list[tuple[str, type[BaseModel]]] = [
    ("/v1/search", SearchOut),
    ("/v1/search?q=phone&sort=-price&offset=3&limit=2&explain=true", SearchOut),
    ('/v1/search?q=phone&filters={"brand":["Nova"]}&filter=price:100..9000&facets=brand&facets=price', SearchOut),
    ("/v1/search?q=nothingatall", SearchOut),
    ("/v1/suggest?q=no", SuggestOut),
    ("/v1/products?limit=3&offset=2&filter=brand:Nova", ProductsOut),
    ("/v1/products/boots-3", ProductWire),
    ("/v1/products/phone-4/reviews?limit=2", ReviewsOut),
    ("/v1/similar/phone-4?limit=3", SearchOut),
]


@pytest.mark.parametrize(("path", "model"), ANSWERS)
def test_answers_have_the_documented_shape(any_client: Any, path: str, model: type[BaseModel]) -> None:
    answer = any_client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    model.model_validate(answer.json())


def test_search_hands_everything_to_the_shop(client: Any, shop: Any) -> None:
    body = {
        "q": "phone",
        "shopper": "u1",
        "locale": "zh",
        "filters": {"brand": ["Nova"], "price": [1, 9000]},
        "facets": ["brand"],
        "sort": "price",
        "offset": 1,
        "limit": 2,
        "mode": "lexical",
        "correct": False,
        "explain": False,
    }
    answer = client.post("/v1/search", json=body).json()
    query = shop.asked[-1]
    assert query.filters == And((AnyOf("brand", ("Nova",)), Range("price", 1.0, 9000.0)))
    assert (query.text, query.shopper, query.locale, query.facets) == ("phone", "u1", "zh", ("brand",))
    assert (query.sort, query.page.offset, query.page.limit, query.mode) == ("price", 1, 2, "lexical")
    assert (query.correct, query.explain) == (False, False)
    assert [item["position"] for item in answer["items"]] == [1, 2]


def test_get_and_post_ask_the_same(client: Any, shop: Any) -> None:
    client.get('/v1/search?q=手机&filters={"brand":["Nova"]}&limit=5&facets=brand')
    client.post("/v1/search", json={"q": "手机", "filters": {"brand": ["Nova"]}, "limit": 5, "facets": ["brand"]})
    assert shop.asked[-1] == shop.asked[-2]


def test_explanations_highlights_and_corrections_come_through(client: Any) -> None:
    answer = client.get("/v1/search?q=fone").json()
    assert answer["corrections"] == [{"original": "fone", "corrected": "phone", "confidence": 0.9}]
    assert ["phone", True] in answer["items"][0]["highlights"]["title"]
    assert answer["items"][0]["why"]["reason"]["zh"]
    assert answer["took"]["dense"] == 2.2


MISTAKES: list[tuple[str, int, str, str | None]] = [
    ("/v1/search?q=" + "a" * 1001, 422, "invalid", "q"),
    ("/v1/search?q=" + "a" * 9000, 414, "address_too_long", None),
    ("/v1/search?q=%00", 422, "invalid", "q"),
    ("/v1/search?limit=101", 422, "invalid", "limit"),
    ("/v1/search?limit=-1", 422, "invalid", "limit"),
    ("/v1/search?limit=ten", 422, "invalid", "limit"),
    ("/v1/search?offset=9901&limit=1", 422, "invalid", "offset"),
    ("/v1/search?offset=99999999999999999999", 422, "invalid", "offset"),
    ("/v1/search?sort=cheap", 422, "invalid", "sort"),
    ("/v1/search?locale=fr", 422, "invalid", "locale"),
    ("/v1/search?mode=magic", 422, "invalid", "mode"),
    ("/v1/search?limt=3", 422, "invalid", "limt"),
    ("/v1/search?facets=brand%3Bdrop", 422, "invalid", "facets.0"),
    ("/v1/search?filters={", 422, "invalid", "filters"),
    ("/v1/search?filters=[1]", 422, "invalid", "filters"),
    ('/v1/search?filters={"price":{"over":3}}', 422, "invalid", "filters"),
    ("/v1/search?filter=nonsense", 422, "invalid", "filter"),
    ("/v1/search?filter=colour:red", 422, "invalid", None),
    ("/v1/suggest", 422, "invalid", "q"),
    ("/v1/suggest?q=a&limit=0", 422, "invalid", "limit"),
    ("/v1/products/nope", 404, "not_found", None),
    ("/v1/products/nope/reviews", 404, "not_found", None),
    ("/v1/similar/nope", 404, "not_found", None),
    ("/v1/similar/phone-4?limit=51", 422, "invalid", "limit"),
    ("/v1/nothing", 404, "not_found", None),
    ("/pictures/nope.svg", 404, "not_found", None),
]


@pytest.mark.parametrize(("path", "status", "code", "field"), MISTAKES)
def test_mistakes_are_named(any_client: Any, path: str, status: int, code: str, field: str | None) -> None:
    answer = any_client.get(path)
    assert answer.status_code == status, answer.text
    error = ErrorOut.model_validate(answer.json()).error
    assert (error.code, error.field) == (code, field)
    assert error.message


BODIES: list[tuple[str, str, bytes, int, str, str | None]] = [
    ("POST", "/v1/search", b"{", 400, "malformed", "body"),
    ("POST", "/v1/search", b"\xff\xfe", 400, "malformed", "body"),
    ("POST", "/v1/search", b"[]", 422, "invalid", "body"),
    ("POST", "/v1/search", b'{"q": 3}', 422, "invalid", "q"),
    ("POST", "/v1/search", b'{"query": "x"}', 422, "invalid", "query"),
    ("POST", "/v1/search", b'{"filters": {"price": {"min": "low"}}}', 422, "invalid", "filters"),
    ("PUT", "/v1/products", b'{"products": []}', 422, "invalid", "products"),
    ("PUT", "/v1/products", b'{"products": [{"id": "a b", "title": "x"}]}', 422, "invalid", "products.0.id"),
    ("PUT", "/v1/products", b'{"products": [{"id": "a"}]}', 422, "invalid", "products.0.title"),
    ("PUT", "/v1/products/other", b'{"id": "a", "title": "x"}', 422, "invalid", "id"),
    (
        "PUT",
        "/v1/products/a",
        b'{"id": "a", "title": "x", "price": {"amount": "NaN", "currency": "CNY"}}',
        422,
        "invalid",
        "price.amount",
    ),
    ("PUT", "/v1/products/a", b'{"id": "a", "title": "x", "colour": 1}', 422, "invalid", "colour"),
    ("PATCH", "/v1/products", b'{"offers": [{"id": "a", "stock": -1}]}', 422, "invalid", "offers.0.stock"),
    ("DELETE", "/v1/products", b"", 422, "invalid", "id"),
    ("DELETE", "/v1/products/nope", b"", 404, "not_found", None),
    ("POST", "/v1/products", b"{}", 405, "method_not_allowed", None),
]


@pytest.mark.parametrize("case", BODIES, ids=lambda case: f"{case[0]} {case[1]} {case[2][:40]!r}")
def test_bad_bodies_are_named(any_client: Any, case: tuple[str, str, bytes, int, str, str | None]) -> None:
    method, path, body, status, code, field = case
    answer = any_client.request(method, path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    error = ErrorOut.model_validate(answer.json()).error
    assert (error.code, error.field) == (code, field)


def test_products_written_can_be_read_patched_and_deleted(any_client: Any) -> None:
    product = {
        "id": "new/1",
        "title": "New thing",
        "category": ["Home"],
        "attributes": {"color": "red", "size": {"value": 4.0, "unit": "cm"}, "ports": ["a", "b"], "new": True},
        "price": {"amount": "12.50", "currency": "CNY"},
        "translations": {"zh": {"title": "新东西"}},
        "released": "2024-01-02T00:00:00+00:00",
    }
    written = any_client.put("/v1/products", json={"products": [product]})
    assert Written.model_validate(written.json()).count == 1
    assert any_client.get("/v1/products/new%2F1").json() == product
    offers = {"offers": [{"id": "new/1", "stock": 3, "price": {"amount": 9, "currency": "CNY"}}, {"id": "gone"}]}
    patched = Patched.model_validate(any_client.patch("/v1/products", json=offers).json())
    assert (patched.count, patched.not_found) == (1, ["gone"])
    assert any_client.get("/v1/products/new%2F1").json()["stock"] == 3
    assert any_client.get("/v1/products/new%2F1").json()["price"]["amount"] == "9"
    assert any_client.delete("/v1/products?id=new/1&id=gone").json() == {"count": 1}
    assert any_client.get("/v1/products/new%2F1").status_code == 404


def test_health_readiness_and_metrics(client: Any, shop: Any) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json()["ready"] is True
    shop.degraded = ("encoder",)
    client.get("/v1/search?q=phone")
    client.get("/v1/search?q=nothingatall")
    client.get("/v1/products/phone-4")
    text = client.get("/metrics").text
    assert 'shelfwise_requests_total{method="GET",route="/v1/search",status="200"} 2.0' in text
    assert 'route="/v1/products/{id:path}"' in text
    assert "phone-4" not in text
    assert 'shelfwise_search_stage_seconds_count{stage="dense"} 2.0' in text
    assert 'shelfwise_degraded_total{part="encoder"} 2.0' in text
    assert "shelfwise_zero_results_total 1.0" in text
    shop.fail = NoIndexError("The shop has no index.", hint="Run: shelfwise index")
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NoIndexError("There is no index.", hint="Run: shelfwise index"), 503, "no_index"),
        (StorageError("The disk is full."), 503, "storage"),
        (InputError("Unknown filter field 'x'."), 422, "invalid"),
        (RuntimeError("secret in a folder"), 500, "internal"),
    ],
)
def test_failures_of_the_shop_are_told_without_their_inside(
    client: Any, shop: Any, error: Exception, status: int, code: str
) -> None:
    shop.fail = error
    answer = client.get("/v1/search?q=phone")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    page = client.get("/search?q=phone")
    assert page.status_code == status
    assert "secret" not in page.text
    assert "<h1>" in page.text


def test_openapi_documents_every_route_with_errors_and_examples(client: Any) -> None:
    document = client.get("/openapi.json").json()
    assert {"/v1/search", "/v1/suggest", "/v1/products", "/v1/products/{id}", "/v1/similar/{id}"} <= set(
        document["paths"]
    )
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["description"], path
            if path.startswith("/v1"):
                assert "422" in operation["responses"]
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorOut"), path
    assert "examples" in document["components"]["schemas"]["ProductWire"]


def test_docs_are_a_page_of_our_own(client: Any) -> None:
    page = client.get("/docs").text
    assert "/v1/similar/{id}" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.replace('href="http://127.0.0.1', ""))


def test_an_amount_is_a_text_that_loses_nothing(any_client: Any) -> None:
    raw = b'{"id": "m", "title": "x", "price": {"amount": "1234567890.99", "currency": "CNY"}}'
    assert (
        any_client.put("/v1/products/m", content=raw, headers={"content-type": "application/json"}).status_code == 200
    )
    assert orjson.loads(any_client.get("/v1/products/m").content)["price"]["amount"] == "1234567890.99"
