"""Texts of shoppers, their addresses and numbers never reach a log, whatever goes wrong."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from shelfwise.errors import CorruptIndexError, EncoderError
from shelfwise.service.failures import told
from shelfwise.service.server import log_as_json

WISHES = ("my-private-wish", "mail jane@example.com", "call +44 20 7946 0958", "手机 13800138000")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """All that a server writes: structured lines and the standard log. Gives it as one text."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    handler = logging.StreamHandler(written)
    handler.addFilter(lambda record: not record.name.startswith("httpx"))  # the test's own client
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    log_as_json()
    structlog.configure(cache_logger_on_first_use=False)
    yield written.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


def ask(client: Any, wish: str) -> list[int]:
    """The status of every way to send a text."""
    answers = [client.get(path, params={"q": wish}) for path in ("/v1/search", "/v1/understand", "/search", "/suggest")]
    answers += [client.get("/v1/suggest", params={"q": wish})]
    answers += [client.post(path, json={"q": wish, "dismissed": [wish]}) for path in ("/v1/search", "/v1/understand")]
    answers += [client.post("/v1/understand", json={"q": wish, wish: wish}), client.post("/v1/search", content=wish)]
    answers += [client.get(f"/p/{wish}"), client.get("/v1/search", params={"filter": wish, "no": wish})]
    return [answer.status_code for answer in answers]


def quiet(text: str) -> bool:
    return not any(part in text for wish in WISHES for part in (wish, *wish.split()) if len(part) > 4)


@pytest.mark.parametrize("wish", WISHES)
def test_what_shoppers_write_stays_out_of_the_log(any_client: Any, log: Callable[[], str], wish: str) -> None:
    assert set(ask(any_client, wish)) >= {200, 422}
    lines = [line for line in log().splitlines() if line.startswith("{")]
    assert len(lines) == 11
    assert quiet(log())


def test_a_failure_that_quotes_the_text_does_not_bring_it_into_the_log(
    client: Any, shop: Any, log: Callable[[], str]
) -> None:
    def broken(query: Any, limit: int = 0) -> Any:
        try:
            {}[query]
        except KeyError as error:
            raise EncoderError(f"The endpoint says: {query}") if limit else ValueError(str(query)) from error

    shop.search = shop.understand = shop.suggest = broken
    for wish in WISHES:
        assert 500 in ask(client, wish)
    failed = [json.loads(line) for line in log().splitlines() if '"failed"' in line]
    assert failed
    assert {tuple(line["error"]) for line in failed} == {("ValueError", "KeyError"), ("EncoderError", "KeyError")}
    assert all(line["at"][-1].endswith(" broken") for line in failed)
    assert quiet(log())


def test_what_files_are_wrong_is_told() -> None:
    assert told(CorruptIndexError("index/7: damaged"))["message"] == "index/7: damaged"
    assert told(KeyError("words"))["message"] == ""


def test_the_standard_log_of_the_server_loses_its_exceptions(log: Callable[[], str]) -> None:
    for name in ("uvicorn.error", "asyncio"):
        try:
            raise ValueError(WISHES[0])
        except ValueError:
            logging.getLogger(name).exception("Exception in ASGI application")
    assert log().count("Exception in ASGI application") == 2
    assert quiet(log())


def test_who_a_shopper_is_stays_out_of_the_log(client: Any, shop: Any, log: Callable[[], str]) -> None:
    own = {"sec-fetch-site": "same-origin"}
    client.post("/you/consent?choice=personal", headers=own)
    name = client.cookies["shopper"]
    for path in ("/", "/search?q=phone", "/p/phone-8", "/cart", "/favourites", "/you"):
        assert client.get(path).status_code == 200
    for path in ("/cart?product=phone-8", "/favourites?product=phone-8", "/cart/buy"):
        client.post(path, headers=own)
    shop.record = shop.profile = lambda given: {}[given]
    assert client.get("/you").status_code == 500
    assert client.post("/cart?product=phone-4", headers=own).status_code == 500
    assert name not in log()
    assert "phone-8" not in log()
