"""A catalogue as shoppers see it, worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from shelfwise.errors import InputError
from shelfwise.simulate.shoppers.market import Market
from shelfwise.types import Attribute, Money, Product, Rating, Translation


def product(id: str, category: str, price: int | None, **more: object) -> Product:
    money = Money(Decimal(price), "CNY") if price is not None else None
    return Product(id, f"the {id} thing", category=tuple(category.split("/")), price=money, **more)  # type: ignore[arg-type]


PRODUCTS = [
    product("b", "Home/Tea", 10, brand="Nova", attributes={"color": Attribute("red"), "size": Attribute(3.0, "cm")}),
    product("a", "Home/Tea", 30, brand="Vega", attributes={"color": Attribute(("red", "blue"))}, rating=Rating(5.0, 2)),
    product("c", "Home/Lamps", 500, attributes={"color": Attribute("blue")}, rating=Rating(3.0, 9)),
    product("d", "Home/Lamps", 400, translations={"zh": Translation("好台灯", category=("家", "台灯"))}),
    product("x", "Home/Lamps", 1, available=False),
]


def test_columns() -> None:
    market = Market.of(PRODUCTS, 0.5)
    assert market.ids == ("a", "b", "c", "d")
    assert [market.categories[code] for code in market.category] == ["Home > Tea"] * 2 + ["Home > Lamps"] * 2
    assert market.parents == ("Home",)
    assert market.place_of_price.tolist() == [0.75, 0.25, 0.75, 0.25]
    assert market.rating.tolist() == [1, 0, -1, 0]
    assert [market.categories[code] for code in np.flatnonzero(market.consumable)] == ["Home > Tea"]
    assert market.value_names == (("color", "blue"), ("color", "red"))
    np.testing.assert_allclose(market.values.toarray(), [[0.5**0.5] * 2, [0, 1], [1, 0], [0, 0]])


def test_words_in_two_languages() -> None:
    market = Market.of(PRODUCTS, 0.5)
    assert [market.names["zh"][code] for code in market.category] == ["", "", "台灯", "台灯"]
    assert [market.names["en"][code] for code in market.category] == ["Tea", "Tea", "Lamps", "Lamps"]
    assert market.titles["zh"] == ("", "", "", "好台灯")
    assert market.titles["en"][0] == "the a thing"


def test_products_that_lack_everything() -> None:
    market = Market.of([Product("1", "x"), Product("2", "y")], 0.2)
    assert market.price.tolist() == [0, 0]
    assert market.values.shape == (2, 1)
    assert market.rating.tolist() == [0, 0]


@pytest.mark.parametrize("count", [0, 1])
def test_too_small_a_catalogue(count: int) -> None:
    with pytest.raises(InputError, match=f"has {count} products that can be bought"):
        Market.of([product(str(number), "A", 1) for number in range(count)], 0.2)
