from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from shelfwise.errors import CorruptIndexError
from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.simulate.products import REFERENCE, demo_products
from shelfwise.types import And, AnyOf, Attribute, Money, NoneOf, Or, Product, Range, Rating, Translation
from shelfwise.understanding.base import Constraint
from shelfwise.understanding.constraints.catalogue import CatalogueDictionary
from shelfwise.understanding.constraints.dictionary import FILE, DictionaryBuilder
from shelfwise.understanding.constraints.step import ConstraintsStep

ANALYZER = BilingualAnalyzer()


def product(id: int, brand: str, title: str = "thing", **attributes: str | float | bool) -> Product:
    return Product(
        str(id),
        f"{brand} {title}",
        brand=brand,
        category=("Home", "Chairs"),
        attributes={key: Attribute(value, "GB" if key == "storage" else None) for key, value in attributes.items()},
        price=Money(Decimal(10 + id), "CNY"),
        rating=Rating(4.0, 3),
        released=datetime(2020 + id % 5, 6, 1, tzinfo=UTC),
        translations={"zh": Translation("东西", attributes={"brand": "椅之家"})} if brand == "Stoolio" else {},
    )


COLOURS = ("Navy", "Black, Red", "Dark Blue", "Signal Black")
PRODUCTS = [
    *(
        product(n, "Stoolio", product_colour=COLOURS[n % 4], waterproof=n % 2 == 0, storage=64.0 * 2 ** (n % 3))
        for n in range(40)
    ),
    *(product(n, "Apple 苹果", material="Genuine leather", fit="made for comfort") for n in range(40, 50)),
    *(product(n, "Chief", "chair", size="XL") for n in range(50, 52)),
    *(product(n, "Other", "chair for the chief of the house") for n in range(52, 60)),
]


def built(folder: Path, products: list[Product]) -> CatalogueDictionary:
    builder = DictionaryBuilder()
    for one in products:
        builder.add(one, None)
    folder.mkdir(exist_ok=True)
    builder.write(folder)
    return CatalogueDictionary.open(folder)


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> ConstraintsStep:
    return ConstraintsStep(ANALYZER, built(tmp_path_factory.mktemp("dictionary"), PRODUCTS), currency="CNY")


def one(step: ConstraintsStep, text: str, kind: str) -> Constraint:
    (found,) = [each for each in step.read(text) if each.kind == kind]
    return found


def test_a_brand_is_found_by_each_of_its_names(step: ConstraintsStep) -> None:
    for text in ("stoolio stool", "椅之家凳子"):
        found = one(step, text, "brand")
        assert (found.value, found.filter, found.hard, found.source) == (
            "stoolio",
            AnyOf("brand", ("Stoolio",)),
            True,
            "catalogue",
        )


def test_a_well_known_brand_is_found_as_the_catalogue_writes_it(step: ConstraintsStep) -> None:
    assert one(step, "苹果手机", "brand").filter == AnyOf("brand", ("Apple 苹果",))
    assert one(step, "not apple", "brand").filter == NoneOf("brand", ("Apple 苹果",))
    assert one(step, "sony headphones", "brand").filter is None


def test_a_brand_that_is_a_word_of_other_titles_counts_beside_goods_only(step: ConstraintsStep) -> None:
    assert one(step, "chief chair", "brand").value == "chief"
    assert [each for each in step.read("the chief wears it") if each.kind == "brand"] == []


def test_a_brand_of_the_catalogue_away_from_goods_is_a_wish(step: ConstraintsStep) -> None:
    assert not one(step, "stoolio my office", "brand").hard
    assert one(step, "stool by stoolio", "brand").hard


def test_a_misspelt_brand_is_a_wish(step: ConstraintsStep) -> None:
    found = one(step, "stoolia stool", "brand")
    assert (found.value, found.hard) == ("stoolio", False)
    assert found.confidence <= 0.5


def test_words_of_the_catalogue_are_no_slips(tmp_path: Path) -> None:
    dictionary = built(tmp_path / "d", [*PRODUCTS, *(product(n, "Other", "stoolie") for n in range(70, 73))])
    assert dictionary.find("stoolie stool", ANALYZER.analyze("stoolie stool")) == []


def test_colours_are_found_as_they_are_written(step: ConstraintsStep) -> None:
    assert one(step, "blue stool", "colour").filter == AnyOf("attributes.product_colour", ("Dark Blue", "Navy"))
    assert one(step, "不要黑色的", "colour").filter == NoneOf(
        "attributes.product_colour", ("Black, Red", "Signal Black")
    )


def test_values_side_by_side_are_one_filter(step: ConstraintsStep) -> None:
    filters = {each.filter for each in step.read("red or blue stool") if each.kind == "colour"}
    assert filters == {AnyOf("attributes.product_colour", ("Black, Red", "Dark Blue", "Navy"))}


def test_a_field_that_few_products_have_is_a_wish(step: ConstraintsStep) -> None:
    found = one(step, "leather stool", "material")
    assert found.filter == AnyOf("attributes.material", ("Genuine leather",))
    assert not found.hard
    assert one(step, "no leather", "material").hard  # products without the field stay


def test_flags_and_measures(step: ConstraintsStep) -> None:
    assert one(step, "防水", "feature").filter == AnyOf("attributes.waterproof", (True,))
    assert one(step, "128gb stool", "capacity").filter == Range("attributes.storage", 128 * 0.99, 128 * 1.01)
    assert one(step, "at least 1tb", "capacity").filter is None  # nothing is as large
    assert one(step, "0.125tb", "capacity").filter == Range("attributes.storage", 128 * 0.99, 128 * 1.01)


def test_sizes_ratings_and_years(step: ConstraintsStep) -> None:
    assert one(step, "xl码", "size").filter == AnyOf("attributes.size", ("XL",))
    assert one(step, "at least 4 stars", "rating").filter == Range("rating", 4.0, None)
    assert one(step, "2022款", "recency").filter == Range(
        "released", datetime(2022, 1, 1, tzinfo=UTC).timestamp(), datetime(2023, 1, 1, tzinfo=UTC).timestamp() - 1
    )
    assert one(step, "newest stool", "recency").filter == Range(
        "released", datetime(2023, 6, 1, tzinfo=UTC).timestamp()
    )


def test_a_catalogue_without_a_field_is_not_filtered_by_it(tmp_path: Path) -> None:
    bare = built(tmp_path / "bare", [Product(str(n), "红色连衣裙") for n in range(20)])
    step = ConstraintsStep(ANALYZER, bare, currency="CNY")
    found = step.read("500以下 红色 苹果手机 评分4以上 新款 xl 128gb 真皮")
    assert len(found) >= 7
    assert all(each.filter is None and not each.hard for each in found)


def test_the_same_products_give_the_same_bytes(tmp_path: Path) -> None:
    built(tmp_path / "a", PRODUCTS)
    built(tmp_path / "b", PRODUCTS)
    assert (tmp_path / "a" / FILE).read_bytes() == (tmp_path / "b" / FILE).read_bytes()


def test_an_empty_catalogue(tmp_path: Path) -> None:
    step = ConstraintsStep(ANALYZER, built(tmp_path / "none", []), currency="CNY")
    assert [each.filter for each in step.read("red dress under 50")] == [None, None]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"products": 1}', b"\xff"])
def test_a_damaged_file_is_an_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(CorruptIndexError, match=FILE):
        CatalogueDictionary.open(tmp_path)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorruptIndexError, match="Index again"):
        CatalogueDictionary.open(tmp_path)


def test_the_demo_shop(tmp_path: Path) -> None:
    dictionary = built(tmp_path / "demo", list(demo_products(7, 600, REFERENCE)))
    step = ConstraintsStep(ANALYZER, dictionary, currency="CNY")
    assert dictionary.cover["colour"] > 0.8
    red = one(step, "红色的裙子", "colour")
    assert isinstance(red.filter, AnyOf) and red.filter.field == "attributes.color" and red.hard
    assert isinstance(one(step, "men's jacket", "audience").filter, AnyOf)
    assert one(step, "不要星曜的笔记本", "brand").filter == NoneOf("brand", ("Xingyao 星曜",))


def test_several_keys_of_a_kind_are_alternatives(tmp_path: Path) -> None:
    products = [product(n, "B", product_colour="Red", cable_colour="Red") for n in range(10)]
    step = ConstraintsStep(ANALYZER, built(tmp_path / "two", products), currency="CNY")
    fields = {"attributes.product_colour", "attributes.cable_colour"}
    wish, ban = one(step, "red stool", "colour").filter, one(step, "not red", "colour").filter
    assert isinstance(wish, Or) and {each.field for each in wish.filters if isinstance(each, AnyOf)} == fields
    assert isinstance(ban, And) and {each.field for each in ban.filters if isinstance(each, NoneOf)} == fields
