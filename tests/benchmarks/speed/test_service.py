"""The service benchmark at a toy size: the shop is built once, and both ways of asking give figures."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks.speed import service, service_shop
from benchmarks.speed.service import HAN, Load, Times
from benchmarks.speed.service_shop import ShopSpec, built

SPEC = ShopSpec(300, "light", 3)
ABOUT = {"products": 300, "vectors": "light", "clients": 3, "date": "2026-01-01",
         "machine": {"cpu": "a cpu", "cores": 2, "load": 0.5}}  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


def test_a_shop_is_built_once_and_its_index_again_for_another_program(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    shop, first = built(SPEC, out, said.append)
    assert {"store_seconds", "encode_seconds", "index_seconds", "index_mb", "catalogue_mb"} <= set(first)
    assert len(said) == 2
    assert built(SPEC, out, said.append) == (shop, first)
    assert len(said) == 2
    monkeypatch.setattr(service_shop, "program_digest", lambda: "another")
    _, again = built(SPEC, out, said.append)
    assert said[2:] == ["indexing 300 products"]
    assert again["store_seconds"] == first["store_seconds"]
    assert json.loads((SPEC.folder(out) / "about.json").read_text())["program"] == "another"


def test_queries_differ_and_take_turns() -> None:
    asked = service.texts(SPEC, 500)
    assert len(set(asked)) == len(asked) == 500
    assert asked == service.texts(SPEC, 500)
    assert [bool(HAN.search(text)) for text in asked[:4]] == [False, True, False, True]


def test_both_ways_of_asking_give_figures(out: Path) -> None:
    shop, costs = built(SPEC, out, lambda _: None)
    load = Load(queries=12, warm=4, clients=3, seconds=1.0)
    found = service.measure(SPEC, shop, load, out / "log", lambda _: None)
    assert 0 < found["in_process"]["wall"]["p50"] <= found["in_process"]["wall"]["p99"]
    assert {"lexical", "dense", "facets", "present"} <= set(found["in_process"]["stages"])
    assert found["http"]["queries"] > 0
    assert found["http"]["rss_mb"] > 50
    text = service.as_markdown({**found, "built": costs, "about": ABOUT})
    assert "300 products, light vectors" in text
    assert len(re.findall(r"^\|", text, re.MULTILINE)) == 14


def test_percentiles_are_taken_by_language() -> None:
    times = Times.of(["a", "手机", "b", "壳"], [1.0, 10.0, 3.0, 30.0])
    assert (times.english_p50, times.chinese_p50) == (2.0, 20.0)
    assert times.p50 == 6.5
