"""Graded judgments for the demo shop, known from how its products were made.

Grades: 3 is all that was asked for; 2 lacks one of two or more wishes; 1 is of the right kind but lacks its wishes, or
of a near kind; 0 is what a search may confuse. A product without a grade is not relevant either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from shelfwise.simulate.pictures import kind_of
from shelfwise.simulate.specs import brands, load
from shelfwise.types import Attribute, Product

MODEL_EVERY = 240  # how many products lie between two that are asked for by model number
ZEROS_EVERY = 12  # of what may be confused, one in so many is written down


@dataclass(frozen=True, slots=True)
class Judged:
    """A query, its language ("zh" or "en"), and the grades of products by id."""

    query: str
    language: str
    grades: Mapping[str, int]


@cache
def asks() -> tuple[Mapping[str, Any], ...]:
    """The queries of the data file, each with several texts."""
    return tuple(load("queries")["ask"])


def demo_judgments(products: Iterable[Product]) -> Iterator[Judged]:
    """The golden set over these demo products: queries of the data file, then model numbers."""
    known = tuple((product, kind_of(product).key) for product in products)
    for ask in asks():
        grades = _grades(ask, known)
        for text in (*ask["texts"], *ask.get("typos", ())):
            yield Judged(text, language_of(text), grades)
    yield from _models([product for product, _ in known])


def language_of(text: str) -> str:
    """ "zh" for a text with Chinese characters, else "en"."""
    return "zh" if any("一" <= character <= "鿿" for character in text) else "en"


def _grades(ask: Mapping[str, Any], known: Iterable[tuple[Product, str]]) -> dict[str, int]:
    grades: dict[str, int] = {}
    confusable = 0
    for product, kind in known:
        grade = _grade(ask, product, kind)
        if grade is None:
            continue
        confusable += grade == 0
        if grade or confusable % ZEROS_EVERY == 1:
            grades[product.id] = grade
    return grades


def _grade(ask: Mapping[str, Any], product: Product, kind: str) -> int | None:
    """None: nothing is written down."""
    if "ids" in ask and product.id in ask["ids"]:
        return 3
    if kind in ask.get("kinds", ()):
        return _wishes(ask, product)
    return 1 if kind in ask.get("near", ()) else 0 if kind in ask.get("not", ()) else None


def _wishes(ask: Mapping[str, Any], product: Product) -> int:
    if not all(_holds(product, key, value) for key, value in ask.get("must", {}).items()):
        return 0
    wishes = ask.get("want", {})
    missing = sum(not _holds(product, key, value) for key, value in wishes.items())
    if missing == 0:
        return 3
    return 2 if missing == 1 and len(wishes) > 1 else 1


def _holds(product: Product, key: str, value: Any) -> bool:
    if key == "brand":
        return product.brand == f"{brands()[value].en} {brands()[value].zh}"
    if key == "tags":
        return value in product.tags
    if key in ("price_max", "price_min"):
        amount = float(product.price.amount) if product.price else 0.0
        return bool(amount <= value if key == "price_max" else amount >= value)
    found = [product.attributes.get(key), *(variant.attributes.get(key) for variant in product.variants)]
    return any(_has(attribute, value) for attribute in found if attribute is not None)


def _has(attribute: Attribute, value: Any) -> bool:
    return bool(value in attribute.value if isinstance(attribute.value, tuple) else attribute.value == value)


def _models(products: list[Product]) -> Iterator[Judged]:
    """Model numbers as people type them; siblings, whose numbers differ in the last letter, are nearly right."""
    for place, product in enumerate(products[::MODEL_EVERY]):
        model = product.codes[0]
        family = model.rstrip("BCD")
        grades = {p.id: 3 if p.codes[0] == model else 2 for p in products if p.codes[0].rstrip("BCD") == family}
        text = (model, model.lower(), model.replace("-", " "))[place % 3]
        yield Judged(text, "en", grades)
