from __future__ import annotations

import csv
import gzip
import hashlib
import tomllib
from pathlib import Path

import orjson
import pytest

from shelfwise.catalog import Catalog
from shelfwise.catalog.store import SqlCatalogStore
from shelfwise.retrieval.labels import Labels
from shelfwise.retrieval.synonyms import parse_rules
from shelfwise.simulate.demo import DemoFiles, write_demo
from shelfwise.simulate.labels import demo_labels
from shelfwise.simulate.products import demo_products
from shelfwise.simulate.queries import demo_queries
from shelfwise.simulate.reviews import demo_reviews
from shelfwise.simulate.synonyms import demo_synonyms

COUNT = 400


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_demo(tmp_path_factory.mktemp("demo"), count=COUNT)


def test_the_import_door_makes_the_products_of_the_feed_without_loss(made: DemoFiles, tmp_path: Path) -> None:
    with SqlCatalogStore.open(tmp_path / "shop.db") as store:
        report = Catalog(store, tmp_path).load(made.products, made.mapping)
        assert (report.read, report.added, report.refused) == (COUNT, COUNT, 0)
        assert {product.id: product for product in store.products()} == {p.id: p for p in demo_products(count=COUNT)}


def test_reviews_are_one_a_line(made: DemoFiles) -> None:
    with gzip.open(made.reviews) as file:
        assert [orjson.loads(line)["id"] for line in file] == [review.id for review in demo_reviews(count=COUNT)]


def test_what_belongs_to_the_shop_can_go_elsewhere(tmp_path: Path) -> None:
    made = write_demo(tmp_path / "shop" / "feed", tmp_path / "shop", count=150)
    assert {path.name for path in (tmp_path / "shop").iterdir()} == {"feed", "pictures", "labels.toml", "synonyms.txt"}
    assert made.products.parent.name == "feed"


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
        assert [(row["query"], int(row["count"])) for row in csv.DictReader(file)] == list(demo_queries())


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
    counts = [count for _, count in queries]
    texts = {text for text, _ in queries}
    assert counts == sorted(counts, reverse=True)
    assert len(texts) == len(queries) > 400
    assert {"手机", "laptop"} <= texts
    assert "空挑" not in texts  # misspelt


def test_synonyms_are_rules_that_the_shop_reads() -> None:
    assert len(parse_rules(demo_synonyms(), "synonyms.txt")) > 30


def test_labels_are_a_file_that_the_shop_reads(made: DemoFiles) -> None:
    labels = Labels.read(made.labels)
    assert labels.value("attributes.color", "navy blue", "zh") == "藏青色"
    assert labels.value("category", "Phones > Smartphones", "zh") == "智能手机"
    assert labels.field("attributes.screen_size", "zh") == "屏幕尺寸"
