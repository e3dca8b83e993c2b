"""GET /v1/recommend: the documented shape, and every mistake named."""

from __future__ import annotations

from typing import Any

import pytest

from shelfwise.errors import StorageError
from shelfwise.service.wire import ErrorOut
from shelfwise.service.wire_recommend import RecommendOut

ASKED = (
    "",
    "?placement=home&shopper=ann&limit=4",
    "?placement=product&seed=phone-4&shopper=ann",
    "?placement=cart&seed=phone-4&seed=boots-3&exclude=phone-8",
    "?placement=category&category=Electronics",
    "?placement=zero_results&q=nothing+like+it&region=north",
    "?placement=search&q=phone&shopper=ann",
    "?placement=email&shopper=ann&limit=20",
)


@pytest.mark.parametrize("asked", ASKED)
def test_answers_have_the_documented_shape(any_client: Any, asked: str) -> None:
    answer = any_client.get(f"/v1/recommend{asked}")
    assert answer.status_code == 200, answer.text
    found = RecommendOut.model_validate(answer.json())
    shown = [item.product.id for row in found.rows for item in row.items]
    assert len(shown) == len(set(shown))
    assert not [id for id in shown if f"={id}" in asked]
    limit = int(asked.partition("limit=")[2] or 12)
    for row in found.rows:
        assert 0 < len(row.items) <= limit
        assert [item.position for item in row.items] == list(range(len(row.items)))
        assert all(item.why.reason["en"] and item.why.reason["zh"] for item in row.items)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("?placement=attic", "placement"),
        ("?limit=0", "limit"),
        ("?limit=51", "limit"),
        ("?limit=many", "limit"),
        ("?seed=", "seed"),
        ("?seed=a%20b", "seed"),
        ("?" + "&".join(f"seed=p{n}" for n in range(51)), "seed"),
        ("?" + "&".join(f"exclude=p{n}" for n in range(201)), "exclude"),
        ("?shopper=", "shopper"),
        ("?shopper=" + "x" * 201, "shopper"),
        ("?category=" + "x" * 1_001, "category"),
        ("?q=" + "x" * 501, "q"),
        ("?seeds=p1", "seeds"),
    ],
)
def test_a_mistake_is_named(client: Any, asked: str, field: str) -> None:
    answer = client.get(f"/v1/recommend{asked}")
    assert answer.status_code == 422, answer.text
    error = ErrorOut.model_validate(answer.json()).error
    assert (error.field or "").split(".")[0] == field


@pytest.mark.parametrize(("placement", "missing"), [("product", "seeds"), ("category", "category")])
def test_a_placement_says_what_it_needs(real_client: Any, placement: str, missing: str) -> None:
    answer = real_client.get(f"/v1/recommend?placement={placement}")
    assert answer.status_code == 422
    assert missing in answer.json()["error"]["message"]


def test_an_unknown_seed_is_no_error(real_client: Any) -> None:
    assert real_client.get("/v1/recommend?placement=product&seed=never-was").status_code == 200


def test_a_disk_that_refuses(client: Any, shop: Any) -> None:
    shop.fail = StorageError("events.db: no.")
    assert client.get("/v1/recommend").status_code == 503
