from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from shelfwise.catalog.base import BadRow
from shelfwise.errors import FeedError
from shelfwise.training.data.feeds import read_catalog


def test_reads_a_guessed_feed_and_reports_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("sku,name,price\na1,Red boots,5\na2,,1\na1,Red rubber boots,6\n", "utf-8")
    refused: list[BadRow] = []
    products = read_catalog(path, refused)
    assert {id: product.title for id, product in products.items()} == {"a1": "Red rubber boots"}
    assert [(bad.row, bad.column) for bad in refused] == [(3, "title")]


def test_a_feed_without_products_says_why(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": "a1", "price": 5}\n'))
    with pytest.raises(FeedError, match=r"feed\.jsonl\.gz: found no product in it\. row 1, title"):
        read_catalog(path)


@pytest.mark.data("titles_zh")
def test_reads_real_titles(data: Path) -> None:
    products = read_catalog(data / "products.jsonl.gz")
    assert len(products) == 5110
    assert all(product.title and product.language == "zh" for product in list(products.values())[:20])
