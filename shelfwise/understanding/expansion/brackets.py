"""Other names that texts give themselves, in brackets.

    Uninterruptible Power Supply (UPS)      an abbreviation: the first letters of the words before it
    东芝(toshiba)                            the same name in the other script

An abbreviation must be made of the first letter of each of the words before the bracket, in order (the strict case of
Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions", 2003). Names in two scripts count
where the bracket follows the whole Chinese name. What stands in other brackets is mostly no other name (colours, sizes,
makers) and is left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from shelfwise.language.normalise import fold
from shelfwise.types import Locale, Product
from shelfwise.understanding.expansion.base import EXAMPLES, Candidate

LEAST_SHORT: Final = 3  # products that say so
LEAST_SCRIPT: Final = 3
SIZE: Final = 2_000  # characters of a text that are read
SURE: Final = {"en": 0.9, "zh": 0.85}  # by eye: docs/synonyms.md
MOST: Final = 50_000  # pairs kept while counting

_SHORT: Final = re.compile(r"(?P<before>(?:[a-z]+[ -]){2,6})\((?P<short>[a-z]{2,6})\)")
_SCRIPTS: Final = re.compile(
    r"(?<![\u3400-\u9fff])(?P<zh>[\u3400-\u9fff]{2,6})\((?P<en>[a-z]{3,20}(?: [a-z]{2,20})?)\)"
)
_ROUND: Final = str.maketrans("（）", "()")

Pair = tuple[str, str]


class Brackets:
    """Counts, product by product, the names that stand beside each other."""

    def __init__(self) -> None:
        self._counts: Counter[Pair] = Counter()
        self._examples: dict[Pair, list[str]] = {}

    def add(self, product: Product) -> None:
        """Read a product's titles, descriptions and text attributes."""
        found: dict[Pair, str] = {}
        for text in _texts(product):
            for pair in bracketed(text):
                found.setdefault(pair, text)
        for pair, text in found.items():
            self._counts[pair] += 1
            examples = self._examples.setdefault(pair, [])
            if len(examples) < EXAMPLES - 1:
                examples.append(_around(text, pair))
        if len(self._counts) > 2 * MOST:
            self._counts = Counter(dict(self._counts.most_common(MOST)))
            self._examples = {pair: self._examples[pair] for pair in self._counts}

    def candidates(self) -> Iterator[Candidate]:
        """What enough products say, the most frequent first; of a short name, the long name it has most often."""
        done: set[str] = set()
        for (short, other), count in sorted(self._counts.items(), key=lambda each: (-each[1], each[0])):
            locale: Locale = "en" if other.isascii() else "zh"
            if count < (LEAST_SHORT if locale == "en" else LEAST_SCRIPT) or short in done:
                continue
            done.add(short)
            evidence = (f"in {count:,} products", *self._examples[short, other])
            yield Candidate(short, other, ("en", locale), False, SURE[locale], evidence, "brackets")


def bracketed(text: str) -> Iterator[Pair]:
    """(name in the bracket, name before it) of a text.

    >>> list(bracketed("An uninterruptible power supply (UPS) by 东芝(Toshiba)"))
    [('ups', 'uninterruptible power supply'), ('toshiba', '东芝')]
    """
    folded = fold(text[:SIZE]).translate(_ROUND)
    for match in _SHORT.finditer(folded):
        words = re.findall("[a-z]+", match["before"])[-len(match["short"]) :]
        if "".join(word[0] for word in words) == match["short"]:
            yield match["short"], " ".join(words)
    for match in _SCRIPTS.finditer(folded):
        yield match["en"], match["zh"]


def _texts(product: Product) -> Iterator[str]:
    yield product.title
    yield product.description
    yield product.brand or ""
    for attribute in product.attributes.values():
        if isinstance(attribute.value, str) and "(" in attribute.value:
            yield attribute.value
    for translation in product.translations.values():
        yield translation.title
        yield translation.description


def _around(text: str, pair: Pair) -> str:
    at = max(fold(text).find(pair[1][:12]), 0)
    return " ".join(text[max(at - 10, 0) : at + 70].split())
