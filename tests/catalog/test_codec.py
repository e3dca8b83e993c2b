from __future__ import annotations

from decimal import Decimal

import orjson
import pytest
from hypothesis import given

from shelfwise.catalog.codec import decode, encode, encode_parts, join
from shelfwise.errors import InputError
from shelfwise.types import Attribute, Money, Product
from tests.catalog.products import example, products


@given(products)
def test_nothing_is_lost(product: Product) -> None:
    again = decode(encode(product))
    assert again == product
    assert repr(again) == repr(product) or product.released or product.updated  # types too, not equality alone


@given(products)
def test_encoding_is_stable_and_json(product: Product) -> None:
    data = encode(product)
    assert encode(decode(data)) == data == join(*encode_parts(product))
    assert orjson.loads(data)["id"] == product.id


def test_every_digit_of_money_survives() -> None:
    for digits in ("0.10", "1E+3", "12345678901234567890.123456789", "5"):
        money = Money(Decimal(digits), "CNY")
        again = decode(encode(Product("a", "b", price=money))).price
        assert again is not None
        assert str(again.amount) == digits


def test_an_offer_changes_only_the_offer_part() -> None:
    old, new = example(1), example(1, price=Money(Decimal(1), "CNY"), stock=0, available=False)
    assert encode_parts(old)[0] == encode_parts(new)[0]
    assert encode_parts(old)[1] != encode_parts(new)[1]


def test_whole_numbers_are_numbers() -> None:
    attribute = decode(encode(Product("a", "b", attributes={"n": Attribute(5)}))).attributes["n"]
    assert isinstance(attribute.value, float)


@pytest.mark.parametrize(
    "product",
    [
        Product("a", "b", attributes={"n": Attribute(float("nan"))}),
        Product("a", "b", attributes={"n": Attribute(float("inf"), "cm")}),
        Product("a", "half a pair \ud800"),
    ],
)
def test_what_json_cannot_hold_is_refused(product: Product) -> None:
    with pytest.raises(InputError, match="product 'a': cannot be written as JSON"):
        encode(product)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b"{}", b'{"id":"a"}', b'{"id":"a","title":"b","price":{"amount":"x"}}', b"\xff"]
)
def test_what_is_not_a_product_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="not an encoded product"):
        decode(data)
