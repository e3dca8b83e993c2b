"""Products written out one by one: the examples that the project's method speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from shelfwise.simulate.specs import Pair, brands, kinds, load
from shelfwise.simulate.words import unit_of
from shelfwise.types import Attribute, Money, Product, Rating, Translation


@cache
def example_data() -> Mapping[str, Any]:
    """The written-out products by id."""
    return load("examples")


def examples(kind: str, reference: datetime) -> Iterator[tuple[Product, Pair]]:
    """The examples of a kind, each with the name by which accessories call it."""
    for id, raw in example_data().items():
        if raw["kind"] == kind:
            yield _example(id, raw, reference), tuple(raw["name"])


def _example(id: str, raw: Mapping[str, Any], reference: datetime) -> Product:
    brand = brands()[raw["brand"]]
    facts = raw["facts"]
    released = reference - timedelta(days=raw["days"])
    return Product(
        id=id,
        title=raw["title"][0],
        description=raw["text"][0],
        brand=f"{brand.en} {brand.zh}",
        category=kinds()[raw["kind"]].path,
        attributes={
            key: Attribute(value if isinstance(value, str | bool) else float(value), _unit(key, value))
            for key, value in facts.items()
        },
        price=Money(Decimal(raw["price"]), "CNY"),
        stock=raw["stock"],
        images=(f"pictures/{id}.svg",),
        rating=Rating(raw["rating"], raw["ratings"]),
        language="zh",
        tags=tuple(raw["tags"]),
        codes=(raw["model"],),
        translations={
            "en": Translation(
                title=raw["title"][1],
                description=raw["text"][1],
                category=kinds()[raw["kind"]].path,
            )
        },
        released=released,
        updated=released + timedelta(days=1),
    )


def _unit(key: str, value: object) -> str | None:
    return None if isinstance(value, str | bool) else unit_of(key)
