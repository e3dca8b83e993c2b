"""Favourites and cart in cookies: what is written is read again, whatever the ids are, and never grows too large."""

from __future__ import annotations

from http.cookies import SimpleCookie

from hypothesis import given
from hypothesis import strategies as st

from shelfwise.service.storefront.basket import (
    BYTES,
    LINES,
    MOST,
    Basket,
    Line,
    read_basket,
    written_cart,
    written_favourites,
)

ID = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


def cookies(basket: Basket) -> dict[str, str]:
    """The cookies as a browser sends them back."""
    jar: SimpleCookie = SimpleCookie()
    jar["favourites"] = written_favourites(basket.favourites)
    jar["cart"] = written_cart(basket.cart)
    assert all('"' not in morsel.coded_value or not morsel.value for morsel in jar.values())  # nothing needs quotes
    return {name: morsel.value for name, morsel in jar.items()}


@given(st.lists(st.tuples(ID, st.text(max_size=20), st.integers(0, 200)), max_size=12), st.lists(ID, max_size=80))
def test_what_is_written_is_read_again(puts: list[tuple[str, str, int]], likes: list[str]) -> None:
    basket = Basket()
    for product, variant, quantity in puts:
        basket = basket.put(product, variant.encode("utf-8", "ignore").decode(), quantity) or basket
    for product in likes:
        basket = basket.favourite(product, True)
    assert read_basket(cookies(basket)) == basket
    assert all(len(text) <= BYTES for text in cookies(basket).values())
    assert len(basket.favourites) <= LINES
    assert all(0 < line.quantity <= MOST for line in basket.cart)


@given(st.text(max_size=5000))
def test_any_text_can_be_read(text: str) -> None:
    basket = read_basket({"favourites": text, "cart": text})
    assert len(basket.cart) <= LINES
    assert len(basket.favourites) <= LINES


def test_the_newest_favourite_is_the_first_and_the_oldest_goes() -> None:
    basket = Basket()
    for number in range(LINES + 5):
        basket = basket.favourite(f"p{number}", True)
    assert basket.favourites[0] == f"p{LINES + 4}"
    assert len(basket.favourites) == LINES
    assert basket.favourite("p20", True).favourites[:2] == ("p20", f"p{LINES + 4}")
    assert "p20" not in basket.favourite("p20", False).favourites


def test_a_line_keeps_its_place_when_its_quantity_changes() -> None:
    basket = Basket(cart=(Line("a"), Line("b", "L", 2), Line("b", "S")))
    changed = basket.put("b", "L", 5)
    assert changed is not None
    assert [line.quantity for line in changed.cart] == [1, 5, 1]
    assert changed.count == 7
    assert basket.put("b", "L", 0) == Basket(cart=(Line("a"), Line("b", "S")))
