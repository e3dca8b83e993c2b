from __future__ import annotations

import csv
import gzip
import io
import os
import tracemalloc
from pathlib import Path
from typing import Any

import orjson
import pyarrow
import pyarrow.parquet
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shelfwise.catalog.base import BadRow, Row
from shelfwise.catalog.feeds import FORMATS, detect, open_reader
from shelfwise.catalog.feeds.jsonl import JsonlReader
from shelfwise.catalog.feeds.opening import encoding, lines
from shelfwise.errors import FeedError

once = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)


def read(path: Path, start: int = 0) -> list[Row | BadRow]:
    return list(open_reader(path)[1].rows(path, start))


def values(path: Path) -> list[Any]:
    return [dict(row.values) if isinstance(row, Row) else row for row in read(path)]


# --- JSON lines ----------------------------------------------------------------------------------------------

json_values = st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | cells | st.lists(cells)


@once
@given(st.lists(st.dictionaries(cells, json_values, max_size=4), max_size=5), st.sampled_from(["", ".gz", ".zst"]))
def test_jsonl_round_trip(tmp_path: Path, rows: list[dict[str, Any]], suffix: str) -> None:
    data = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    pack = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[suffix]
    path = tmp_path / f"feed.jsonl{suffix}"
    path.write_bytes(pack(data))
    assert values(path) == rows
    assert [row.number for row in read(path, 1) if isinstance(row, Row)] == list(range(2, len(rows) + 1))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"[1]", "a JSON list"),
        (b"null", "a JSON NoneType"),
        (b'{"id": NaN}', "at character"),
        (b'{"id": "\xff"}', "UTF-8"),
        (b'{"id": "\\ud800"}', "at character"),
        (b"[" * 100_000, "at character"),
        (b"\x00\x01", "at character"),
    ],
)
def test_lines_that_are_no_objects(tmp_path: Path, line: bytes, found: str) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b'{"id": "a"}\n\n' + line + b'\n{"id": "b"}')
    first, bad, last = read(path)
    assert isinstance(bad, BadRow)
    assert (bad.file, bad.row, bad.expected) == ("feed.jsonl", 3, "one JSON object a line")
    assert found in bad.found
    assert isinstance(first, Row) and isinstance(last, Row) and last.number == 4


def test_an_endless_line_takes_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    with path.open("wb") as file:
        for _ in range(60):
            file.write(b"x" * 2**20)
        file.write(b'\n{"id": "b"}\n')
    tracemalloc.start()
    bad, good = lines(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(bad, BadRow) and "a line over" in bad.found
    assert good == b'{"id": "b"}\n'
    assert peak < 50 * 2**20


def test_several_zstd_frames_are_one_file(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl.zst"
    path.write_bytes(zstandard.compress(b'{"id": 1}\n') + zstandard.compress(b'{"id": 2}\n'))
    assert values(path) == [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize("name", ["feed.jsonl.gz", "feed.jsonl.zst"])
def test_what_is_not_compressed_at_all(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b'{"id": 1}\n')
    (bad,) = open_reader(tmp_path / name, "jsonl")[1].rows(tmp_path / name)
    assert isinstance(bad, BadRow) and "cut off or damaged" in bad.found


# --- CSV, TSV ------------------------------------------------------------------------------------------------


@once
@given(st.lists(st.tuples(cells, cells, cells), max_size=5), st.sampled_from([",", ";", "\t", "|"]))
def test_csv_round_trip(tmp_path: Path, rows: list[tuple[str, str, str]], delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(
        [("a", "b", "c"), *rows]
    )
    path = tmp_path / "feed.csv"
    path.write_bytes(text.getvalue().encode())
    assert values(path) == [dict(zip("abc", row, strict=True)) for row in rows]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_in_the_usual_encodings(tmp_path: Path, charset: str) -> None:
    path = tmp_path / "feed.csv"
    path.write_bytes("编号,标题,价格\r\n1,游戏笔记本电脑,8999\r\n2,轻薄本,4999\r\n".encode(charset))
    assert values(path)[0] == {"编号": "1", "标题": "游戏笔记本电脑", "价格": "8999"}


def test_encoding_is_told_apart() -> None:
    assert encoding(b"id,name\n") == "utf-8"
    assert encoding("价格\n".encode()) == "utf-8"
    assert encoding("价格 名称\n".encode("gbk")) == "gb18030"
    assert encoding("cafés à la crème\n".encode("latin-1")) == "utf-8"  # its lines are refused, not turned into 閟
    with pytest.raises(FeedError, match="UTF-16"):
        encoding("a".encode("utf-16"))


def test_rows_that_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_bytes(b'id,name\n1,\xff\xfe\n2,two,,\n3\n\n4,four,more\n5,"five\n lines"\n')
    rows = read(path)
    assert [row.number if isinstance(row, Row) else row.row for row in rows] == [2, 3, 4, 6, 7]
    assert rows[0] == BadRow("feed.csv", 2, "name", "b'\\xff\\xfe'", "text in UTF-8")
    assert rows[2] == Row(4, {"id": "3"})
    assert rows[3] == BadRow("feed.csv", 6, "", "3 cells", "2 cells, as in the header")
    assert rows[4] == Row(7, {"id": "5", "name": "five\n lines"})
    assert [row.number for row in read(path, 4) if isinstance(row, Row)] == [7]


def test_a_quotation_that_never_ends_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_bytes(b'id,name\n1,"open\n' + b"2,x\n" * 600_000)
    rows = read(path)
    assert isinstance(rows[0], BadRow) and "field larger than field limit" in rows[0].found
    assert any(isinstance(row, Row) for row in rows)


def test_tsv(tmp_path: Path) -> None:
    path = tmp_path / "feed.tsv"
    path.write_text("id\tname\n1\tred, soft\n")
    assert values(path) == [{"id": "1", "name": "red, soft"}]


# --- Parquet ---------------------------------------------------------------------------------------------------


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "feed.parquet"
    rows = [{"id": n, "price": {"amount": n / 2, "currency": "CNY"}, "tags": ["a", str(n)]} for n in range(3000)]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    found = read(path, 2500)
    assert found[0] == Row(2501, {"id": 2500, "price.amount": 1250.0, "price.currency": "CNY", "tags": ["a", "2500"]})
    assert len(found) == 500
    assert {"id", "price.amount", "price.currency"} <= set(open_reader(path)[1].columns(path))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(FeedError, match="not a readable Parquet file"):
        read(path)


# --- Shopify, Google -------------------------------------------------------------------------------------------

SHOPIFY = """\
Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Image Src
boots,Red boots,Nord,Size,40,B40,59.90,3,https://s.example/1.jpg
mug,Mug,Nord,Title,Default Title,M1,9.90,5,https://s.example/m.jpg
,No handle,,,,,,,
boots,,,,41,B41,free,0,https://s.example/2.jpg
boots,,,,42,B42,62.00,1,https://s.example/1.jpg
"""

GOOGLE = """\
<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>
<item><g:id>a1</g:id><title>Shirt</title><g:price>15.00 USD</g:price><g:color>red</g:color><g:size>M</g:size>
 <g:item_group_id>shirt</g:item_group_id><g:shipping><g:price>5 USD</g:price></g:shipping>
 <g:image_link>https://s.example/a.jpg</g:image_link><g:additional_image_link>https://s.example/b.jpg</g:additional_image_link></item>
<item><g:id>b</g:id><title>Mug</title><g:price>9 USD</g:price><g:sale_price>7 USD</g:sale_price>
 <g:product_detail><g:attribute_name>Material</g:attribute_name><g:attribute_value>clay</g:attribute_value></g:product_detail></item>
<item><g:id>a2</g:id><title>Shirt</title><g:price>17.00 USD</g:price><g:color>red</g:color><g:size>L</g:size>
 <g:item_group_id>shirt</g:item_group_id><g:availability>out_of_stock</g:availability></item>
</channel></rss>
"""


def test_shopify_rows_become_products_with_variants(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text(SHOPIFY)
    assert detect(path) == "shopify"
    boots, mug, bad = read(path)
    assert isinstance(boots, Row) and isinstance(mug, Row)
    assert (boots.number, mug.number) == (2, 3)
    assert bad == BadRow("products.csv", 4, "Handle", "an empty cell", "the product's handle")
    assert [variant["id"] for variant in boots.values["variants"]] == ["B40", "B41", "B42"]
    assert boots.values["images"] == ["https://s.example/1.jpg", "https://s.example/2.jpg"]
    assert "variants" not in mug.values
    assert [row.number for row in read(path, 2) if isinstance(row, Row)] == [3]


def test_google_items_become_products_with_variants(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(GOOGLE)
    shirt, mug = read(path)
    assert isinstance(shirt, Row) and isinstance(mug, Row)
    assert (shirt.number, mug.number) == (1, 2)
    assert shirt.values["id"] == "shirt"
    assert shirt.values["color"] == "red" and "size" not in shirt.values and "shipping" not in shirt.values
    assert [variant["attributes"] for variant in shirt.values["variants"]] == [{"size": "M"}, {"size": "L"}]
    assert mug.values["detail.Material"] == "clay"


def test_google_atom_and_tsv(tmp_path: Path) -> None:
    atom = tmp_path / "feed.atom"
    atom.write_text(
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">'
        '<entry><g:id>1</g:id><title>Mug</title><link href="https://s.example/m"/></entry></feed>'
    )
    assert values(atom) == [{"id": "1", "title": "Mug", "link": "https://s.example/m"}]
    table = tmp_path / "feed.tsv"
    table.write_text("id\ttitle\tlink\tavailability\titem group id\tshipping(price)\n1\tMug\tu\tin stock\t\t5\n")
    assert detect(table) == "google_merchant"
    assert values(table) == [{"id": "1", "title": "Mug", "link": "u", "availability": "in stock"}]


def test_google_xml_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(GOOGLE[: GOOGLE.index("<item><g:id>a2")])
    bad = read(path)[2]
    assert isinstance(bad, BadRow) and "cut off or damaged" in bad.found and bad.row == 3


def test_google_xml_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    item = "<item><g:id>{}</g:id><title>" + "x" * 1000 + "</title></item>\n"
    head = '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>'
    path.write_text(head + "".join(item.format(n) for n in range(5000)) + "</channel></rss>")
    tracemalloc.start()
    assert sum(1 for _ in open_reader(path)[1].rows(path)) == 5000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


# --- knowing a format --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.csv", "id,title\n", "csv"),
        ("A.CSV", "id,title\n", "csv"),
        ("a.txt", "id;title\n", "csv"),
        ("a.tsv", "id\ttitle\n", "tsv"),
        ("a.ndjson", '{"id": 1}\n', "jsonl"),
        ("a.jsonl", '{"ean": [], "supplier": "", "short_description": "", "img_high": ""}\n', "icecat"),
        ("a.xml", "<rss/>", "google_merchant"),
    ],
)
def test_detect(tmp_path: Path, name: str, content: str, format: str) -> None:
    (tmp_path / name).write_text(content)
    assert detect(tmp_path / name) == format
    assert format in FORMATS


def test_an_unknown_format(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n")
    with pytest.raises(FeedError, match="unknown format 'xls'; expected one of csv, tsv"):
        open_reader(tmp_path / "a.csv", "xls")


def test_a_small_compressed_feed_that_is_cut_gives_what_comes_before(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl.gz"
    rows = b"".join(orjson.dumps({"id": str(i), "title": os.urandom(16).hex()}) + b"\n" for i in range(100))
    path.write_bytes(gzip.compress(rows)[:-500])
    found = list(JsonlReader().rows(path))
    assert 10 < len(found) < 100
    assert isinstance(found[-1], BadRow)
