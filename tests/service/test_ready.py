"""Health, readiness and counters while the index is missing, damaged, or being replaced."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog

from shelfwise.errors import CorruptIndexError, EncoderError, NoIndexError, ShopError, StorageError
from shelfwise.service.problems import problem_of
from shelfwise.shop import Shop
from shelfwise.types import Product


@pytest.fixture
def copied(real_folder: Path, tmp_path: Path) -> Path:
    """A copy of the real shop that may be damaged."""
    return Path(shutil.copytree(real_folder, tmp_path / "shop", ignore=shutil.ignore_patterns("*.lock", "overlay*")))


def damage(folder: Path) -> None:
    for file in (folder / "index").glob("0*/embedded/**/*"):
        if file.is_file():
            file.write_bytes(b"x" + file.read_bytes()[1:] + b"x")


PATHS = ("/v1/search?q=phone", "/v1/suggest?q=ph", "/v1/products", "/v1/similar/phone-4", "/", "/search?q=phone")


def test_without_an_index_the_server_lives_and_says_so(tmp_path: Path, connect: Callable[..., Any]) -> None:
    with Shop.create(tmp_path / "empty", {"encoder.kind": "none"}) as shop:
        client = connect(shop)
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        for path in PATHS:
            answer = client.get(path)
            assert answer.status_code in {404, 503}, path
            assert str(tmp_path) not in answer.text
        answer = client.get("/v1/search").json()["error"]
        assert (answer["code"], "shelfwise index" in answer["hint"]) == ("no_index", True)
        assert 'route="/v1/search",status="503"' in client.get("/metrics").text
        client.put("/v1/products", json={"products": [{"id": "a", "title": "red shoes"}]})
        shop.index()
        assert client.get("/readyz").json()["ready"] is True
        assert client.get("/v1/search?q=shoes").json()["total"] == 1
        assert client.get("/").status_code == 200


def test_with_a_damaged_index_nothing_is_a_500(copied: Path, connect: Callable[..., Any]) -> None:
    damage(copied)
    with Shop.open(copied) as shop, structlog.testing.capture_logs() as lines:
        client = connect(shop)
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert ready.json()["status"]["problems"]
        for path in PATHS:
            answer = client.get(path)
            assert answer.status_code == 503, path
            assert str(copied) not in answer.text
        assert client.get("/v1/search").json()["error"]["code"] == "index"
        assert client.get("/v1/products/phone-4").status_code == 200  # the catalogue is whole
        assert any(line["event"] == "failed" and str(copied) in line["message"] for line in lines)
        shop.index()
        assert client.get("/readyz").status_code == 200
        assert client.get("/v1/search?q=phone").json()["total"] > 0


def test_a_damaged_generation_gives_way_to_the_one_before(copied: Path, connect: Callable[..., Any]) -> None:
    with Shop.open(copied) as shop:
        newer = shop.index().name
    for file in (copied / "index" / newer / "embedded").rglob("*"):
        if file.is_file():
            file.write_bytes(b"")
    with Shop.open(copied) as shop:
        client = connect(shop)
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["status"]["problems"]
        answer = client.get("/v1/search?q=phone").json()
        assert answer["total"] > 0
        assert answer["generation"] != newer


def test_while_generations_change_every_search_is_answered(copied: Path, connect: Callable[..., Any]) -> None:
    with Shop.open(copied) as shop:
        client = connect(shop)
        client.get("/v1/search")
        stop = threading.Event()
        seen: list[tuple[int, str]] = []
        unready: list[int] = []

        def ask() -> None:
            while not stop.is_set():
                answer = client.get("/v1/search?q=phone&limit=3")
                seen.append((answer.status_code, answer.json().get("generation", answer.text)))
                status = client.get("/readyz").status_code
                unready.extend([status] if status != 200 else [])

        asking = threading.Thread(target=ask)
        asking.start()
        for n in range(2):
            shop.upsert([Product(f"more-{n}", f"phone more {n}")])
            shop.index()
        shop.rollback()
        stop.set()
        asking.join(30)
        assert {status for status, _ in seen} == {200}
        assert len({generation for _, generation in seen}) > 1
        assert unready == []


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NoIndexError("/srv/shop/index: there is no index yet."), 503, "no_index"),
        (CorruptIndexError("/srv/shop/index/0001: gone"), 503, "index"),
        (ShopError("/srv/shop is not a shop"), 503, "index"),
        (StorageError("/srv/shop/shop.db: disk is full"), 503, "storage"),
        (EncoderError("/srv/models: missing"), 503, "encoder"),
        (OSError("/srv/shop: input/output error"), 500, "internal"),
    ],
)
def test_problems_do_not_tell_where_things_lie(error: Exception, status: int, code: str) -> None:
    problem = problem_of(error)
    assert (problem.status, problem.code) == (status, code)
    assert "/srv" not in str(problem.body())
