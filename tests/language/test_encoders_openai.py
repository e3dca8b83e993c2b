"""The endpoint's client against a real server."""

from __future__ import annotations

import json
import logging

import numpy as np
import pytest

from shelfwise.errors import EncoderError
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.language.encoders.openai import OpenAIEncoder
from tests.language.embedding_server import EmbeddingServer, rows

KEY = "sk-very-secret-0123456789"
BUSY = (429, {"retry-after": "7"}, b"slow down")
DOWN = (503, {}, b"down")


def test_batches_and_order() -> None:
    texts = [f"word{i} shared" for i in range(10)]
    with EmbeddingServer() as server:
        encoder = OpenAIEncoder(server.url + "/", "model-x", key=KEY, batch=4)
        np.testing.assert_allclose(encoder.encode(texts, "product"), FakeEncoder().encode(texts, "product"), atol=1e-6)
        encoder.close()
    assert [len(each["input"]) for each in server.requests] == [4, 4, 2]
    assert {each["model"] for each in server.requests} == {"model-x"}
    assert {each["encoding_format"] for each in server.requests} == {"float"}
    assert {each["authorization"] for each in server.headers} == {f"Bearer {KEY}"}


def test_no_key_no_header() -> None:
    with EmbeddingServer() as server:
        OpenAIEncoder(server.url, "m").encode(["a"], "query")
    assert "authorization" not in server.headers[0]


def test_retries_wait_longer_each_time_or_as_told() -> None:
    waits: list[float] = []
    with EmbeddingServer(DOWN, DOWN, BUSY, DOWN) as server:
        vectors = OpenAIEncoder(server.url, "m", sleep=waits.append).encode(["a"], "product")
    assert waits == [0.5, 1.0, 7.0, 4.0]
    assert vectors.shape == (1, 256)


def test_a_query_is_not_kept_waiting() -> None:
    waits: list[float] = []
    with EmbeddingServer(DOWN, DOWN, DOWN) as server, pytest.raises(EncoderError, match="503"):
        OpenAIEncoder(server.url, "m", sleep=waits.append).encode(["a"], "query")
    assert waits == [0.5]


def test_a_refusal_is_not_repeated_and_never_shows_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    refusal = (401, {}, f"Incorrect API key provided: {KEY}".encode())
    with EmbeddingServer(refusal) as server:
        encoder = OpenAIEncoder(server.url, "m", key=KEY)
        with pytest.raises(EncoderError, match=r"/v1/embeddings, model m: status 401: Incorrect") as caught:
            encoder.encode(["a"], "product")
    assert len(server.requests) == 1
    assert KEY not in str(caught.value) + repr(caught.value) + repr(encoder) + caplog.text


def test_credentials_in_the_address_stay_out_of_errors() -> None:
    encoder = OpenAIEncoder("http://user:hunter2@127.0.0.1:9/v1", "m", sleep=lambda seconds: None)
    with pytest.raises(EncoderError, match=r"127\.0\.0\.1:9") as caught:
        encoder.encode(["a"], "query")
    assert "hunter2" not in str(caught.value) + encoder.name


def test_a_slow_endpoint_is_an_error() -> None:
    with EmbeddingServer(delay=0.5) as server, pytest.raises(EncoderError, match="ReadTimeout"):
        OpenAIEncoder(server.url, "m", timeout=0.05, sleep=lambda seconds: None).encode(["a"], "query")


@pytest.mark.parametrize(
    "content",
    [
        b"<html>not json</html>",
        b"[]",
        b'{"data": []}',
        b'{"data": [{"index": 0}]}',
        b'{"data": [{"index": 1, "embedding": [1.0]}]}',
        b'{"data": [{"index": 0, "embedding": []}]}',
        b'{"data": [{"index": 0, "embedding": [0.0, 0.0]}]}',
        b'{"data": [{"index": 0, "embedding": ["x"]}]}',
        b'{"data": [{"index": 0, "embedding": [NaN]}]}',
        b"\xff\xfe",
    ],
)
def test_an_answer_of_another_kind_is_an_error(content: bytes) -> None:
    with EmbeddingServer((200, {}, content)) as server, pytest.raises(EncoderError, match="not a list of embeddings"):
        OpenAIEncoder(server.url, "m").encode(["a"], "query")


def test_a_changed_width_is_an_error() -> None:
    def narrow(body: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        data = [row | {"embedding": row["embedding"][:5]} for row in rows(body)]
        return 200, {}, json.dumps({"data": data}).encode()

    with EmbeddingServer() as server:
        encoder = OpenAIEncoder(server.url, "m")
        assert encoder.dim == 256
        server.faults.append(narrow)
        with pytest.raises(EncoderError, match="expected rows of 256"):
            encoder.encode(["a"], "query")


@pytest.mark.parametrize("url", ["", "host/v1", "ftp://host/v1", "http://", "http://a:b:c"])
def test_a_bad_address_is_an_error(url: str) -> None:
    with pytest.raises(EncoderError, match=r"encoder\.url"):
        OpenAIEncoder(url, "m")


def test_opening_asks_nothing() -> None:
    encoder = OpenAIEncoder("http://127.0.0.1:9/v1", "m")
    assert encoder.name == "openai-127.0.0.1-m"
