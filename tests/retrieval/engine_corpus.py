"""A small catalogue for tests of the engine, and a plain reading of filters to hold it against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from shelfwise.retrieval.base import IndexedProduct
from shelfwise.types import AllOf, And, AnyOf, Exists, Filter, Float32, NoneOf, Not, Or, Range

DIM = 16
TEXT_FIELDS = ("title", "description", "codes")
COLORS = ("red", "blue", "深 绿", "it's")


def unit(rng: np.random.Generator, dim: int = DIM) -> Float32:
    vector = rng.standard_normal(dim).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def product(
    id: str,
    title: Sequence[str] = ("phone",),
    *,
    description: Sequence[str] = (),
    codes: Sequence[str] = (),
    keywords: Mapping[str, tuple[str, ...]] | None = None,
    numbers: Mapping[str, float] | None = None,
    vector: Float32 | None = None,
    payload: bytes = b"",
) -> IndexedProduct:
    text = {"title": tuple(title), "description": tuple(description), "codes": tuple(codes)}
    return IndexedProduct(id, text, keywords or {}, numbers or {}, vector, payload or f"payload of {id}".encode())


def catalogue(n: int, seed: int = 0, dim: int = DIM) -> list[IndexedProduct]:
    """n products of random words, fields and vectors; every field is missing somewhere."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(n):
        words = [f"w{int(word)}" for word in np.minimum(rng.pareto(0.8, 8) * 2, 60)]
        keywords: dict[str, tuple[str, ...]] = {}
        if rng.random() < 0.9:
            keywords["brand"] = (f"B{rng.integers(6)}",)
        if rng.random() < 0.9:
            leaf = rng.integers(4)
            keywords["category"] = ("All", f"All > C{leaf % 2}", f"All > C{leaf % 2} > D{leaf}")
        if rng.random() < 0.6:
            chosen = rng.choice(len(COLORS), rng.integers(1, 3), replace=False)
            keywords["attributes.color"] = tuple(COLORS[int(one)] for one in chosen)
        numbers: dict[str, float] = {"available": float(rng.random() < 0.7)}
        if rng.random() < 0.9:
            numbers["price"] = float(rng.integers(1, 40)) * 2.5
        if rng.random() < 0.5:
            numbers["rating"] = float(rng.integers(2, 11)) / 2
        if rng.random() < 0.5:
            numbers["attributes.size"] = float(rng.integers(-3, 4)) * 1e-3
        vector = unit(rng, dim) if rng.random() < 0.95 else None
        made.append(
            product(f"p{number}", words[:4], description=words, keywords=keywords, numbers=numbers, vector=vector)
        )
    return made


def passes(item: IndexedProduct, given: Filter) -> bool:  # noqa: PLR0911 (one return a kind)
    """Whether a product passes a resolved filter, read word by word."""
    match given:
        case And(filters):
            return all(passes(item, part) for part in filters)
        case Or(filters):
            return any(passes(item, part) for part in filters)
        case Not(inner):
            return not passes(item, inner)
        case AnyOf(field, values):
            return any(_has(item, field, value) for value in values)
        case AllOf(field, values):
            return all(_has(item, field, value) for value in values)
        case NoneOf(field, values):
            return not any(_has(item, field, value) for value in values)
        case Range(field, low, high):
            number = item.numbers.get(field)
            return number is not None and (low is None or number >= low) and (high is None or number <= high)
        case Exists(field):
            return field == "id" or field in item.numbers or bool(item.keywords.get(field))
    raise TypeError(given)


def _has(item: IndexedProduct, field: str, value: object) -> bool:
    if field == "id":
        return item.id == value
    if isinstance(value, str):
        return value in item.keywords.get(field, ())
    return item.numbers.get(field) == value
