from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

GOOGLE = """<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><item>
<g:id>g1</g:id><title>Red boots</title><g:price>59.90 EUR</g:price><g:availability>in_stock</g:availability>
<link>https://shop.example/g1</link></item></channel></rss>"""
ROWS = [{"id": "a", "title": "Red boots", "price": 59.9}, {"id": "b", "title": "蓝色帽子", "price": 10}]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


def write(path: Path) -> None:
    if path.name.endswith(".gz"):
        path.write_bytes(gzip.compress(LINES.encode()))
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    elif path.suffix == ".xml":
        path.write_text(GOOGLE, "utf-8")
    elif path.name.startswith("shopify"):
        path.write_text("Handle,Title,Vendor,Variant SKU,Variant Price\nboots,Red boots,Nova,s1,59.90\n", "utf-8")
    elif path.suffix == ".tsv":
        path.write_text("id\ttitle\tprice\na\tRed boots\t59.90\n", "utf-8")
    else:
        path.write_text(LINES, "utf-8")


@pytest.mark.parametrize(
    ("name", "format", "count"),
    [
        ("feed.jsonl", "jsonl", 2),
        ("feed.jsonl.gz", "jsonl", 2),
        ("feed.parquet", "parquet", 2),
        ("feed.tsv", "tsv", 1),
        ("feed.xml", "google_merchant", 1),
        ("shopify.csv", "shopify", 1),
    ],
)
def test_every_format_is_imported_without_a_mapping(parsed, empty, name, format, count) -> None:
    file = empty / name
    write(file)
    report = parsed("import", file, "--shop", empty)
    assert (report["format"], report["added"], report["refused"]) == (format, count, 0)


def test_a_guessed_mapping_can_be_edited_and_used(cli, parsed, empty, feed, tmp_path) -> None:
    guessed = cli("import", feed, "--guess", "--shop", empty)
    assert guessed.exit_code == 0
    assert 'currency = "EUR"' in guessed.stdout  # the shop's own
    file = tmp_path / "mapping.toml"
    file.write_text(guessed.stdout.replace('title = "name"', 'title = ["brand"]'), "utf-8")
    parsed("import", feed, "--shop", empty, "--mapping", file)
    parsed("index", "--shop", empty)
    assert {each["title"] for each in parsed("search", "", "--shop", empty)["results"]} == {"Nova", "Vega", "Lumen"}


def test_guess_says_what_it_did_not_find(cli, tmp_path) -> None:
    (tmp_path / "odd.csv").write_text("colour of the day\nred\n", "utf-8")
    done = cli("import", tmp_path / "odd.csv", "--guess", "--shop", tmp_path)
    assert done.exit_code == 0
    assert "No column looks like: id, title." in done.stderr


def test_upsert_patch_delete_replace(cli, parsed, shop, tmp_path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("sku,price\np1,3499\nnone,1\n", "utf-8")
    report = parsed("import", prices, "--shop", shop, "--mode", "patch")
    assert (report["changed"], report["refused"]) == (1, 1)
    first = parsed("search", "Nova X5 smartphone", "--shop", shop)["results"][0]
    assert (first["id"], first["price"]) == ("p1", "3499")
    assert first["title"] == "Nova X5 smartphone 128 GB"  # only the price was patched

    gone = tmp_path / "gone.csv"
    gone.write_text("sku\np2\n", "utf-8")
    assert parsed("import", gone, "--shop", shop, "--mode", "delete")["deleted"] == 1

    rest = tmp_path / "rest.csv"
    rest.write_text("sku,name\np3,Vega wireless headphones\n", "utf-8")
    refused = cli("import", rest, "--shop", shop, "--mode", "replace")
    assert refused.exit_code == 1
    assert "4 of 5 products are not in the feed" in refused.stderr
    assert parsed("import", rest, "--shop", shop, "--mode", "replace", "--force")["deleted"] == 4
    assert parsed("search", "", "--shop", shop)["total"] == 1


def test_bad_rows_are_named_and_good_rows_go_in(cli, empty, tmp_path) -> None:
    (tmp_path / "mixed.csv").write_bytes(b"sku,name\na,caf\xe9\nb,\nc,Fine\n")
    done = cli("import", tmp_path / "mixed.csv", "--shop", empty)
    assert done.exit_code == 0
    assert "3 read, 1 added, 0 changed, 0 unchanged, 0 deleted, 2 refused" in done.stdout
    assert "row 2, column name: found b'caf\\xe9'; expected text in UTF-8" in done.stdout
    assert "row 3, column title: found nothing; expected the product's title" in done.stdout


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.csv", b"sku,name,price\n", "The feed has no row."),
        (
            "cut.csv.gz",
            gzip.compress(b"sku,name\n" + b"".join(b"%d,Boots %d\n" % (n, n * n) for n in range(90_000)))[:-9],
            "cut",
        ),
        ("bad.csv", b"sku,name\na,\nb,\n", "expected the product's title"),
    ],
)
def test_a_feed_of_which_nothing_came_is_a_failure(cli, empty, name, content, said) -> None:
    (empty / name).write_bytes(content)
    done = cli("import", empty / name, "--shop", empty)
    assert done.exit_code == 1
    assert said in done.stdout


def test_quality(cli, parsed, shop) -> None:
    assert "Attributes by category" in cli("quality", "--shop", shop).stdout
    assert isinstance(parsed("quality", "--shop", shop), dict)


@pytest.mark.data("icecat")
def test_icecat_is_imported_whole(parsed, empty, data) -> None:
    report = parsed("import", data / "products.jsonl.gz", "--shop", empty, "--mapping", "icecat")
    assert (report["format"], report["added"], report["refused"]) == ("icecat", 19_406, 0)
