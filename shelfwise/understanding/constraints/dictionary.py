"""What a catalogue calls things, collected while it is indexed: brands, values of attributes, measures, categories.

A part of a generation, kept as dictionary.json. Text attributes of few values are put in order by what their values
mean: the colour `blue` is written "Navy" under `product_colour`, "Blue" under `cable_colour` (see fields.py).
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from shelfwise.language.normalise import fold
from shelfwise.types import Attribute, Product
from shelfwise.understanding.constraints.fields import TextKey, fields

FILE: Final = "dictionary.json"
MOST_BRANDS: Final = 20_000
MOST_KEYS: Final = 2_000  # of each sort, the most frequent ones
MOST_VALUES: Final = 300  # of a key; a key of more holds free text
MOST_WORDS: Final = 30_000  # of titles, the most frequent ones
MOST_CATEGORIES: Final = 2_000
LONGEST: Final = 60  # characters of a value that names something
RECENT: Final = 2 / 3  # share of products that are older than `new` ones
_WORD: Final = re.compile(r"[a-z0-9]+")
_PARTS: Final = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff·]*|[^\u3400-\u9fff()（）/|]+")


class DictionaryBuilder:
    """Counts what the products of a generation are called."""

    name = "dictionary"

    def __init__(self) -> None:
        self._products = self._priced = self._rated = 0
        self._brands: Counter[str] = Counter()
        self._titled: Counter[str] = Counter()  # brand → products whose titles have its name
        self._translated: dict[str, set[str]] = {}
        self._words: Counter[str] = Counter()
        self._texts: dict[str, TextKey] = {}
        self._numbers: dict[str, _Numbers] = {}
        self._flags: Counter[str] = Counter()
        self._categories: Counter[str] = Counter()
        self._released = array("d")

    def add(self, product: Product, indexed: object) -> None:
        """Counts a product."""
        self._products += 1
        self._priced += product.price is not None or any(v.price is not None for v in product.variants)
        self._rated += product.rating is not None
        words = set(_WORD.findall(fold(product.title[:300])))
        self._words.update(words)
        self._count_brand(product, words)
        if product.released is not None:
            self._released.append(product.released.timestamp())
        self._categories.update(" > ".join(product.category[: end + 1]) for end in range(min(len(product.category), 8)))
        for key, attribute in _attributes(product):
            self._count(key, attribute)
        if len(self._words) > 8 * MOST_WORDS:
            self._words = Counter(dict(_most(self._words, 4 * MOST_WORDS)))

    def _count_brand(self, product: Product, words: set[str]) -> None:
        if not product.brand:
            return
        self._brands[product.brand] += 1
        self._titled[product.brand] += not words.isdisjoint(_WORD.findall(fold(product.brand)))
        others = {t.attributes["brand"] for t in product.translations.values() if "brand" in t.attributes}
        if others:
            self._translated.setdefault(product.brand, set()).update(others)

    def _count(self, key: str, attribute: Attribute) -> None:
        value = attribute.value
        if isinstance(value, bool):
            self._flags[key] += value
        elif isinstance(value, str | tuple):
            self._texts.setdefault(key, TextKey()).add((value,) if isinstance(value, str) else value)
        else:
            self._numbers.setdefault(key, _Numbers()).add(float(value), attribute.unit or "")

    def write(self, into: Path) -> None:
        """Writes what was counted into a folder; the same products give the same bytes."""
        texts = {key: one for key, one in _most_keys(self._texts) if not one.open}
        numbers = {key: one.values() for key, one in _most_keys(self._numbers)}
        released = np.frombuffer(self._released) if len(self._released) else np.zeros(0)
        found = {
            "products": self._products,
            "priced": self._priced,
            "rated": self._rated,
            "branded": sum(self._brands.values()),
            "released": len(released),
            "recent": float(np.quantile(released, RECENT)) if len(released) else None,
            "brands": [self._brand(brand, count) for brand, count in _most(self._brands, MOST_BRANDS)],
            "words": [word for word, count in _most(self._words, MOST_WORDS) if count > 1],
            "fields": fields(texts, self._flags, self._products),
            "numbers": numbers,
            "categories": _most(self._categories, MOST_CATEGORIES),
        }
        (into / FILE).write_bytes(orjson.dumps(found))

    def _brand(self, brand: str, count: int) -> list[Any]:
        """The brand as it is written, its products, its names, and whether its name is a word of other titles."""
        names = {fold(name) for name in (brand, *self._translated.get(brand, ()), *brand_parts(brand))}
        words = _WORD.findall(fold(brand))
        elsewhere = self._words[words[0]] - self._titled[brand] if len(words) == 1 else 0
        return [brand, count, sorted(" ".join(name.split()) for name in names if name.strip()), elsewhere > count]


def brand_parts(brand: str) -> list[str]:
    """The names that a brand written in two scripts has.

    >>> brand_parts("Apple 苹果"), brand_parts("沐云居（Muyun）"), brand_parts("Tripp Lite")
    (['Apple', '苹果'], ['沐云居', 'Muyun'], ['Tripp Lite'])
    """
    parts = (part.strip(" -") for part in _PARTS.findall(brand))
    return [part for part in parts if len(part) > 1]


class _Numbers:
    """A numeric attribute: how many products have it, in which units, between which bounds."""

    def __init__(self) -> None:
        self.count = 0
        self._bounds: dict[str, tuple[float, float, int]] = {}

    def add(self, value: float, unit: str) -> None:
        self.count += 1
        low, high, count = self._bounds.get(unit, (value, value, 0))
        if unit in self._bounds or len(self._bounds) < 20:
            self._bounds[unit] = (min(low, value), max(high, value), count + 1)

    def values(self) -> list[list[Any]]:
        """Unit, least and greatest value, the most frequent unit first."""
        ordered = sorted(self._bounds.items(), key=lambda item: (-item[1][2], item[0]))
        return [[unit, low, high] for unit, (low, high, _) in ordered]


def _attributes(product: Product) -> Iterator[tuple[str, Attribute]]:
    """The attributes of a product and of its variants, each key and value once."""
    yield from product.attributes.items()
    seen = set(product.attributes.items()) if product.variants and _hashable(product.attributes) else set()
    for variant in product.variants[:200]:
        for pair in variant.attributes.items():
            if pair not in seen:
                seen.add(pair)
                yield pair


def _hashable(attributes: Mapping[str, Attribute]) -> bool:
    return all(not isinstance(one.value, list) for one in attributes.values())


def _most(counts: Counter[str], most: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def _most_keys(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(found.items(), key=lambda item: (-item[1].count, item[0]))[:MOST_KEYS]
