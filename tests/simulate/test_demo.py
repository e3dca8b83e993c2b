from __future__ import annotations

import csv
import gzip
import hashlib
import tomllib
from pathlib import Path

import pytest

from shelfwise.catalog.codec import decode
from shelfwise.simulate.demo import DemoFiles, write_demo
from shelfwise.simulate.labels import demo_labels
from shelfwise.simulate.products import demo_products
from shelfwise.simulate.queries import demo_queries
from shelfwise.simulate.synonyms import demo_synonyms

COUNT = 400


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_demo(tmp_path_factory.mktemp("demo"), count=COUNT)


def test_the_feed_holds_the_products_without_loss(made: DemoFiles) -> None:
    with gzip.open(made.products) as file:
        assert [decode(line) for line in file] == list(demo_products(count=COUNT))


def test_every_product_has_its_picture(made: DemoFiles) -> None:
    for product in demo_products(count=COUNT):
        assert (made.pictures.parent / product.images[0]).read_text("utf-8").startswith("<svg")
    assert len(list(made.pictures.iterdir())) == COUNT


def test_tables_have_their_columns(made: DemoFiles) -> None:
    with made.judgments.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"query", "docid", "rating"}
    assert {row["rating"] for row in rows} == {"0", "1", "2", "3"}
    with made.queries.open(encoding="utf-8", newline="") as file:
        assert [row["query"] for row in csv.DictReader(file)] == [query.text for query in demo_queries()]


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_writing_twice_gives_the_same_bytes(made: DemoFiles, tmp_path: Path) -> None:
    write_demo(tmp_path, count=COUNT)
    assert digests(tmp_path) == digests(made.products.parent)


def test_labels_cover_every_attribute_value_and_category() -> None:
    labels = tomllib.loads(demo_labels())
    for product in demo_products():
        assert set(product.category) <= set(labels["zh"]["categories"])
        assert all(f"tags={tag}" in labels["zh"]["values"] for tag in product.tags)
        variants = [item for variant in product.variants for item in variant.attributes.items()]
        for key, attribute in [*product.attributes.items(), *variants]:
            assert key in labels["zh"]["attributes"] and key in labels["en"]["attributes"]
            values = attribute.value if isinstance(attribute.value, tuple) else (attribute.value,)
            for value in values:
                if isinstance(value, str):
                    assert f"{key}={value}" in labels["zh"]["values"], (key, value)


def test_chinese_labels_are_chinese() -> None:
    labels = tomllib.loads(demo_labels())["zh"]
    for name in (*labels["attributes"].values(), *labels["categories"].values()):
        assert any("一" <= character <= "鿿" for character in name), name


def test_past_queries_are_frequent_first_and_in_both_languages() -> None:
    queries = list(demo_queries())
    assert [query.count for query in queries] == sorted((query.count for query in queries), reverse=True)
    assert len({query.text for query in queries}) == len(queries) > 400
    assert {query.language for query in queries} == {"zh", "en"}
    assert "空挑" not in {query.text for query in queries}


def test_synonyms_have_two_sides_on_every_line() -> None:
    for line in demo_synonyms().splitlines():
        if line and not line.startswith("#"):
            left, separator, right = line.partition("=>" if "=>" in line else ",")
            assert separator and left.strip() and right.strip(), line
