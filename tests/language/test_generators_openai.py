"""The endpoint's client against a real server."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from shelfwise.errors import GeneratorError
from shelfwise.language.base import Budget, Message
from shelfwise.language.generators.openai import OpenAIGenerator
from tests.language.chat_server import ChatServer, streamed, whole
from tests.language.embedding_server import Answer
from tests.language.generator_cases import REPLY, SCHEMA

KEY = "sk-very-secret-0123456789"
SECRET = "my number is 0123"
ASKED = (Message("system", "Be short."), Message("user", SECRET))
BUSY = (429, {"retry-after": "7"}, b"slow down")
DOWN = (503, {}, b"down")


def said(generator: OpenAIGenerator, budget: Budget | None = None, **more: Any) -> str:
    return "".join(generator.generate(ASKED, budget=budget or Budget(), **more))


@pytest.mark.parametrize("stream", [True, False])
def test_the_wire_format(stream: bool) -> None:
    with ChatServer(REPLY) as server:
        generator = OpenAIGenerator(server.url + "/", "model-x", key=KEY, stream=stream, options={"temperature": 0})
        assert said(generator, Budget(tokens=99), schema=SCHEMA) == REPLY
    schema = server.requests[0].pop("response_format")
    assert server.requests == [
        {
            "model": "model-x",
            "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": SECRET}],
            "stream": stream,
            "max_tokens": 99,
            "temperature": 0,
        }
    ]
    assert schema["type"] == "json_schema"
    assert schema["json_schema"]["strict"] is True
    assert set(schema["json_schema"]["schema"]["properties"]) == {"name", "sizes", "language"}
    assert "maxLength" not in json.dumps(schema)
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_other_endpoints_other_fields() -> None:
    with ChatServer("", whole("{}"), whole("{}")) as server:
        said(OpenAIGenerator(server.url, "m", stream=False, form="json_object"), schema=SCHEMA)
        said(OpenAIGenerator(server.url, "m", stream=False, form="none", limit="max_completion_tokens"), schema=SCHEMA)
    assert server.requests[0]["response_format"] == {"type": "json_object"}
    assert "response_format" not in server.requests[1]
    assert server.requests[1]["max_completion_tokens"] == 512
    assert "authorization" not in server.headers[0]


def test_pieces_are_those_of_the_stream() -> None:
    with ChatServer("red 手机") as server:
        assert list(OpenAIGenerator(server.url, "m").generate(ASKED)) == ["red", " 手机"]


def test_retries_wait_longer_or_as_told() -> None:
    waits: list[float] = []
    with ChatServer("yes", DOWN, BUSY) as server:
        assert said(OpenAIGenerator(server.url, "m", sleep=waits.append)) == "yes"
    assert waits == [0.0, 0.5, 7.0]


def test_no_waiting_past_the_budget() -> None:
    with ChatServer("yes", BUSY) as server, pytest.raises(GeneratorError, match="status 429"):
        said(OpenAIGenerator(server.url, "m", sleep=lambda seconds: None), Budget(seconds=5.0))
    assert len(server.requests) == 1


def test_a_refusal_is_not_repeated_and_repeats_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    error = {"error": {"message": f"{SECRET} {KEY}", "type": "invalid_request_error", "param": SECRET, "code": None}}
    with ChatServer("", (400, {}, json.dumps(error).encode())) as server:
        generator = OpenAIGenerator(server.url, "m", key=KEY)
        with pytest.raises(
            GeneratorError, match=r"/chat/completions, model m: status 400, invalid_request_error\."
        ) as at:
            said(generator)
    assert len(server.requests) == 1
    told = str(at.value) + repr(at.value) + repr(generator) + caplog.text
    assert KEY not in told
    assert SECRET not in told


def test_redirections_are_not_followed() -> None:
    with (
        ChatServer("yes") as other,
        ChatServer("", (307, {"location": other.url + "/chat/completions"}, b"")) as server,
        pytest.raises(GeneratorError, match="status 307"),
    ):
        said(OpenAIGenerator(server.url, "m", key=KEY))
    assert other.requests == []


def test_credentials_in_the_address_stay_out_of_errors() -> None:
    generator = OpenAIGenerator("http://user:hunter2@127.0.0.1:9/v1", "m", sleep=lambda seconds: None)
    with pytest.raises(GeneratorError, match=r"127\.0\.0\.1:9") as caught:
        said(generator)
    assert "hunter2" not in str(caught.value) + generator.name


def test_a_slow_endpoint_is_an_error() -> None:
    with ChatServer("yes", delay=0.5) as server, pytest.raises(GeneratorError, match="ReadTimeout"):
        said(OpenAIGenerator(server.url, "m"), Budget(seconds=0.05))


def test_an_endpoint_that_dribbles_is_an_error() -> None:
    ticks: Iterator[int] = count()
    with ChatServer("yes") as server, pytest.raises(GeneratorError, match="took too long"):
        said(OpenAIGenerator(server.url, "m", clock=lambda: 2.0 * next(ticks)), Budget(seconds=3.0))


@pytest.mark.parametrize("stream", [True, False])
def test_more_text_than_was_asked_for_is_an_error(stream: bool) -> None:
    long = (streamed if stream else whole)("x" * 161)
    with ChatServer("", long) as server, pytest.raises(GeneratorError, match="longer than 160 characters"):
        said(OpenAIGenerator(server.url, "m", stream=stream), Budget(tokens=10))


@pytest.mark.parametrize("content", [b": keep-alive\n" * 9000, b'data: {"choices": []}\n' * 9000, b"x" * 100_000])
@pytest.mark.parametrize("stream", [True, False])
def test_an_endpoint_that_never_stops_is_an_error(stream: bool, content: bytes) -> None:
    with ChatServer("", (200, {}, content)) as server, pytest.raises(GeneratorError, match="longer than 86016 bytes"):
        said(OpenAIGenerator(server.url, "m", stream=stream), Budget(tokens=10))


TOOLS: dict[str, Any] = {"tool_calls": [{"function": {"name": "delete", "arguments": "{}"}}]}


@pytest.mark.parametrize(
    ("stream", "answer", "problem"),
    [
        (False, (200, {}, b"<html>"), "not a chat completion"),
        (False, (200, {}, b"[]"), "not a chat completion"),
        (False, (200, {}, b'{"choices": []}'), "not a chat completion"),
        (False, (200, {}, b'{"choices": [{"message": {"content": 5}}]}'), "not a chat completion"),
        (False, (200, {}, b'{"choices": [{"message": "text"}]}'), "not a chat completion"),
        (False, (200, {}, b'{"choices": [{"message": {"content": "a"}}]}'), "breaks off"),
        (False, whole(None, "tool_calls", **TOOLS), "ended with tool_calls"),
        (False, whole("a", "content_filter"), "ended with content_filter"),
        (False, whole("a", "length"), "ended with length"),
        (False, whole("a", SECRET), "ended with , not stop"),
        (True, (200, {}, b'data: {"choices": [{"delta": {"content": "a"}}]}\n'), "breaks off"),
        (True, (200, {}, b"data: [DONE]\n"), "breaks off"),
        (True, (200, {}, b'data: {"error": {"code": "server_error"}}\n'), "an error: server_error"),
        (True, (200, {}, b"data: nonsense\n"), "not a chat completion"),
        (True, (200, {}, b"data: " + b"[" * 9000 + b"\n"), "not a chat completion"),
        (True, streamed("a", "length"), "ended with length"),
        (True, (200, {}, b""), "breaks off"),
    ],
)
def test_an_answer_of_another_kind_is_an_error(stream: bool, answer: Answer, problem: str) -> None:
    with ChatServer("", answer) as server, pytest.raises(GeneratorError, match=problem) as caught:
        said(OpenAIGenerator(server.url, "m", stream=stream), schema=SCHEMA)
    assert SECRET not in str(caught.value)


def test_text_may_end_where_the_budget_does() -> None:
    with ChatServer("a long story") as server:
        assert said(OpenAIGenerator(server.url, "m"), Budget(tokens=2)) == "a long"


@pytest.mark.parametrize("url", ["", "host/v1", "ftp://host/v1", "http://", "http://a:b:c"])
def test_a_bad_address_is_an_error(url: str) -> None:
    with pytest.raises(GeneratorError, match=r"generator\.url"):
        OpenAIGenerator(url, "m")
