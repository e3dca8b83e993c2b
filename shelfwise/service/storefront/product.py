"""The page of one product: pictures, facts, variants, reviews, similar products, structured data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from shelfwise.errors import NotFoundError, ShelfwiseError
from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.retrieval.document import plain, selling_price
from shelfwise.retrieval.labels import Labels
from shelfwise.service.base import ShopView
from shelfwise.service.context import Service
from shelfwise.service.storefront.address import Address
from shelfwise.service.storefront.cards import Card, Cards, Picture
from shelfwise.service.storefront.format import money, number
from shelfwise.service.storefront.offers import Offered
from shelfwise.service.storefront.places import Place
from shelfwise.service.storefront.render import Renderer
from shelfwise.types import Attribute, Locale, Product, Review, Variant

REVIEWS_COUNTED = 500  # the latest reviews, of which the histogram is made
REVIEWS_SHOWN = 5
SIMILAR = 8
DESCRIPTION = 5_000  # characters


@dataclass(frozen=True, slots=True)
class Choice:
    """A variant to choose."""

    label: str
    price: str
    href: str
    available: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way from the home page."""

    label: str
    href: str


def product(id: str, offers: Offered, service: Service, renderer: Renderer, request: Request) -> Response:
    """The product page. Raises NotFoundError."""
    shop = service.shop
    found = shop.product(id)
    if found is None:
        raise NotFoundError("There is no such product.")
    locale = renderer.locale(request)
    cards = Cards(locale, shop.settings.server.picture_hosts)
    facts = Facts(shop.labels, locale)
    chosen = next((v for v in found.variants if v.id == request.query_params.get("variant")), None)
    reviews = shop.reviews(id, REVIEWS_COUNTED)
    similar, missing = _similar(shop, cards, id) if offers.settled else ([], False)
    shared = similar[0].reason if len({it.reason for it in similar}) == 1 else ""  # one reason is said once
    return renderer.page(
        request,
        "product.html",
        product=found,
        viewed=found.id,
        card=cards.of(found),
        chosen=chosen.id if chosen else "",
        offered=offers,
        place=Place("product"),
        description=_description(found, locale),
        price=_price(found, chosen),
        pictures=_pictures(found, chosen, cards),
        facts=facts.of(found, chosen),
        choices=[_choice(found, variant, chosen, facts) for variant in found.variants],
        differ=facts.difference(found),
        available=found.available and chosen.available if chosen else cards.of(found).available,
        crumbs=_crumbs(found, shop.labels, locale),
        reviews=sorted(reviews, key=lambda review: review.language != locale)[:REVIEWS_SHOWN],
        histogram=histogram(reviews),
        counted=len(reviews),
        similar=[replace(it, reason="") for it in similar] if shared else similar,
        shared=shared,
        missing=missing,
        structured=structured(found, cards, locale, str(request.base_url)),
    )


class Facts:
    """Attributes in one language, with units."""

    def __init__(self, labels: Labels, locale: Locale) -> None:
        self.labels = labels
        self.locale = locale

    def of(self, product: Product, variant: Variant | None = None) -> list[tuple[str, str]]:
        """Name and value of every attribute of the product, or of the variant in its place."""
        changed = self.own(product, variant) if variant else {}
        attributes = {**product.attributes, **changed}
        translation = product.translations.get(self.locale)
        shown = translation.attributes if translation and product.language != self.locale else {}
        return [
            (self.labels.field(f"attributes.{key}", self.locale), self.value(key, attribute, shown, key in changed))
            for key, attribute in attributes.items()
        ]

    def own(self, product: Product, variant: Variant) -> dict[str, Attribute]:
        """The variant's attributes; a number without a unit has that of the product's."""
        units = {key: attribute.unit for key, attribute in product.attributes.items()}
        return {
            key: replace(attribute, unit=attribute.unit or units.get(key))
            for key, attribute in variant.attributes.items()
        }

    def difference(self, product: Product) -> str:
        """The name of the one attribute that all variants have, "" when there are several or none."""
        keys = {tuple(variant.attributes) for variant in product.variants}
        only = keys.pop() if len(keys) == 1 else ()
        return self.labels.field(f"attributes.{only[0]}", self.locale) if len(only) == 1 else ""

    def value(self, key: str, attribute: Attribute, shown: Any = (), own: bool = False) -> str:
        """An attribute's value as text; `shown` has translated values, which a variant's `own` value replaces."""
        if key in shown and not own:
            return str(shown[key])
        value = attribute.value
        if isinstance(value, bool):
            return self.labels.value(f"attributes.{key}", str(value).lower(), self.locale)
        if isinstance(value, int | float):
            return self._measure(value, attribute.unit) if attribute.unit else number(value)
        texts = (value,) if isinstance(value, str) else value
        named = [self.labels.value(f"attributes.{key}", text, self.locale) for text in texts]
        return ("、" if self.locale == "zh" else ", ").join(named)

    def _measure(self, value: float, unit: str) -> str:
        """A number with its unit, without a space before a Chinese one."""
        name = self.labels.unit(unit, self.locale)
        return f"{number(value)} {name}" if name.isascii() or self.locale == "en" else f"{number(value)}{name}"


def histogram(reviews: Iterable[Review]) -> list[tuple[int, int, float]]:
    """Stars from 5 to 1, how many reviews gave them, and their share in percent.

    >>> histogram([Review("1", "p", 5, "", "en"), Review("2", "p", 4, "", "en")])[:2]
    [(5, 1, 50.0), (4, 1, 50.0)]
    """
    counts = Counter(review.rating for review in reviews)
    total = sum(counts.values()) or 1
    return [(stars, counts[stars], round(100 * counts[stars] / total, 1)) for stars in range(5, 0, -1)]


def structured(product: Product, cards: Cards, locale: Locale, base: str) -> dict[str, Any]:
    """The product in schema.org's vocabulary (JSON-LD)."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "sku": product.id,
        "name": cards.title(product),
        "description": _description(product, locale)[:500],
    }
    pictures = [cards.picture(product, image).src for image in product.images]
    if any(pictures):
        data["image"] = [base.rstrip("/") + src if src.startswith("/") else src for src in pictures if src]
    if product.brand:
        data["brand"] = {"@type": "Brand", "name": product.brand}
    price = selling_price(product)
    if price:
        stock = "InStock" if cards.of(product).available else "OutOfStock"
        data["offers"] = {
            "@type": "Offer",
            "price": str(price.amount),
            "priceCurrency": price.currency,
            "availability": f"https://schema.org/{stock}",
        }
    if product.rating and product.rating.count:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(product.rating.average, 2),
            "reviewCount": product.rating.count,
        }
    return data


def _similar(shop: ShopView, cards: Cards, id: str) -> tuple[list[Card], bool]:
    """The row of similar products, and whether it had to be left out."""
    try:
        return [cards.item(item) for item in shop.similar(id, SIMILAR).items], False
    except ShelfwiseError:
        return [], True


def _description(product: Product, locale: Locale) -> str:
    translation = product.translations.get(locale)
    foreign = product.language != locale
    text = translation.description if translation and translation.description and foreign else product.description
    return plain(text, DESCRIPTION)


def _price(product: Product, variant: Variant | None) -> str:
    price = variant.price if variant and variant.price else selling_price(product)
    return money(price) if price else ""


def _pictures(product: Product, variant: Variant | None, cards: Cards) -> list[Picture]:
    images = (*(variant.images if variant else ()), *product.images)
    shown = [cards.picture(product, image) for image in dict.fromkeys(images)]
    return [picture for picture in shown if picture.src] or [cards.picture(product, "")]


def _choice(product: Product, variant: Variant, chosen: Variant | None, facts: Facts) -> Choice:
    own = " · ".join(facts.value(key, attribute) for key, attribute in facts.own(product, variant).items())
    href = f"?{urlencode({'variant': variant.id})}"
    return Choice(
        own or variant.title or variant.id, _price(product, variant), href, variant.available, variant is chosen
    )


def _crumbs(product: Product, labels: Labels, locale: Locale) -> list[Crumb]:
    paths = [CATEGORY_SEPARATOR.join(product.category[: end + 1]) for end in range(len(product.category))]
    return [Crumb(labels.value("category", path, locale), Address().only("category", path)) for path in paths]
