from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import CorruptIndexError
from shelfwise.retrieval.base import IndexedProduct
from shelfwise.retrieval.profile import (
    CHOSEN,
    FILE,
    MOST_FIELDS,
    MOST_VALUES,
    CatalogueProfile,
    CatalogueProfileBuilder,
    price_bounds,
)
from shelfwise.types import Attribute, Money, Product


def product(id: str, price: float | None = None, **attributes: str) -> tuple[Product, IndexedProduct]:
    money = None if price is None else Money(Decimal(repr(price)), "CNY")
    facts = {key: Attribute(value) for key, value in attributes.items()}
    keywords = {f"attributes.{key}": (value,) for key, value in attributes.items()} | {"brand": (id,)}
    numbers = {} if price is None else {"price": price}
    return Product(id, id, attributes=facts, price=money), IndexedProduct(id, {}, keywords, numbers, None, b"")


def profile_of(folder: Path, *pairs: tuple[Product, IndexedProduct]) -> CatalogueProfile:
    builder = CatalogueProfileBuilder()
    for pair in pairs:
        builder.add(*pair)
    builder.write(folder)
    return CatalogueProfile.open(folder)


def fields(profile: CatalogueProfile, products: list[Product]) -> list[str]:
    return [request.field for request in profile.fitting(products)]


def test_attributes_with_one_value_or_too_many_are_no_facets(tmp_path: Path) -> None:
    pairs = [
        product(f"p{number}", color="red" if number % 2 else "blue", made="here", serial=f"s{number}")
        for number in range(MOST_VALUES + 1)
    ]
    profile = profile_of(tmp_path, *pairs)
    assert fields(profile, [one for one, _ in pairs]) == ["attributes.color"]
    assert fields(profile_of(tmp_path, *pairs[:-1]), [one for one, _ in pairs]) == [
        "attributes.serial", "attributes.color",
    ][::-1]  # fmt: skip


def test_fitting_ones_are_on_most_products_and_differ(tmp_path: Path) -> None:
    pairs = [
        product("1", color="red", size="s", rare="x"),
        product("2", color="blue", size="s"),
        product("3", color="red", size="m"),
        product("4", color="red", size="m"),
        product("5", color="red", rare="y"),
        product("6", color="red"),
    ]
    profile = profile_of(tmp_path, *pairs)
    products = [one for one, _ in pairs]
    assert fields(profile, products) == ["attributes.color", "attributes.size"]  # rare is on a third of them
    assert fields(profile, products[:2]) == ["attributes.color"]  # both are of size s
    assert fields(profile, products[:1]) == []
    assert fields(profile, []) == []


@given(st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("xyz")), min_size=1, max_size=12))
def test_fitting_is_what_python_says(rows: list[dict[str, str]]) -> None:
    profile = CatalogueProfile([f"attributes.{key}" for key in "abcdefg"], [])
    products = [product(str(number), **row)[0] for number, row in enumerate(rows)]
    having = {key: [row[key] for row in rows if key in row] for key in "abcdefg"}
    useful = [k for k, v in having.items() if len(set(v)) > 1 and len(v) >= max(2.0, 0.4 * len(rows))]
    expected = sorted(useful, key=lambda key: (-len(having[key]), key))[:CHOSEN]
    assert fields(profile, products) == [f"attributes.{key}" for key in expected]


def test_standing_facets(tmp_path: Path) -> None:
    profile = profile_of(tmp_path, product("1", 10.0), product("2", 900.0))
    standing = {request.field: request for request in profile.standing()}
    assert list(standing) == ["category", "brand", "price", "rating"]
    assert (standing["category"].kind, standing["price"].kind) == ("tree", "range")
    assert standing["price"].bounds == profile.price_bounds
    assert "price" not in {request.field for request in profile_of(tmp_path, product("1")).standing()}
    assert "price" not in {request.field for request in profile_of(tmp_path).standing()}


@pytest.mark.parametrize(
    ("prices", "bounds"),
    [
        ([], []),
        ([5], [0]),
        ([0, 0], [0]),
        ([3, 3, 3], [0]),
        ([12, 30, 80, 150, 900, 4000], [0, 20, 50, 100, 200, 500, 1000, 2000]),
        ([10, 100], [0, 20, 50]),
        ([0.5, 1.5], [0, 1]),
    ],
)
def test_price_bounds_by_hand(prices: list[float], bounds: list[float]) -> None:
    assert price_bounds(prices) == bounds


@given(st.lists(st.floats(0, 1e8), min_size=1, max_size=300))
def test_price_bounds_rise_in_round_steps_between_the_prices(prices: list[float]) -> None:
    bounds = price_bounds(prices)
    assert bounds[0] == 0
    assert bounds == sorted(set(bounds))
    assert all(min(prices) < bound < max(prices) for bound in bounds[1:])
    assert all(f"{bound:.0e}"[0] in "125" and float(f"{bound:.0e}") == bound for bound in bounds[1:])
    assert price_bounds(prices[::-1]) == bounds


def test_single_very_dear_or_cheap_ones_make_no_steps() -> None:
    assert price_bounds([0.01, *[float(price) for price in range(100, 400)], 1e7]) == [0, 200]


def test_attribute_names_without_end_are_not_collected() -> None:
    builder = CatalogueProfileBuilder()
    keywords = {f"attributes.k{number}": ("v",) for number in range(MOST_FIELDS + 50)}
    builder.add(Product("1", "x"), IndexedProduct("1", {}, keywords, {}, None, b""))
    assert len(builder._values) == MOST_FIELDS


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"facets": []}', b"\xff"])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(CorruptIndexError, match=FILE):
        CatalogueProfile.open(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorruptIndexError, match=FILE):
        CatalogueProfile.open(tmp_path)
