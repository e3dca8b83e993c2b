from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.catalog.codec import decode
from shelfwise.retrieval.document import (
    TEXT_FIELDS,
    Bounds,
    Documents,
    encoder_text,
    is_available,
    keywords,
    numbers,
    plain,
    selling_price,
)
from shelfwise.retrieval.labels import Labels
from shelfwise.types import Attribute, Money, Product, Rating, Translation, Variant
from tests.retrieval.standin import SmallAnalyzer


def cny(amount: str) -> Money:
    return Money(Decimal(amount), "CNY")


PHONE = Product(
    id="P-1",
    title="Nova phones X200",
    description="<p>Bright &amp; light</p>",
    brand="Nova",
    category=("Electronics", "Phones"),
    attributes={
        "color": Attribute("black"),
        "memory": Attribute(8.0, "GB"),
        "nfc": Attribute(True),
        "bands": Attribute(("4g", "5g")),
    },
    list_price=cny("1000"),
    rating=Rating(4.5, 12),
    language="en",
    tags=("new",),
    codes=("0095205603217",),
    variants=(
        Variant("P-1-a", attributes={"size": Attribute(39.0)}, price=cny("700"), available=False),
        Variant("P-1-b", "Nova gold", {"size": Attribute(38.0), "color": Attribute("gold")}, cny("800")),
    ),
    translations={"zh": Translation("新星手机", category=("电子", "手机"), attributes={"color": "黑色"})},
    released=datetime(2024, 1, 1, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def documents() -> Documents:
    labels = Labels({"zh": {"values": {"color=gold": "金色"}, "attributes": {"nfc": "近场"}}})
    return Documents(SmallAnalyzer(), labels)


def test_all_languages_and_variants_are_searched(documents: Documents) -> None:
    text = documents(PHONE).text
    assert set(text) == set(TEXT_FIELDS)
    assert {"nova", "phone", "手机", "gold"} <= set(text["title"])
    assert {"black", "gold", "nfc", "色", "4g"} <= set(text["attributes"])
    assert {"近场", "金色"} <= set(text["text_grams"])
    assert text["description"] == ("bright", "light")
    assert {"p1", "x200", "95205603217", "p1a"} <= set(text["codes"])


def test_payload_is_the_product(documents: Documents) -> None:
    assert decode(documents(PHONE).payload) == PHONE


def test_keywords_hold_every_prefix_of_the_category() -> None:
    found = keywords(PHONE)
    assert found["category"] == ("Electronics", "Electronics > Phones")
    assert found["attributes.color"] == ("black", "gold")
    assert found["attributes.nfc"] == ("true",)
    assert found["attributes.bands"] == ("4g", "5g")
    assert found["attributes.size"] == ("38", "39")
    assert found["language"] == ("en",)
    assert "attributes.memory" not in found


def test_numbers() -> None:
    found = numbers(PHONE)
    assert found["price"] == 800
    assert found["discount"] == pytest.approx(0.2)
    assert found["attributes.memory"] == 8
    assert found["available"] == 1
    assert found["released"] == PHONE.released.timestamp()  # type: ignore[union-attr]
    assert "updated" not in found


def test_price_is_the_products_own_before_its_variants() -> None:
    assert selling_price(Product("a", "a", price=cny("5"), variants=PHONE.variants)) == cny("5")
    assert selling_price(PHONE) == cny("800")
    assert selling_price(Product("a", "a", variants=PHONE.variants[:1])) == cny("700")
    assert selling_price(Product("a", "a")) is None


def test_available_needs_a_variant_that_is() -> None:
    assert is_available(PHONE)
    assert not is_available(Product("a", "a", variants=PHONE.variants[:1]))
    assert not is_available(Product("a", "a", available=False, variants=PHONE.variants))


def test_a_bare_product(documents: Documents) -> None:
    indexed = documents(Product("x", ""))
    assert all(not tokens for field, tokens in indexed.text.items() if field != "codes")
    assert indexed.text["codes"] == ("x",)
    assert indexed.keywords == {}
    assert indexed.numbers == {"available": 1.0}


def test_long_products_are_cut() -> None:
    bounds = Bounds(title=100, description=100, attributes=3, variants=2, tags=2, category=2)
    product = Product(
        "x",
        "word " * 1_000_000,
        "text " * 1_000_000,
        category=("a",) * 1000,
        attributes={f"k{i}": Attribute(f"v{i}") for i in range(100_000)},
        tags=("t",) * 10_000,
        variants=tuple(Variant(str(i)) for i in range(10_000)),
    )
    indexed = Documents(SmallAnalyzer(), bounds=bounds)(product)
    assert sum(map(len, indexed.text.values())) < 400
    assert sum(map(len, indexed.keywords.values())) < 20


def test_encoder_text_says_what_it_is_first() -> None:
    text = encoder_text(PHONE)
    assert text.startswith("Nova phones X200. ")
    assert text.endswith("Bright & light")
    assert len(encoder_text(Product("x", "long " * 1000))) <= 400


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b", "a b"),
        ("<script>evil()</script>good", "good"),
        ("<STYLE type='x'>p{}</STYLE>good", "good"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("&lt;b&gt; &nbsp;x", "<b> x"),
        ("<" * 50, "<" * 50),
        ("", ""),
    ],
)
def test_plain(html: str, text: str) -> None:
    assert plain(html, 100) == text


@given(st.text(max_size=400), st.integers(1, 60))
def test_plain_is_bounded_for_any_text(text: str, size: int) -> None:
    assert len(plain(text, size)) <= size


def test_infinite_numbers_are_left_out() -> None:
    product = Product("x", "x", attributes={"a": Attribute(math.inf), "b": Attribute(math.nan), "c": Attribute(1.5)})
    assert [key for key in numbers(product) if key.startswith("attributes")] == ["attributes.c"]
