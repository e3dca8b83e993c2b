"""Products as JSON bytes, without loss: decode(encode(p)) == p, and equal products give equal bytes.

The object has two parts written one after the other: the body (everything that a reader reads) and the offer (price,
list price, availability, stock). A store that keeps the parts apart can change an offer without touching the body,
and `join` gives back exactly what `encode` writes.

- a field that has its default is left out
- money is {"amount": "9999.00", "currency": "CNY"}; the amount is a text so that no digit is lost
- times are ISO 8601
- an attribute is its value (text, number, true/false, list of texts), or {"value": …, "unit": …}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from shelfwise.catalog.base import Offer
from shelfwise.errors import InputError
from shelfwise.types import Attribute, Money, Product, Rating, Translation, Variant

EMPTY_OFFER = b"{}"
_OFFER_FIELDS = ("price", "list_price", "available", "stock")


def encode(product: Product) -> bytes:
    """The product as one JSON object.

    Raises InputError for what JSON cannot hold (a number that is not finite, half a surrogate pair).

    >>> encode(Product(id="a1", title="Red boots", stock=3))
    b'{"id":"a1","title":"Red boots","stock":3}'
    """
    return join(*encode_parts(product))


def encode_parts(product: Product) -> tuple[bytes, bytes]:
    """The two parts (body, offer) of the encoding, each a JSON object of its own."""
    try:
        return orjson.dumps(_body(product)), orjson.dumps(_offer(product))
    except (TypeError, ValueError) as error:
        raise InputError(f"product {product.id!r}: cannot be written as JSON: {error}.") from error


def join(body: bytes, offer: bytes) -> bytes:
    """One JSON object of the two parts."""
    return body if offer == EMPTY_OFFER else body[:-1] + b"," + offer[1:]


def patch_offer(old: bytes, offer: Offer) -> bytes:
    """The offer part after a patch; what is None in the patch stays. Raises InputError as `encode` does."""
    values: dict[str, Any] = orjson.loads(old)
    try:
        for field in ("price", "list_price"):
            money = getattr(offer, field)
            if money is not None:
                values[field] = _money(money)
        if offer.available is not None:
            values["available"] = offer.available
        if offer.stock is not None:
            values["stock"] = offer.stock
        if values.get("available"):
            del values["available"]
        return orjson.dumps({field: values[field] for field in _OFFER_FIELDS if field in values})
    except (TypeError, ValueError) as error:
        raise InputError(f"offer of {offer.id!r}: cannot be written as JSON: {error}.") from error


def decode(data: bytes) -> Product:
    """The product that `encode` wrote. Raises InputError when `data` is not such an object."""
    try:
        return _product(orjson.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        found = bytes(data[:60])
        raise InputError(f"not an encoded product: {error!r}; found {found!r}.") from error


# --- product → JSON ------------------------------------------------------------------------------------------


def _body(product: Product) -> dict[str, Any]:  # noqa: PLR0912 - one line a field
    out: dict[str, Any] = {"id": product.id, "title": product.title}
    if product.description:
        out["description"] = product.description
    if product.brand is not None:
        out["brand"] = product.brand
    if product.category:
        out["category"] = product.category
    if product.attributes:
        out["attributes"] = _attributes(product.attributes)
    if product.images:
        out["images"] = product.images
    if product.url:
        out["url"] = product.url
    if product.rating is not None:
        out["rating"] = {"average": _number(product.rating.average), "count": product.rating.count}
    if product.language is not None:
        out["language"] = product.language
    if product.tags:
        out["tags"] = product.tags
    if product.codes:
        out["codes"] = product.codes
    if product.variants:
        out["variants"] = [_variant(variant) for variant in product.variants]
    if product.translations:
        out["translations"] = {language: _translation(t) for language, t in product.translations.items()}
    if product.released is not None:
        out["released"] = product.released.isoformat()
    if product.updated is not None:
        out["updated"] = product.updated.isoformat()
    return out


def _offer(product: Product) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if product.price is not None:
        out["price"] = _money(product.price)
    if product.list_price is not None:
        out["list_price"] = _money(product.list_price)
    if not product.available:
        out["available"] = False
    if product.stock is not None:
        out["stock"] = product.stock
    return out


def _money(money: Money) -> dict[str, str]:
    if not math.isfinite(money.amount):  # neither is what a float cannot hold
        raise ValueError(f"{str(money.amount)[:40]} is not an amount of money")
    return {"amount": str(money.amount), "currency": money.currency}


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    return float(value)


def _attributes(attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, attribute in attributes.items():
        value: Any = attribute.value
        if type(value) is float or type(value) is int:
            value = _number(value)
        out[key] = value if attribute.unit is None else {"value": value, "unit": attribute.unit}
    return out


def _variant(variant: Variant) -> dict[str, Any]:
    out: dict[str, Any] = {"id": variant.id}
    if variant.title:
        out["title"] = variant.title
    if variant.attributes:
        out["attributes"] = _attributes(variant.attributes)
    if variant.price is not None:
        out["price"] = _money(variant.price)
    if not variant.available:
        out["available"] = False
    if variant.stock is not None:
        out["stock"] = variant.stock
    if variant.images:
        out["images"] = variant.images
    if variant.codes:
        out["codes"] = variant.codes
    return out


def _translation(translation: Translation) -> dict[str, Any]:
    out: dict[str, Any] = {"title": translation.title}
    if translation.description:
        out["description"] = translation.description
    if translation.category:
        out["category"] = translation.category
    if translation.attributes:
        out["attributes"] = dict(translation.attributes)
    return out


# --- JSON → product ------------------------------------------------------------------------------------------


def _product(data: dict[str, Any]) -> Product:
    get = data.get
    rating, released, updated = get("rating"), get("released"), get("updated")
    return Product(
        id=data["id"],
        title=data["title"],
        description=get("description", ""),
        brand=get("brand"),
        category=tuple(get("category", ())),
        attributes=_read_attributes(get("attributes")),
        price=read_money(get("price")),
        list_price=read_money(get("list_price")),
        available=get("available", True),
        stock=get("stock"),
        images=tuple(get("images", ())),
        url=get("url", ""),
        rating=None if rating is None else Rating(rating["average"], rating["count"]),
        language=get("language"),
        tags=tuple(get("tags", ())),
        codes=tuple(get("codes", ())),
        variants=tuple([_read_variant(variant) for variant in get("variants", ())]),
        translations={key: _read_translation(value) for key, value in get("translations", {}).items()},
        released=None if released is None else datetime.fromisoformat(released),
        updated=None if updated is None else datetime.fromisoformat(updated),
    )


def read_money(data: dict[str, str] | None) -> Money | None:
    """The amount of {"amount": …, "currency": …}."""
    return None if data is None else Money(Decimal(data["amount"]), data["currency"])


def _read_attributes(data: dict[str, Any] | None) -> dict[str, Attribute]:
    out: dict[str, Attribute] = {}
    if data:
        for key, value in data.items():
            kind = type(value)
            if kind is dict:
                inner = value["value"]
                out[key] = Attribute(tuple(inner) if type(inner) is list else inner, value["unit"])
            else:
                out[key] = Attribute(tuple(value) if kind is list else value)
    return out


def _read_variant(data: dict[str, Any]) -> Variant:
    get = data.get
    return Variant(
        id=data["id"],
        title=get("title", ""),
        attributes=_read_attributes(get("attributes")),
        price=read_money(get("price")),
        available=get("available", True),
        stock=get("stock"),
        images=tuple(get("images", ())),
        codes=tuple(get("codes", ())),
    )


def _read_translation(data: dict[str, Any]) -> Translation:
    return Translation(
        title=data["title"],
        description=data.get("description", ""),
        category=tuple(data.get("category", ())),
        attributes=data.get("attributes", {}),
    )
