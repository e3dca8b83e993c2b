from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.catalog import values
from shelfwise.catalog.base import BadRow, Offer, Row
from shelfwise.catalog.feeds.shopify import ShopifyReader
from shelfwise.catalog.mapping import FeedMapping, Fields, parse, preset
from shelfwise.catalog.validate import MAX_DESCRIPTION, Converter
from shelfwise.catalog.values import Unusable
from shelfwise.types import Attribute, Money, Product, Rating, Translation
from tests.catalog.test_feeds import SHOPIFY

SAME_NAMES = "\n".join(f'{name} = "{name}"' for name in Fields.model_fields)
SAME = parse(f'[fields]\n{SAME_NAMES}\n[[attributes]]\npattern = "a_*"')


def convert(row: dict[str, Any], mapping: FeedMapping = SAME) -> tuple[Product | None, list[BadRow]]:
    bad: list[BadRow] = []
    return Converter(mapping, "feed.csv").product(Row(7, {"id": "1", "title": "Mug"} | row), bad.append), bad


def test_every_field() -> None:
    product, bad = convert(
        {
            "description": " Nice\r\nand\x07 warm ",
            "category": "Home > Kitchen>Mugs",
            "price": "12.50",
            "list_price": "20 EUR",
            "stock": "3",
            "images": ["https://s.example/1.jpg", "", "https://s.example/1.jpg", "2.jpg"],
            "rating": 4.5,
            "rating_count": "12",
            "tags": "new, warm,new",
            "codes": 4006381333931,
            "released": "2024-01-31",
            "a_size": 2,
            "a_hot": True,
            "a_Color ": "red",
            "a_list": ["x", "y"],
            "a_none": None,
        }
    )
    assert bad == []
    assert product == Product(
        "1",
        "Mug",
        description="Nice\nand warm",
        category=("Home", "Kitchen", "Mugs"),
        attributes={
            "size": Attribute(2.0),
            "hot": Attribute(True),
            "color": Attribute("red"),
            "list": Attribute(("x", "y")),
        },
        price=Money(Decimal("12.50"), "CNY"),
        list_price=Money(Decimal(20), "EUR"),
        stock=3,
        images=("https://s.example/1.jpg", "2.jpg"),
        rating=Rating(4.5, 12),
        language="en",
        tags=("new", "warm"),
        codes=("4006381333931",),
        released=datetime(2024, 1, 31, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("row", "column", "found", "expected"),
    [
        ({"id": ""}, "id", "nothing", "the product's id"),
        ({"id": None}, "id", "nothing", "the product's id"),
        ({"id": ["a"]}, "id", "['a']", "a text"),
        ({"id": "x" * 513}, "id", "xxx", "at most 512 characters"),
        ({"title": " \x00 "}, "title", "nothing", "the product's title"),
        ({"title": "x" * 10_000_000}, "title", "(10000000 characters)", "at most 10,000 characters"),
        ({"title": {"a": 1}}, "title", "{'a': 1}", "a text"),
        ({"price": "NaN"}, "price", "NaN", "a price from 0"),
        ({"price": float("nan")}, "price", "nan", "a price from 0"),
        ({"price": float("inf")}, "price", "inf", "a price from 0"),
        ({"price": "-1"}, "price", "-1", "a price from 0"),
        ({"price": 1e300}, "price", "1e+300", "a price from 0"),
        ({"price": "1e-400"}, "price", "1e-400", "a price from 0"),
        ({"price": True}, "price", "True", "a price"),
        ({"price": "free"}, "price", "free", "a price such as 9999.00"),
        ({"price": "5 XYZ"}, "price", "XYZ", "a currency such as CNY"),
        ({"price": "9" * 10_000}, "price", "(10000 characters)", "a price"),
        ({"available": "maybe"}, "available", "maybe", "yes or no"),
        ({"stock": "many"}, "stock", "many", "a number"),
        ({"stock": 1.5}, "stock", "1.5", "a whole number"),
        ({"rating": 11}, "rating", "11", "a rating from 1 to 5"),
        ({"released": "soon"}, "released", "soon", "a time such as 2025-01-31"),
        ({"url": "javascript:alert(1)"}, "url", "javascript:alert(1)", "https://"),
        ({"images": ["data:text/html,x"]}, "images", "data:text/html,x", "https://"),
        ({"category": ">".join(map(str, range(30)))}, "category", "30 levels", "at most 20 levels"),
        ({"tags": ["t" + str(n) for n in range(5000)]}, "tags", "a list of 5000", "at most 1,000 values"),
        ({"a_x": "x" * 20_000}, "", "(20000 characters)", "at most 10,000 characters"),
        ({"a_" + "k" * 300: "x"}, "", "(300 characters)", "an attribute name of at most 200"),
        ({f"a_{n}": n for n in range(2001)}, "", "2,001 attributes", "at most 2,000 attributes"),
        ({f"a_{n}": n for n in range(1_000_00)}, "", "100,002 columns", "at most 2,000 attributes"),
        ({"variants": "x"}, "variants", "x", "a list of at most 2,000 variants"),
    ],
)
def test_rows_that_are_refused(row: dict[str, Any], column: str, found: str, expected: str) -> None:
    product, (bad,) = convert(row)
    assert product is None
    assert (bad.file, bad.row, bad.column) == ("feed.csv", 7, column)
    assert found in bad.found
    assert expected in bad.expected
    assert len(bad.found) < 120


def test_what_is_mended() -> None:
    product, bad = convert(
        {"description": "x" * (MAX_DESCRIPTION + 5), "stock": -3, "price": 5, "list_price": "5", "rating": 0}
    )
    assert product is not None and bad == []
    assert (len(product.description), product.stock, product.available) == (MAX_DESCRIPTION, 0, False)
    assert (product.list_price, product.rating) == (None, None)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("9999", "9999", None),
        ("¥9,999.00", "9999.00", "CNY"),
        ("￥1", "1", "CNY"),
        ("15.00 USD", "15.00", "USD"),
        ("1.234,50 €", "1234.50", "EUR"),
        ("1 234,5", "1234.5", None),
        ("12,50", "12.50", None),
        ("1,234", "1234", None),
        ("99元", "99", "CNY"),
        ("HK$5", "5", "HKD"),
        ("rmb 7", "7", "CNY"),
    ],
)
def test_prices_as_people_write_them(text: str, amount: str, currency: str | None) -> None:
    assert values.amount(text) == (Decimal(amount), currency)


@given(st.decimals(0, 10**9, places=2))
def test_any_price_comes_through(price: Decimal) -> None:
    assert values.amount(str(price)) == (price, None)
    assert values.amount(f"{price:,} USD") == (price, "USD")
    assert float(values.amount(float(price))[0]) == float(price)


@given(st.text(max_size=70))
def test_any_text_is_a_value_or_unusable(text: str) -> None:
    for read in (values.amount, values.flag, values.count, values.quantity, values.time):
        try:
            read(text)
        except Unusable as bad:
            assert bad.expected


def test_scale_currency_and_constants() -> None:
    mapping = parse("""
currency = "USD"
[fields]
id = "id"
title = ["name", "title"]
price = { column = "cents", scale = 0.01 }
list_price = { column = "old", currency_column = "money" }
brand = { constant = "Nord" }
codes = ["ean", { column = "model", only = '\\d' }]
description = { column = "text", html = true }
released = { column = "day", format = "%d.%m.%Y" }
[translations.zh]
title = "title_zh"
[[attributes]]
pattern = "RAM"
key = "memory"
type = "number"
unit = "MB"
""")
    product, bad = convert(
        {
            "cents": 4995,
            "old": 60,
            "money": "EUR",
            "ean": "1",
            "model": "Classic",
            "text": "<p>a &amp; b</p><script>x</script>",
            "day": "31.01.2024",
            "title_zh": "杯子",
            "RAM": "16 GB",
            "other": "not mapped",
        },
        mapping,
    )
    assert product is not None and bad == []
    assert product.price == Money(Decimal("49.95"), "USD")
    assert product.list_price == Money(Decimal(60), "EUR")
    assert (product.title, product.brand, product.codes, product.description) == ("Mug", "Nord", ("1",), "a & b")
    assert product.released == datetime(2024, 1, 31, tzinfo=UTC)
    assert product.translations == {"zh": Translation("杯子")}
    assert product.attributes == {"memory": Attribute(16.0, "GB")}


def test_offers() -> None:
    bad: list[BadRow] = []
    converter = Converter(SAME, "feed.csv")
    assert converter.offer(Row(1, {"id": 5, "price": "3", "stock": "0"}), bad.append) == Offer(
        "5", Money(Decimal(3), "CNY"), None, False, 0
    )
    assert converter.offer(Row(2, {"id": 5, "price": "x"}), bad.append) is None
    assert converter.offer(Row(3, {"price": 1}), bad.append) is None
    assert [(row.row, row.column) for row in bad] == [(2, "price"), (3, "id")]


def test_a_bad_variant_goes_alone(tmp_path: Any) -> None:
    path = tmp_path / "products.csv"
    path.write_text(SHOPIFY)
    bad: list[BadRow] = []
    converter = Converter(preset("shopify"), path.name, "EUR")
    rows = [row for row in ShopifyReader().rows(path) if isinstance(row, Row)]
    boots, mug = (converter.product(row, bad.append) for row in rows)
    assert boots is not None and mug is not None
    assert [(variant.id, variant.title, variant.stock) for variant in boots.variants] == [
        ("B40", "40", 3),
        ("B42", "42", 1),
    ]
    assert boots.price == Money(Decimal("59.90"), "EUR")
    assert (boots.stock, boots.available, mug.stock, mug.variants) == (4, True, 5, ())
    assert [(row.row, row.found) for row in bad] == [(5, "free")]
