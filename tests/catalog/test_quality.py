from __future__ import annotations

import json
import math
from decimal import Decimal
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from shelfwise.catalog import Catalog
from shelfwise.catalog.base import BadRow, Row
from shelfwise.catalog.feeds import open_reader
from shelfwise.catalog.mapping import preset
from shelfwise.catalog.quality import OUTLIER, quality_report, report_on, robust_scores
from shelfwise.catalog.store import SqlCatalogStore
from shelfwise.catalog.validate import Converter
from shelfwise.types import Attribute, Money, Product


def priced(id: str, price: str, **changes: object) -> Product:
    fields = {"category": ("Shoes",), "price": Money(Decimal(price), "CNY")} | changes
    return Product(id, f"title {id}", **fields)  # type: ignore[arg-type]


def test_titles_that_several_products_share() -> None:
    report = report_on([Product("1", "Red  Boots"), Product("2", "red boots"), Product("3", "Blue boots")])
    assert report.shared_titles == 1
    assert report.shared_title_examples[0].ids == ("1", "2")


def test_prices_unlike_the_others_of_their_category() -> None:
    usual = [priced(f"p{number}", str(95 + number)) for number in range(20)]
    odd = [priced("cheap", "0.99"), priced("dear", "10000"), priced("elsewhere", "10000", category=("Houses",))]
    report = report_on([*usual, *odd])
    assert [outlier.id for outlier in report.price_outlier_examples] == ["cheap", "dear"]
    assert 100 < report.price_outlier_examples[0].median < 110


def test_robust_scores_against_the_definition() -> None:
    prices = np.array([10.0, 20.0, 40.0, 80.0, 5000.0])
    median, scores = robust_scores(prices)
    assert median == pytest.approx(40)
    deviation = 1.4826 * math.log(2)  # distances from ln 40: ln 4, ln 2, 0, ln 2, ln 125; their median is ln 2
    assert scores == pytest.approx(np.abs(np.log(prices / 40)) / deviation)


def test_scores_are_finite_when_most_prices_are_the_same() -> None:
    _, scores = robust_scores(np.array([10.0] * 20 + [10.5, 100.0]))
    assert scores[-2] < OUTLIER < scores[-1] < math.inf


def test_codes_and_attributes_that_disagree() -> None:
    size, number, unit = Attribute("large"), Attribute(5.0), Attribute(5.0, "cm")
    report = report_on(
        [
            priced("1", "10", codes=("4006381333931",), brand="A", attributes={"size": size, "width": number}),
            priced("2", "11", codes=("4006381333931",), brand="B", attributes={"size": number, "width": unit}),
            priced("3", "10", codes=("X1",), brand="A"),
            priced("4", "99", codes=("X1",), brand="A"),
            priced("5", "99", codes=("X1",), brand="C"),
        ]
    )
    found = {(conflict.code, conflict.what): conflict.ids for conflict in report.code_conflict_examples}
    assert found == {("4006381333931", "brand"): ("1", "2"), ("a X1", "price"): ("3", "4")}
    conflicts = {(conflict.attribute, conflict.what): conflict.counts for conflict in report.attribute_conflicts}
    assert conflicts == {
        ("size", "type"): {"text": 1, "number": 1},
        ("width", "unit"): {"no unit": 1, "cm": 1},
    }


def test_coverage_languages_and_what_is_missing() -> None:
    blue = {"color": Attribute("blue")}
    products = [priced("1", "1", attributes=blue, language="en"), priced("2", "1", language="zh"), Product("3", "x")]
    report = report_on(products)
    assert [(row.category, row.attribute, row.products, row.share) for row in report.coverage] == [
        ("Shoes", "color", 2, 0.5)
    ]
    assert report.languages == {"en": 1, "zh": 1, "unknown": 1}
    assert report.missing == {"image": 3, "price": 1, "category": 1, "description": 3, "brand": 3}


def test_no_products() -> None:
    report = report_on([])
    assert (report.products, report.near_duplicates, report.price_outliers) == (0, 0, 0)
    json.dumps(report.to_json())


@pytest.mark.data("icecat")
def test_icecat(data: Path) -> None:
    path = data / "products.jsonl.gz"
    format, reader = open_reader(path)
    refused: list[BadRow] = []
    converter = Converter(preset(format), path.name)
    rows = [row for row in islice(reader.rows(path), 4000) if isinstance(row, Row)]
    report = report_on(product for row in rows if (product := converter.product(row, refused.append)))
    assert (format, report.products, refused) == ("icecat", 4000, [])
    assert report.missing["price"] == 0
    assert report.shared_titles > 20
    json.dumps(report.to_json())


def test_through_the_catalogue(sqlite_store: SqlCatalogStore, tmp_path: Path) -> None:
    sqlite_store.upsert([Product("1", "Red boots")])
    assert Catalog(sqlite_store, tmp_path).quality().products == 1
    told: list[tuple[int, int | None]] = []
    quality_report(sqlite_store, lambda done, total: told.append((done, total)))
    assert told == [(1, 1)]


def test_tables_show_what_was_found() -> None:
    assert [table.title for table in report_on([]).tables()] == ["Catalogue"]
    shared = [priced(str(number), "10", codes=("4006381333931",), brand=str(number)) for number in range(3)]
    tables = {table.title: table for table in report_on([*shared, Product("x", "title 1")]).tables()}
    assert tables["Shared titles"].rows == (("title 1", "1 x"),)
    assert tables["Codes that disagree"].rows == (("4006381333931", "brand", "0, 1, 2", "0 1 2"),)
    assert ("products", "4") in tables["Catalogue"].rows
    assert all(len(row) == len(table.columns) for table in tables.values() for row in table.rows)
    assert all(set(table.numbers) <= set(table.columns) for table in tables.values())
