"""POST /v1/events: good events go in, bad ones are told, nobody may flood it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from shelfwise.behaviour.base import Receipt
from shelfwise.errors import BusyError, StorageError
from shelfwise.service.pace import BURST, HELD, PER_SECOND, Pace
from shelfwise.service.wire_events import BATCH, BODY, EventsIn
from shelfwise.types import Event

NOW = datetime.now(UTC)
NOTHING = {"accepted": 0, "repeated": 0, "withheld": 0, "refused": [], "marks": {}}


def click(id: str, **values: Any) -> dict[str, Any]:
    given = {"id": id, "kind": "click", "shopper": "ann", "time": NOW.isoformat(), "product": "phone-4"}
    return given | {"query_id": "q1", "position": 2} | values


def send(client: TestClient, *events: Any, **more: Any) -> Any:
    return client.post("/v1/events", json={"events": list(events), **more})


def test_events_are_durable_when_answered(any_client: TestClient, any_shop: Any) -> None:
    answer = send(any_client, click("once"), click("twice"))
    assert answer.status_code == 202
    assert answer.json() == NOTHING | {"accepted": 2}
    assert send(any_client, click("twice")).json() == NOTHING | {"repeated": 1}
    assert any_shop.profile("ann").events == 2
    assert any_shop.forget("ann") == 2


def test_good_events_go_in_though_others_are_refused(client: TestClient, shop: Any) -> None:
    answer = send(
        client,
        click("1"),
        "no object",
        click("2", kind="klick"),
        click("3", position="5"),
        click("4", position=0),
        click("5", unheard="of"),
        click("6", time="yesterday"),
        click("7", time="2026-01-01T00:00:00"),
        click("8", product="bad\n"),
        {"id": "9", "kind": "rating", "shopper": "ann", "time": NOW.isoformat(), "product": "p", "value": 9},
        click("10", slate=["a"]),
        click("11", properties={"deep": {"er": 1}}),
        click("12", consent="none"),
        click("13"),
    )
    assert answer.status_code == 202
    told = answer.json()
    assert (told["accepted"], told["withheld"]) == (2, 1)
    assert [(one["index"], one["id"], one["field"]) for one in told["refused"]] == [
        (1, None, ""),
        (2, "2", "kind"),
        (3, "3", "position"),
        (4, "4", "position"),
        (5, "5", "unheard"),
        (6, "6", "time"),
        (7, "7", "time"),
        (8, "8", "product"),
        (9, "9", "value"),
        (10, "10", "slate"),
        (11, "11", "properties.deep"),
    ]
    assert all(one["message"] for one in told["refused"])
    assert set(shop.events) == {"1", "13"}


def test_every_field_arrives(client: TestClient, shop: Any) -> None:
    given = click("1", kind="impression", product=None, text="boots 靴", slate=["a", "b"], placement="home")
    given |= {"device": "phone", "value": 1.5, "quantity": 2, "consent": "anonymous"}
    given["properties"] = {"on": True, "score": 2.5, "word": "w", "words": ["a", "b"]}
    assert send(client, given).json()["accepted"] == 1
    properties = {"on": True, "score": 2.5, "word": "w", "words": ("a", "b")}
    rest = ("home", "phone", "anonymous", properties)
    assert shop.events["1"] == Event(
        "1", "impression", "ann", NOW, None, "q1", 2, 1.5, 2, "boots 靴", ("a", "b"), *rest
    )


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, "body"),
        (b"[]", 422, "body"),
        (b"{}", 422, "events"),
        (b'{"events": []}', 422, "events"),
        (b'{"events": {}}', 422, "events"),
        (b'{"events": [1], "more": 1}', 422, "more"),
        (b'{"events": [1], "sent_at": "2026-01-01T00:00:00"}', 422, "sent_at"),
        (b'{"events": [1], "sent_at": 1700000000}', 422, "sent_at"),
        (b'{"events": [' + b",".join([b"1"] * (BATCH + 1)) + b"]}", 422, "events"),
        (b'{"events": ["' + b"x" * BODY + b'"]}', 413, "body"),
    ],
)
def test_requests_that_cannot_be_read(client: TestClient, body: bytes, status: int, field: str) -> None:
    answer = client.post("/v1/events", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["field"] == field


def test_products_may_still_be_larger(client: TestClient) -> None:
    body = orjson.dumps({"products": [{"id": "p", "title": "lamp", "description": "x" * 90_000}] * 12})
    headers = {"content-type": "application/json"}
    assert client.put("/v1/products", content=body, headers=headers).status_code == 200


@pytest.mark.parametrize("minutes", [-90, 0, 60 * 24])
def test_a_clock_that_goes_wrong_is_set_right(client: TestClient, shop: Any, minutes: float) -> None:
    wrong = datetime.now(UTC) + timedelta(minutes=minutes)
    ago = timedelta(seconds=40)
    send(client, click("1", time=(wrong - ago).isoformat()), sent_at=wrong.isoformat())
    assert abs(shop.events["1"].time - (datetime.now(UTC) - ago)) < timedelta(seconds=10)


@pytest.mark.parametrize("year", ["0001", "1970", "9990"])
def test_a_clock_of_another_age_is_set_right(client: TestClient, shop: Any, year: str) -> None:
    send(client, click("1", time=f"{year}-06-01T12:00:00Z"), sent_at=f"{year}-06-01T12:00:40Z")
    assert abs(shop.events["1"].time - (datetime.now(UTC) - timedelta(seconds=40))) < timedelta(seconds=10)


@pytest.mark.parametrize(("time", "sent_at"), [("2026-01-01", "9990-01-01"), ("9990-01-01", "0001-01-01")])
def test_a_clock_that_carries_an_event_off_the_calendar(client: TestClient, time: str, sent_at: str) -> None:
    answer = send(client, click("1", time=f"{time}T00:00:00Z"), sent_at=f"{sent_at}T00:00:00Z")
    assert [one["field"] for one in answer.json()["refused"]] == ["time"]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
@pytest.mark.parametrize("sent_at", ["1995-01-01T00:00:00Z", "2199-12-31T00:00:00Z"])
def test_times_at_the_ends_of_time(client: TestClient, time: str, sent_at: str) -> None:
    answer = send(client, click("1", time=time), sent_at=sent_at)
    assert answer.status_code == 202
    assert [one["field"] for one in answer.json()["refused"]] == ["time"]


def test_too_much_at_once_is_put_off(client: TestClient, shop: Any) -> None:
    shop.fail = BusyError("20,000 events wait to be written.", seconds=2.2, hint="Try again shortly.")
    answer = send(client, click("1"))
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "3"
    assert answer.json()["error"]["code"] == "busy"
    shop.fail = StorageError("disk full at /secret")
    answer = send(client, click("1"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "storage")
    assert "secret" not in answer.text
    shop.fail = None
    assert send(client, click("1")).json()["accepted"] == 1


def test_what_came_in_is_counted(client: TestClient, shop: Any) -> None:
    send(client, click("1"), click("2", kind="view"), click("2"), click("3", consent="none"), 7, click("4", position=0))
    shop.fail = BusyError("full", seconds=1)
    send(client, click("5"))
    shop.fail = None
    text = client.get("/metrics").text
    for line in (
        'shelfwise_events_total{kind="click"} 3.0',
        'shelfwise_events_total{kind="view"} 1.0',
        'shelfwise_events_outcomes_total{outcome="accepted"} 2.0',
        'shelfwise_events_outcomes_total{outcome="repeated"} 1.0',
        'shelfwise_events_outcomes_total{outcome="withheld"} 1.0',
        'shelfwise_events_outcomes_total{outcome="refused"} 2.0',
        "shelfwise_events_busy_total 1.0",
    ):
        assert line in text
    assert "ann" not in text


# --- one shopper a million times -------------------------------------------------------------------------------


def test_one_who_floods_is_stopped_and_others_are_not(client: TestClient, shop: Any) -> None:
    refused = 0
    for number in range(5):
        many = [click(f"{number}-{place}", shopper="bot") for place in range(BATCH - 1)]
        told = send(client, *many, click(f"ann-{number}")).json()
        refused += len(told["refused"])
        assert {one["field"] for one in told["refused"]} <= {"shopper"}
    kept = sum(event.shopper == "bot" for event in shop.events.values())
    assert BURST <= kept < 5 * (BATCH - 1)
    assert kept + refused == 5 * (BATCH - 1)
    assert sum(event.shopper == "ann" for event in shop.events.values()) == 5


def test_a_pace_is_regained() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert all(pace.allows("ann") for _ in range(BURST))
    assert not pace.allows("ann")
    assert pace.allows("bob")
    now[0] = 1.0
    assert sum(pace.allows("ann") for _ in range(100)) == PER_SECOND
    now[0] = 1e9
    assert sum(pace.allows("ann") for _ in range(2 * BURST)) == BURST


def test_invented_names_cost_no_memory() -> None:
    pace = Pace(lambda: 0.0)
    assert all(pace.allows(str(number)) for number in range(HELD + 1000))
    assert len(pace._left) == HELD


# --- the document ----------------------------------------------------------------------------------------------


def test_the_document_says_what_an_event_is(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    items = document["components"]["schemas"]["EventsIn"]["properties"]["events"]["items"]
    assert {"id", "kind", "shopper", "time", "slate", "consent"} <= set(items["properties"])
    assert "429" in document["paths"]["/v1/events"]["post"]["responses"]


def test_reading_needs_no_more_than_the_body() -> None:
    body = EventsIn.model_validate({"events": [click("1")], "sent_at": NOW.isoformat()})
    (event,) = body.read(NOW)
    assert isinstance(event, Event)
    assert event.time == NOW


def test_a_receipt_of_nothing(client: TestClient, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Callable[[], Any]] = []
    monkeypatch.setattr(shop, "record", lambda events: given.append(events) or Receipt(0))
    assert send(client, "bad").json()["refused"][0]["index"] == 0
    assert given == [[]]
