"""What is written is found: through the API at once, from another process within a second or so."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from shelfwise.shop import Shop
from shelfwise.types import Product, Translation

LONGEST = 10.0  # seconds that are waited; the promise is one, and the time is reported
SERVE = """
import sys
from shelfwise.service.server import serve
from shelfwise.shop import Shop
with Shop.open(sys.argv[1]) as shop:
    shop.searcher()
    shop.follow()
    serve(shop, "127.0.0.1", 0, started=lambda address: print(address, flush=True), environment={})
"""


def ids(answer: Any) -> list[str]:
    return [item["product"]["id"] for item in answer["items"]]


def test_a_product_put_is_found_by_the_next_search_in_both_languages(real_client: Any) -> None:
    product = {"id": "quill-1", "title": "Goose quill", "translations": {"zh": {"title": "鹅毛笔"}}, "brand": "Nova"}
    assert real_client.put("/v1/products", json={"products": [product]}).json() == {"count": 1}
    assert ids(real_client.get("/v1/search?q=goose quill").json())[0] == "quill-1"
    assert ids(real_client.get("/v1/search?q=鹅毛笔").json())[0] == "quill-1"
    assert "鹅毛笔" in real_client.get("/search?q=鹅毛笔&lang=zh").text
    assert real_client.get("/v1/suggest?q=goose").json()["suggestions"][0]["id"] == "quill-1"
    assert real_client.delete("/v1/products/quill-1").status_code == 200
    assert "quill-1" not in ids(real_client.get("/v1/search?q=goose quill").json())
    assert real_client.get("/p/quill-1").status_code == 404


def test_a_price_and_stock_patched_show_everywhere(real_client: Any) -> None:
    cheap = {"id": "kettle-2", "price": {"amount": "1.25", "currency": "CNY"}, "available": False}
    real_client.patch("/v1/products", json={"offers": [cheap]})
    answer = real_client.get("/v1/search?q=kettle&sort=price&limit=1").json()
    assert (ids(answer), answer["items"][0]["product"]["price"]["amount"]) == (["kettle-2"], "1.25")
    narrow = real_client.get("/v1/search?q=kettle&filter=price:1..2&filter=available:false&facets=available").json()
    assert ids(narrow) == ["kettle-2"]
    chosen = [value for value in narrow["facets"][0]["values"] if value["selected"]]
    assert [(value["value"], value["label"]) for value in chosen] == [("false", {"en": "Out of stock", "zh": "缺货"})]
    page = real_client.get("/p/kettle-2").text
    assert "¥1.25" in page
    assert "Out of stock" in page


def test_the_first_page_has_present_prices_and_no_product_that_is_gone(real_shop: Any, connect: Any) -> None:
    times = iter(range(10**6))
    client = connect(real_shop, clock=lambda: float(next(times)) / 1000)
    shown = client.get("/").text.split('href="/p/')[1].split('"')[0]
    client.patch("/v1/products", json={"offers": [{"id": shown, "price": {"amount": "7654321", "currency": "CNY"}}]})
    assert "¥7,654,321" in client.get("/").text
    client.delete(f"/v1/products/{shown}")
    assert f'href="/p/{shown}"' not in client.get("/").text


def test_the_first_page_is_chosen_again_when_the_shop_changed_and_some_time_has_passed(
    shop: Any, connect: Callable[..., Any], fake_module: Any
) -> None:
    now = [0.0]
    client = connect(shop, clock=lambda: now[0])
    client.get("/")
    asked = len(shop.asked)
    client.get("/?lang=zh")
    now[0] = 1000.0
    client.get("/")
    assert len(shop.asked) == asked > 0  # nothing has changed
    shop.upsert([fake_module.make_product(61)])
    client.get("/")
    again = len(shop.asked)
    assert again > asked
    shop.upsert([fake_module.make_product(62)])
    client.get("/")
    assert len(shop.asked) == again  # too soon
    now[0] = 2000.0
    client.get("/")
    assert len(shop.asked) > again


def test_suggestions_read_the_store_once(shop: Any, client: Any) -> None:
    reads: list[Any] = []
    products = shop.products
    shop.products = lambda ids: reads.append(ids) or products(ids)
    assert client.get("/suggest?q=pho").text.count('role="option"') > 2
    assert len(reads) == 1
    client.get("/suggest?q=zzz")
    assert len(reads) == 1


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A small shop of its own, served by another process: its folder and address."""
    folder = tmp_path / "shop"
    with Shop.create(folder, {"encoder.kind": "fake"}) as shop:
        shop.upsert([Product(f"p{n}", f"plain thing {n}") for n in range(20)])
        shop.index()
    with subprocess.Popen([sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        try:
            yield folder, running.stdout.readline().strip()
        finally:
            running.terminate()
            running.wait(20)


def get(address: str, query: str) -> Any:
    with urllib.request.urlopen(f"{address}/v1/search?q={quote(query)}&mode=lexical", timeout=10) as answer:
        return json.load(answer)


def report(what: str, seconds: float) -> None:
    """Shown by pytest -rP."""
    print(f"{what}: visible after {seconds:.2f} s")


def waited(condition: Callable[[], bool]) -> float:
    """Seconds until the condition holds."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < LONGEST, "not visible"
        time.sleep(0.02)
    return time.monotonic() - start


def test_another_process_imports_indexes_and_rolls_back_under_a_running_server(
    process: tuple[Path, str],
) -> None:
    folder, address = process
    assert get(address, "quill")["total"] == 0
    with Shop.open(folder) as other:
        other.upsert([Product("new", "Goose quill", translations={"zh": Translation("鹅毛笔")})])
        report("imported", waited(lambda: "new" in ids(get(address, "quill"))))
        assert "new" in ids(get(address, "鹅毛笔"))
        other.index()
        report("indexed", waited(lambda: get(address, "quill")["generation"] == "0002"))
        assert "new" in ids(get(address, "quill"))
        other.rollback()
        report("rolled_back", waited(lambda: get(address, "quill")["generation"] == "0001"))
        assert "new" in ids(get(address, "quill"))  # changes since the older generation are replayed
        other.delete(["new"])
        report("deleted", waited(lambda: get(address, "quill")["total"] == 0))
