"""/v1/profile: for those who have the key; what it says, forgets and merges."""

from __future__ import annotations

import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from shelfwise.service.app import create_app
from shelfwise.service.wire import ErrorOut
from shelfwise.service.wire_profile import ProfileOut
from shelfwise.types import Event

CALLS = [("get", "/v1/profile/ann"), ("delete", "/v1/profile/ann"), ("post", "/v1/profile/ann/merge?visitor=v")]


@pytest.fixture
def visited(any_shop: Any, any_client: Any) -> Any:
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    any_shop.record(
        [
            Event("read-1", "click", "read-ann", now, product="phone-4", query_id="q"),
            Event("read-2", "search", "read-ann", now, text="手机"),
            Event("read-3", "favourite", "read-v7", now, product="boots-3"),
        ]
    )
    return any_client


def test_a_profile_in_the_documented_shape(visited: Any) -> None:
    answer = visited.get("/v1/profile/read-ann?locale=zh")
    assert answer.status_code == 200, answer.text
    profile = ProfileOut.model_validate(answer.json())
    assert (profile.shopper, profile.events, profile.stage) == ("read-ann", 2, "browsing")
    assert [touch.product for touch in profile.recent] == ["phone-4"]
    assert [searched.text for searched in profile.searches] == ["手机"]
    assert profile.interests["category"]
    assert {belief.topic for belief in profile.beliefs} >= {"stage", "category", "searches"}
    assert "手机" in "".join(belief.text for belief in profile.beliefs if belief.topic == "category")


def test_a_stranger_has_an_empty_profile(any_client: Any) -> None:
    profile = ProfileOut.model_validate(any_client.get("/v1/profile/nobody").json())
    assert (profile.events, profile.beliefs, profile.vector, profile.stage) == (0, [], None, "new")


def test_forgetting(visited: Any) -> None:
    assert visited.delete("/v1/profile/read-ann").json() == {"count": 2}
    assert visited.get("/v1/profile/read-ann").json()["events"] == 0
    assert visited.delete("/v1/profile/read-ann").json() == {"count": 0}
    assert visited.get("/v1/profile/read-v7").json()["events"] == 1


def test_merging(visited: Any) -> None:
    assert visited.post("/v1/profile/read-ann/merge?visitor=read-v7").json() == {"count": 1}
    assert visited.get("/v1/profile/read-ann").json()["events"] == 3
    assert visited.get("/v1/profile/read-v7").json()["shopper"] == "read-ann"


def test_a_name_may_hold_a_slash_and_chinese(any_client: Any) -> None:
    assert any_client.get("/v1/profile/a%2F小明").json()["shopper"] == "a/小明"


@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("get", "/v1/profile/" + "a" * 300, "shopper"),
        ("get", "/v1/profile/a%00b", "shopper"),
        ("get", "/v1/profile/ann?locale=fr", "locale"),
        ("get", "/v1/profile/ann?verbose=1", "verbose"),
        ("post", "/v1/profile/ann/merge", "visitor"),
        ("post", "/v1/profile/ann/merge?visitor=" + "a" * 300, "visitor"),
        ("post", "/v1/profile/ann/merge?visitor=ann", None),
    ],
)
def test_mistakes_are_named(any_client: Any, method: str, path: str, field: str | None) -> None:
    answer = getattr(any_client, method)(path)
    assert answer.status_code in (400, 422), answer.text
    assert ErrorOut.model_validate(answer.json()).error.field == field


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_only_with_the_key(shop: Any, method: str, path: str) -> None:
    client = TestClient(create_app(shop, clock=time.monotonic, api_key="secret"))
    assert getattr(client, method)(path).status_code == 401
    assert getattr(client, method)(path, headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert getattr(client, method)(path, headers={"Authorization": "Bearer secret"}).status_code == 200


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_server_that_others_can_reach_shows_no_profile_without_a_key(shop: Any, method: str, path: str) -> None:
    client = TestClient(create_app(shop, clock=time.monotonic, host="0.0.0.0"))
    assert getattr(client, method)(path).status_code == 403
