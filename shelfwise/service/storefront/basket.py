"""What lies in the cart and what is a favourite, kept in the shopper's own browser: it needs no profile and no yes.

Two cookies: `favourites` is "id!id", the newest first, `cart` is "id*2!id:variant*1", the oldest first; ids are quoted
as in addresses. Both are bounded, because a browser sends them with every request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, unquote

FAVOURITES: Final = "favourites"
CART: Final = "cart"
BYTES: Final = 3_000  # of a cookie; browsers take 4,096 with its name
LINES: Final = 60  # favourites, and lines of a cart
MOST: Final = 99  # of one product


@dataclass(frozen=True, slots=True)
class Line:
    """So many of a product, perhaps of one of its variants ("": of none in particular)."""

    product: str
    variant: str = ""
    quantity: int = 1

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same line."""
        return self.product, self.variant


@dataclass(frozen=True, slots=True)
class Basket:
    """Favourites and cart of a visitor."""

    favourites: tuple[str, ...] = ()
    cart: tuple[Line, ...] = ()

    @property
    def count(self) -> int:
        """How many pieces lie in the cart."""
        return sum(line.quantity for line in self.cart)

    def favourite(self, product: str, wanted: bool) -> Basket:
        """With a product among the favourites, or without it; when they are full, the oldest goes."""
        others = tuple(id for id in self.favourites if id != product)
        return replace(self, favourites=_fitting((product, *others)) if wanted else others)

    def quantity(self, product: str, variant: str = "") -> int:
        """How many of it lie in the cart."""
        return next((line.quantity for line in self.cart if line.key == (product, variant)), 0)

    def put(self, product: str, variant: str, quantity: int) -> Basket | None:
        """With so many of a product in the cart (0: none); None when the cart is full."""
        line = Line(product, variant, min(quantity, MOST))
        here = any(other.key == line.key for other in self.cart)
        lines = [line if other.key == line.key else other for other in self.cart] + ([] if here else [line])
        cart = tuple(line for line in lines if line.quantity > 0)
        full = len(cart) > LINES or len(written_cart(cart)) > BYTES
        return None if full else replace(self, cart=cart)


def read_basket(cookies: Mapping[str, str]) -> Basket:
    """The basket of a request's cookies; what cannot be read is passed over."""
    favourites = (unquote(part) for part in cookies.get(FAVOURITES, "")[:BYTES].split("!") if part)
    return Basket(tuple(dict.fromkeys(favourites))[:LINES], read_cart(cookies.get(CART, "")))


def read_cart(text: str) -> tuple[Line, ...]:
    """The lines of a cart.

    >>> read_cart("p-1*2!p%20x:L*1!broken*x")
    (Line(product='p-1', variant='', quantity=2), Line(product='p x', variant='L', quantity=1))
    """
    lines: dict[tuple[str, str], Line] = {}
    for part in text[:BYTES].split("!")[:LINES]:
        name, _, count = part.partition("*")
        product, _, variant = name.partition(":")
        if product and count.isascii() and count.isdigit() and 0 < int(count[:3]) <= MOST:
            line = Line(unquote(product), unquote(variant), int(count[:3]))
            lines.setdefault(line.key, line)
    return tuple(lines.values())


def written_cart(lines: Iterable[Line]) -> str:
    """The cart's cookie.

    >>> written_cart([Line("p-1", quantity=2), Line("p x", "L")])
    'p-1*2!p%20x:L*1'
    """
    return "!".join(f"{':'.join(_quoted(part) for part in line.key if part)}*{line.quantity}" for line in lines)


def written_favourites(ids: Iterable[str]) -> str:
    """The favourites' cookie."""
    return "!".join(map(_quoted, ids))


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _fitting(ids: tuple[str, ...]) -> tuple[str, ...]:
    """As many of the first as a cookie can hold."""
    kept = ids[:LINES]
    while len(written_favourites(kept)) > BYTES:
        kept = kept[:-1]
    return kept
