from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shelfwise.catalog.codec import encode
from shelfwise.errors import InputError
from shelfwise.simulate.pictures import kind_of
from shelfwise.simulate.products import REFERENCE, demo_products, ean13
from shelfwise.simulate.specs import kinds
from shelfwise.types import Product

PRODUCTS = tuple(demo_products())
BY_ID = {product.id: product for product in PRODUCTS}


def texts(product: Product) -> dict[str, tuple[str, str]]:
    found = {product.language or "": (product.title, product.description)}
    return found | {language: (t.title, t.description) for language, t in product.translations.items()}


def is_chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


def digest(products: tuple[Product, ...]) -> str:
    return hashlib.sha256(b"\n".join(encode(product) for product in products)).hexdigest()


def test_there_are_as_many_products_as_asked_for_with_ids_of_their_own() -> None:
    assert len(PRODUCTS) == len(BY_ID) == 3200
    assert len(tuple(demo_products(seed=3, count=500))) == 500


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_other_processes_make_the_same_bytes(hash_seed: str) -> None:
    script = (
        "import hashlib; from shelfwise.catalog.codec import encode\n"
        "from shelfwise.simulate.products import demo_products\n"
        "print(hashlib.sha256(b'\\n'.join(encode(p) for p in demo_products(count=600))).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest(tuple(demo_products(count=600)))


def test_another_seed_makes_another_catalogue() -> None:
    assert digest(tuple(demo_products(8, 400))) != digest(tuple(demo_products(7, 400)))


def test_every_product_has_all_fields_in_both_languages() -> None:
    for product in PRODUCTS:
        assert set(texts(product)) == {"zh", "en"}
        for language, (title, description) in texts(product).items():
            assert len(title) > 8, product.id
            assert len(description) > 20, product.id
            assert "{" not in title + description and "[" not in title + description
            assert is_chinese(title) == is_chinese(description) == (language == "zh"), (title, description)
        assert product.brand and product.category and product.images and product.attributes
        assert product.price is not None and product.stock is not None
        assert product.released is not None and product.released < REFERENCE
        assert product.available == (product.stock > 0)
        other = next(iter(product.translations.values()))
        assert len(other.category) == len(product.category)


def test_most_sellers_write_chinese_first_and_some_english() -> None:
    languages = Counter(product.language for product in PRODUCTS)
    assert languages["zh"] > 4 * languages["en"] > 0


def test_titles_differ() -> None:
    assert len({product.title for product in PRODUCTS}) > 0.95 * len(PRODUCTS)
    descriptions = Counter(text[1] for product in PRODUCTS for text in texts(product).values())
    assert descriptions.most_common(1)[0][1] <= 4


def test_no_word_stands_twice_in_a_row() -> None:
    for product in PRODUCTS:
        for language, both in texts(product).items():
            for text in both:
                doubled = re.search(r"([一-鿿]{2,})\1" if language == "zh" else r"\b([A-Za-z]+) \1\b", text)
                assert doubled is None, (product.id, text)


def test_the_catalogue_is_broad_and_every_kind_is_there() -> None:
    assert len({product.category for product in PRODUCTS}) >= 50
    made = Counter(kind_of(product).key for product in PRODUCTS)
    assert set(made) == set(kinds())
    assert min(made.values()) >= 15


def check_digit_is_right(code: str) -> bool:
    return sum(int(digit) * weight for digit, weight in zip(code, [1, 3] * 6 + [1], strict=True)) % 10 == 0


def test_codes_are_model_numbers_and_valid_eans() -> None:
    eans = [product.codes[-1] for product in PRODUCTS]
    eans += [code for product in PRODUCTS for variant in product.variants for code in variant.codes]
    assert all(len(code) == 13 and check_digit_is_right(code) for code in eans)
    assert len(set(eans)) == len(eans)
    assert all(product.codes[0][:2].isalpha() for product in PRODUCTS)


def test_ean13_of_a_published_example() -> None:
    assert check_digit_is_right("4006381333931")  # the example in the EAN article of the GS1 manual
    assert not check_digit_is_right("4006381333932")
    assert ean13(12345) == "2000000123455"


def test_prices_stay_in_reason() -> None:
    for product in PRODUCTS:
        assert product.price is not None
        low, high = kind_of(product).price
        assert Decimal(low) / 5 <= product.price.amount <= Decimal(high) * 10, product.id
        assert product.price.currency == "CNY"
        if product.list_price is not None:
            assert product.list_price.amount > product.price.amount


def test_some_are_reduced_sold_out_refurbished_or_sets() -> None:
    tags = Counter(tag for product in PRODUCTS for tag in product.tags)
    assert {"on sale", "new arrival", "best seller", "refurbished", "bundle"} <= set(tags)
    sold_out = sum(not product.available for product in PRODUCTS)
    assert 0.01 < sold_out / len(PRODUCTS) < 0.1


def test_variants_differ_and_the_product_has_the_lowest_of_their_prices() -> None:
    with_variants = [product for product in PRODUCTS if product.variants]
    assert len(with_variants) > 800
    for product in with_variants:
        key = kind_of(product).variants
        assert key is not None
        values = [variant.attributes[key].value for variant in product.variants]
        assert len(set(values)) == len(values) >= 2
        prices = [variant.price.amount for variant in product.variants if variant.price]
        assert product.price is not None and product.price.amount == min(prices)
        assert product.stock == sum(variant.stock or 0 for variant in product.variants)


def test_accessories_name_devices_of_the_catalogue() -> None:
    for product in PRODUCTS:
        kind = kind_of(product)
        if kind.fits is None:
            continue
        name = product.attributes["compatible"].value
        assert isinstance(name, str)
        assert name in texts(product)["en"][0] or name.lower() in texts(product)["en"][0].lower()
        sellable = [p for p in PRODUCTS if kind_of(p).key == kind.fits]
        assert any(name.casefold() in texts(p)["en"][0].casefold() for p in sellable), name


def test_the_examples_of_the_method_are_there() -> None:
    iphone, galaxy = BY_ID["apple-iphone-13"], BY_ID["samsung-galaxy-s21"]
    assert iphone.price is not None and iphone.price.amount == 9999
    assert galaxy.price is not None and galaxy.price.amount == 8999
    assert "iPhone 13" in texts(iphone)["zh"][0] and "iPhone 13" in texts(iphone)["en"][0]
    assert "Galaxy S21" in texts(galaxy)["zh"][0] and "Galaxy S21" in texts(galaxy)["en"][0]
    new = [p for p in PRODUCTS if kind_of(p).key == "laptop" and p.released and REFERENCE - p.released < timedelta(90)]
    assert len(new) >= 4


def test_new_is_reckoned_from_the_reference() -> None:
    early = datetime(2025, 3, 1, tzinfo=UTC)
    products = tuple(demo_products(count=300, reference=early))
    assert all(p.released is not None and p.released < early for p in products)
    assert any("new arrival" in p.tags for p in products)


def test_a_count_too_small_is_refused() -> None:
    with pytest.raises(InputError, match="count is 10"):
        tuple(demo_products(count=10))
