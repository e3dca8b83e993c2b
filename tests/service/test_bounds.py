"""What keeps the server standing: body limits, the gate, keys, headers, pictures, the cookie."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from shelfwise.service.gate import Gate, Overloaded, TooSlow


def test_a_large_body_is_refused_declared_or_streamed(shop: Any, connect: Callable[..., Any]) -> None:
    client = connect(shop, body_limit=1000)
    assert client.post("/v1/search", content=b"x" * 1001).status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b"y" * 100

    answer = client.put("/v1/products", content=chunks())
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert client.post("/v1/search", json={"q": "phone"}).status_code == 200


def test_a_lying_content_length_is_refused(shop: Any, connect: Callable[..., Any]) -> None:
    client = connect(shop, body_limit=1000)
    answer = client.post("/v1/search", content=b"{}", headers={"content-length": "9" * 30})
    assert answer.status_code == 413


def test_the_gate_refuses_when_full_and_gives_up_when_late() -> None:
    async def scene() -> None:
        gate = Gate(workers=1, queue=1, seconds=0.2)
        release = threading.Event()
        first = asyncio.create_task(gate.run(lambda: release.wait(5)))
        second = asyncio.create_task(gate.run(lambda: 7))
        await asyncio.sleep(0.02)
        with pytest.raises(Overloaded):
            await gate.run(lambda: 8)
        with pytest.raises(TooSlow):
            await first
        with pytest.raises(TooSlow):
            await second
        assert gate.inside == 2  # the thread is still at it, so its place is still taken
        release.set()
        while gate.inside:
            await asyncio.sleep(0.01)
        assert await gate.run(lambda: 9) == 9
        gate.close()

    asyncio.run(scene())


def test_the_gate_passes_errors_on() -> None:
    async def scene() -> None:
        gate = Gate(workers=1, queue=0, seconds=1)
        with pytest.raises(ZeroDivisionError):
            await gate.run(lambda: 1 // 0)
        assert gate.inside == 0
        gate.close()

    asyncio.run(scene())


def test_overload_is_a_503_that_says_when_to_come_back(shop: Any, connect: Callable[..., Any]) -> None:
    client = connect(shop, workers=1, queue=0, seconds=5)
    release = threading.Event()
    inside = threading.Event()
    search = shop.search

    def slow(query: Any) -> Any:
        inside.set()
        release.wait(5)
        return search(query)

    shop.search = slow
    first = threading.Thread(target=lambda: client.get("/v1/search?q=phone"))
    first.start()
    assert inside.wait(5)
    answer = client.get("/v1/search?q=phone")
    page = client.get("/search?q=phone")
    release.set()
    first.join()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "overloaded")
    assert answer.headers["retry-after"] == "1"
    assert page.status_code == 503
    assert "<h1>" in page.text


def test_a_late_answer_is_a_504(shop: Any, connect: Callable[..., Any]) -> None:
    client = connect(shop, seconds=0.05)
    release = threading.Event()
    shop.suggest = lambda prefix, limit=8: release.wait(2) and []
    answer = client.get("/v1/suggest?q=a")
    release.set()
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timeout")


JSON = {"content-type": "application/json"}
WRITES = [
    ("PUT", "/v1/products", b'{"products": [{"id": "a", "title": "x"}]}'),
    ("PUT", "/v1/products/a", b'{"id": "a", "title": "x"}'),
    ("PATCH", "/v1/products", b'{"offers": [{"id": "a", "stock": 1}]}'),
    ("DELETE", "/v1/products/phone-4", b""),
    ("DELETE", "/v1/products?id=phone-4", b""),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_every_write_needs_the_key(shop: Any, connect: Callable[..., Any], method: str, path: str, body: bytes) -> None:
    client = connect(shop, api_key="s3cret-ü")

    def status(**headers: Any) -> int:
        return client.request(method, path, content=body, headers={**JSON, **headers}).status_code

    before = dict(shop.catalogue)
    assert status() == 401
    assert status(Authorization="Basic s3cret") == 401
    assert status(Authorization="Bearer wrong") == 403
    assert shop.catalogue == before
    assert status(Authorization="Bearer s3cret-ü".encode()) == 200


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_without_a_key_only_this_machine_may_write(
    make_shop: Callable[..., Any], connect: Callable[..., Any], method: str, path: str, body: bytes
) -> None:
    outside = connect(make_shop(host="0.0.0.0"))
    assert outside.request(method, path, content=body, headers=JSON).status_code == 403
    inside = connect(make_shop())
    rebound = inside.request(method, path, content=body, headers={**JSON, "host": "evil.example"})
    assert rebound.status_code == 403
    assert inside.request(method, path, content=body, headers=JSON).status_code == 200
    assert outside.get("/v1/search?q=phone").status_code == 200


def test_where_the_server_listens_counts_not_what_the_settings_say(shop: Any, connect: Callable[..., Any]) -> None:
    assert connect(shop, host="0.0.0.0").delete("/v1/products/phone-4").status_code == 403


def test_a_form_of_another_site_cannot_write(client: Any, shop: Any) -> None:
    body = b'{"products": [{"id": "a", "title": "x"}]}'
    assert client.put("/v1/products", content=body, headers={"content-type": "text/plain"}).status_code == 422
    assert "a" not in shop.catalogue


@pytest.mark.parametrize("path", ["/", "/v1/search", "/nope", "/static/shop.css", "/v1/nope", "/docs"])
def test_security_headers_are_on_every_answer(any_client: Any, path: str) -> None:
    headers = any_client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.svg",
        "%2e%2e/secret.svg",
        "..%2fsecret.svg",
        "..%5csecret.svg",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "phone.svg%00.png",
        "",
        ".",
        "notes.txt",
    ],
)
def test_pictures_never_leave_their_folder(client: Any, shop: Any, path: str) -> None:
    (shop.pictures.parent / "secret.svg").write_text("secret")
    (shop.pictures / "notes.txt").write_text("secret")
    answer = client.get(f"/pictures/{path}")
    assert answer.status_code == 404
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["../app.py", "%2e%2e/render.py", "..%2f..%2fmessages.toml"])
def test_static_files_never_leave_their_folder(any_client: Any, path: str) -> None:
    assert any_client.get(f"/static/{path}").status_code == 404


def test_pictures_cannot_run_scripts(any_client: Any) -> None:
    answer = any_client.get("/pictures/phone.svg")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("lang", ["zh%0d%0aset-cookie:a=b", "fr", "<script>", "zh;path=/x"])
def test_the_language_cookie_takes_known_languages_only(any_client: Any, lang: str) -> None:
    answer = any_client.get(f"/?lang={lang}")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


def test_queries_and_ids_stay_out_of_the_log(any_client: Any) -> None:
    with structlog.testing.capture_logs() as lines:
        any_client.get("/v1/search?q=my-private-wish&shopper=u42")
        any_client.get("/p/phone-4")
        any_client.get("/secret-path")
    text = str(lines)
    assert len(lines) == 3
    assert "my-private-wish" not in text
    assert "u42" not in text
    assert "phone-4" not in text
    assert "secret-path" not in text


def test_answers_are_compressed(any_client: Any) -> None:
    assert any_client.get("/search?q=phone", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"
