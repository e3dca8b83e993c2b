"""The demo catalogue as its merchant's feed: one JSON object a product, and the mapping file that explains it."""

from __future__ import annotations

from typing import Any

from shelfwise.catalog.mapping import FeedMapping
from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.simulate.specs import values
from shelfwise.simulate.words import LANGUAGES
from shelfwise.types import Product, Variant

LISTS = ("images", "tags", "codes")
PLAIN = ("id", "title", "description", "brand", "stock", "available", "language", *LISTS)


def feed_row(product: Product) -> dict[str, Any]:
    """A row of the feed. Units of attributes are not in it: the mapping knows them."""
    row: dict[str, Any] = {name: getattr(product, name) for name in PLAIN}
    row["category"] = CATEGORY_SEPARATOR.join(product.category)
    row["attributes"] = {key: attribute.value for key, attribute in product.attributes.items()}
    for name in ("price", "list_price"):
        money = getattr(product, name)
        row[name] = str(money.amount) if money else None
    for name in ("released", "updated"):
        time = getattr(product, name)
        row[name] = time.isoformat() if time else None
    if product.rating is not None:
        row |= {"rating": product.rating.average, "rating_count": product.rating.count}
    for language, texts in product.translations.items():
        row[f"title_{language}"] = texts.title
        row[f"description_{language}"] = texts.description
        row[f"category_{language}"] = CATEGORY_SEPARATOR.join(texts.category)
    if product.variants:
        row["variants"] = [_variant(variant) for variant in product.variants]
    return row


def demo_mapping() -> FeedMapping:
    """How the feed's columns become the fields of products."""
    path = {"separator": CATEGORY_SEPARATOR}
    named = (*PLAIN, "price", "list_price", "released", "updated", "rating", "rating_count", "variants")
    units = {key: unit for key, (_, _, unit) in values()["attribute"].items() if unit}
    return FeedMapping.model_validate(
        {
            "currency": "CNY",
            "fields": {**{name: name for name in named}, "category": {"column": "category", **path}},
            "translations": {
                language: {
                    "title": f"title_{language}",
                    "description": f"description_{language}",
                    "category": {"column": f"category_{language}", **path},
                }
                for language in LANGUAGES
            },
            "attributes": [
                *({"pattern": f"attributes.{key}", "key": key, "unit": unit} for key, unit in units.items()),
                {"pattern": "attributes.*"},
            ],
        }
    )


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "id": variant.id,
        "title": variant.title,
        "attributes": {key: attribute.value for key, attribute in variant.attributes.items()},
        "price": str(variant.price.amount) if variant.price else None,
        "stock": variant.stock,
        "available": variant.available,
        "codes": variant.codes,
    }
