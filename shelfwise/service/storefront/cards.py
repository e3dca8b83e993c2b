"""A product as a page shows it: texts in the shopper's language, picture, price, rating, reason."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from shelfwise.retrieval.document import is_available, selling_price
from shelfwise.service.storefront.format import discount, money
from shelfwise.service.storefront.why import Reason, explain
from shelfwise.types import Highlight, Locale, Money, Product, Rating, SlateItem

Parts = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a picture is; without one a coloured tile with a letter is drawn."""

    src: str | None
    letter: str
    hue: int  # one of eight


@dataclass(frozen=True, slots=True)
class Card:
    """One product of a grid, row or suggestion."""

    id: str
    href: str
    title: str
    parts: Parts
    brand: str
    picture: Picture
    price: str
    before: str
    percent: int
    rating: Rating | None
    available: bool
    reason: str
    why: tuple[Reason, ...]


class Cards:
    """Makes cards in one language. Pictures come from the shop's folder or from the hosts named in the settings."""

    def __init__(self, locale: Locale, hosts: tuple[str, ...], text: str = "") -> None:
        self.locale = locale
        self.hosts = hosts
        self.text = text  # what was searched

    def of(self, product: Product) -> Card:
        """The card of a product outside a search."""
        return self._card(product, {}, "", ())

    def item(self, item: SlateItem) -> Card:
        """The card of a search result."""
        reason = item.why.reason.get(self.locale, "")
        text = f"{self.text} {item.product.title} {self.title(item.product)}"
        return self._card(item.product, item.highlights, reason, explain(item.why, text))

    def title(self, product: Product) -> str:
        """The title in the page's language where there is one."""
        translation = product.translations.get(self.locale)
        foreign = product.language != self.locale
        return translation.title if translation and translation.title and foreign else product.title

    def picture(self, product: Product, image: str | None = None) -> Picture:
        """The product's first picture, or the one named."""
        first = image if image is not None else (product.images[0] if product.images else "")
        name = self.title(product).strip()
        group = product.category[0] if product.category else name
        return Picture(self._source(first), name[:1].upper() or "?", zlib.crc32(group.encode()) % 8)

    def _source(self, image: str) -> str | None:
        if image.startswith(("http://", "https://")):
            return image if any(_is_from(image, host) for host in self.hosts) else None
        return f"/pictures/{quote(image.removeprefix('pictures/').lstrip('/'))}" if image else None

    def _card(
        self, product: Product, highlights: Mapping[str, Highlight], reason: str, why: tuple[Reason, ...]
    ) -> Card:
        title = self.title(product)
        price = selling_price(product)
        percent = discount(price, product.list_price)
        return Card(
            id=product.id,
            href=product_path(product.id),
            title=title,
            parts=_marked(title, highlights),
            brand=product.brand or "",
            picture=self.picture(product),
            price=_text(price),
            before=_text(product.list_price) if percent else "",
            percent=percent,
            rating=product.rating,
            available=is_available(product),
            reason=reason,
            why=why,
        )


def product_path(id: str) -> str:
    """The address of a product's page."""
    return f"/p/{quote(id, safe='')}"


def _marked(title: str, highlights: Mapping[str, Highlight]) -> Parts:
    """The title in parts, from whichever highlight is of this very text."""
    for highlight in highlights.values():
        if "".join(text for text, _ in highlight.parts) == title:
            return highlight.parts
    return ((title, False),)


def _is_from(image: str, host: str) -> bool:
    return image.startswith(f"{host.rstrip('/')}/")


def _text(price: Money | None) -> str:
    return money(price) if price else ""
