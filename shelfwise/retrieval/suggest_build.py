"""Collects the lines of autocomplete while the engine indexes: products, categories, brands, past queries."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from shelfwise.retrieval.base import CATEGORY_SEPARATOR, IndexedProduct
from shelfwise.retrieval.document import is_available
from shelfwise.retrieval.suggest_index import Kind, Line, StoredIndex
from shelfwise.retrieval.suggest_keys import MAX_TEXT, keys
from shelfwise.types import Product

PRIORS: Final[Mapping[Kind, float]] = {"query": 1.0, "category": 0.9, "brand": 0.85, "product": 0.6}
MAX_PRODUCTS: Final = 200_000  # the most rated ones
MAX_QUERIES: Final = 50_000
MAX_NAMES: Final = 50_000  # categories, and brands
MANY_RATINGS: Final = 1_000

Owned: TypeAlias = tuple[Line, "array[int]"]  # a line and the numbers of its keys


class SuggesterBuilder:
    """A part of a generation. Weight of a line = prior of its kind · (½ + ½ popularity).

    Popularity is between 0 and 1: of a product log(1 + ratings), halved where it is not available; of a category or
    brand log(1 + products); of a query log(1 + times asked).
    """

    name = "suggest"

    def __init__(self, past_queries: Iterable[tuple[str, int]] = ()) -> None:
        self._queries = Counter({text[:MAX_TEXT]: count for text, count in past_queries if text.strip() and count > 0})
        self._categories: Counter[tuple[str, str]] = Counter()
        self._brands: Counter[str] = Counter()
        self._products: list[Owned] = []
        self._numbers: dict[str, int] = {}  # key → number; a line holds numbers only

    def add(self, product: Product, indexed: IndexedProduct) -> None:
        """Takes a product's titles, brand and categories."""
        words = [token for token in indexed.text.get("title", ()) if not token.isascii()]
        self._products += [self._owned(line, keys(line.text, words)) for line in product_lines(product)]
        if product.brand:
            self._brands[product.brand[:MAX_TEXT]] += 1
        self._categories.update(category_names(product))
        if len(self._products) > 2 * MAX_PRODUCTS:
            self._products = _most(self._products)

    def write(self, into: Path) -> None:
        """Writes the index into a folder."""
        named = [
            *_named("query", ((text, "", count) for text, count in self._queries.most_common(MAX_QUERIES))),
            *_named("category", ((name, path, n) for (name, path), n in self._categories.most_common(MAX_NAMES))),
            *_named("brand", ((name, name, count) for name, count in self._brands.most_common(MAX_NAMES))),
        ]
        owned = [*(self._owned(line, keys(line.text)) for line in named), *_most(self._products)]
        names = list(self._numbers)
        StoredIndex.build([line for line, _ in owned], names, [numbers for _, numbers in owned]).write(into)

    def _owned(self, line: Line, found: Iterable[str]) -> Owned:
        numbers = self._numbers
        return line, array("I", sorted(numbers.setdefault(key, len(numbers)) for key in found))


def product_lines(product: Product) -> list[Line]:
    """A line for each title of a product."""
    ratings = product.rating.count if product.rating else 0
    popularity = min(1.0, math.log1p(max(ratings, 0)) / math.log1p(MANY_RATINGS))
    weight = PRIORS["product"] * (0.5 + 0.5 * popularity) * (1.0 if is_available(product) else 0.5)
    titles = (product.title, *(translation.title for translation in product.translations.values()))
    return [Line("product", weight, title[:MAX_TEXT], product.id) for title in dict.fromkeys(titles) if title.strip()]


def category_names(product: Product) -> list[tuple[str, str]]:
    """(name, whole path) of each category above a product, in each language; the path is in the shop's own."""
    path = product.category
    names = [(name, CATEGORY_SEPARATOR.join(path[: at + 1])) for at, name in enumerate(path)]
    for translation in product.translations.values():
        if len(translation.category) == len(path):
            names += [(name, whole) for name, (_, whole) in zip(translation.category, tuple(names), strict=False)]
    return [(name[:MAX_TEXT], whole) for name, whole in dict.fromkeys(names) if name.strip()]


def _named(kind: Kind, found: Iterable[tuple[str, str, int]]) -> list[Line]:
    counted = list(found)
    most = math.log1p(max((count for _, _, count in counted), default=1))
    return [Line(kind, PRIORS[kind] * (0.5 + 0.5 * math.log1p(n) / most), text, id) for text, id, n in counted]


def _most(products: list[Owned]) -> list[Owned]:
    return sorted(products, key=lambda one: (-one[0].weight, one[0].id))[:MAX_PRODUCTS]
