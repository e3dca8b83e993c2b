"""A catalogue as terms: the words, pairs of neighbouring words and names of categories that its titles are made of.

Two passes in bounded memory: a product keeps the numbers of its terms and the beginning of its title.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.base import Analyzer
from shelfwise.language.detect import detect
from shelfwise.language.normalise import fold
from shelfwise.language.spans import outer
from shelfwise.language.stopwords import is_stopword
from shelfwise.types import Int32, Int64, Locale, Product
from shelfwise.understanding.expansion.association import npmi

MOST: Final = 4_000  # terms of a language, the most frequent ones
LEAST: Final = 3  # products with a term before it counts
LEAST_PAIR: Final = 5  # products with two neighbouring words
TOGETHER: Final = 0.3  # npmi of neighbours from which the two are one term
LONGEST_NAME: Final = 4  # words of a category's name
TITLE: Final = 120  # characters of a title that are kept as evidence
_WORD: Final = re.compile(r"[a-z][a-z'-]+[a-z]|[\u3400-\u9fff]{2,8}")
_BETWEEN: Final = re.compile(r"[ -]?")

Key = tuple[str, ...]  # tokens as analysed


@dataclass(frozen=True, slots=True)
class Term:
    """A word or words: as analysed, as most often written, and in how many products."""

    key: Key
    text: str
    count: int


@dataclass(slots=True)
class Side:
    """The texts of one language. rows: product → its terms, as numbers of `terms`; titles: product → title or ""."""

    terms: tuple[Term, ...] = ()
    rows: list[Int32] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)

    def examples(self, rows: Int64, limit: int) -> list[str]:
        """The first titles of some products."""
        return [self.titles[row] for row in rows[:limit].tolist()]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Both languages of a catalogue, row by row the same products; brands as analysed."""

    en: Side
    zh: Side
    brands: frozenset[Key]
    analyzer: Analyzer

    def side(self, locale: Locale) -> Side:
        """The texts of a language."""
        return self.en if locale == "en" else self.zh


class _Reader:
    """Counts the terms of one language while products pass."""

    def __init__(self, analyzer: Analyzer, locale: Locale) -> None:
        self._analyzer = analyzer
        self._ascii = locale == "en"
        self._numbers: dict[Key, int] = {}
        self._counts: Counter[int] = Counter()
        self._written: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._names: set[int] = set()
        self._rows: list[array[int]] = []
        self._titles: list[str] = []

    def add(self, title: str, names: Iterable[str]) -> None:
        """A product's texts in this language; title "" where it has none."""
        found: set[int] = set()
        for key, text in term_texts(title, self._analyzer, self._ascii):
            found.add(self._number(key, text))
        for name in names:
            words = list(_words(name, self._analyzer, self._ascii))
            if 0 < len(words) <= LONGEST_NAME:
                number = self._number(tuple(w[0] for w in words), _joined([w[1] for w in words]))
                self._names.add(number)
                found.add(number)
        self._counts.update(found)
        self._rows.append(array("i", sorted(found)))
        self._titles.append(title[:TITLE])

    def side(self) -> Side:
        """What was counted; a pair that is no unit is left out."""
        keys = list(self._numbers)
        kept = [n for n in self._counts if self._is_term(n, keys[n])]
        kept = sorted(kept, key=lambda n: (-self._counts[n], keys[n]))[:MOST]
        place = np.full(len(keys), -1, np.int32)
        place[kept] = np.arange(len(kept), dtype=np.int32)
        rows = []
        for row in self._rows:
            mapped = place[np.frombuffer(row, np.int32)] if row else place[:0]
            rows.append(mapped[mapped >= 0])
        terms = [Term(keys[n], self._written[n].most_common(1)[0][0], self._counts[n]) for n in kept]
        return Side(tuple(terms), rows, self._titles)

    def _number(self, key: Key, text: str) -> int:
        number = self._numbers.setdefault(key, len(self._numbers))
        written = self._written[number]
        if text in written or len(written) < 4:
            written[text] += 1
        return number

    def _is_term(self, number: int, key: Key) -> bool:
        count = self._counts[number]
        if number in self._names or len(key) == 1:
            return count >= LEAST
        first, second = (self._counts[self._numbers[part,]] for part in key)
        return count >= LEAST_PAIR and npmi(count, first, second, len(self._rows)) >= TOGETHER


def read_corpus(products: Iterable[Product], terms: Iterable[str] = ()) -> Corpus:
    """The terms of a catalogue. terms: the catalogue's own Chinese words, see `catalogue_terms`."""
    analyzer = BilingualAnalyzer(terms)
    readers: dict[Locale, _Reader] = {"en": _Reader(analyzer, "en"), "zh": _Reader(analyzer, "zh")}
    brands: set[Key] = set()
    for product in products:
        texts = texts_of(product)
        for locale, reader in readers.items():
            reader.add(*texts.get(locale, ("", ())))
        for brand in (product.brand or "").split():
            brands.add(tuple(token.text for token in outer(analyzer.analyze(brand).words)))
    return Corpus(readers["en"].side(), readers["zh"].side(), frozenset(brands), analyzer)


def postings(side: Side, terms: Sequence[int]) -> list[Int64]:
    """The products of each of some terms, in order."""
    cells = np.concatenate([*side.rows, np.zeros(0, np.int32)])
    products = np.repeat(np.arange(len(side.rows)), [len(row) for row in side.rows])
    order = np.argsort(cells, kind="stable")
    starts = np.searchsorted(cells[order], [*terms, *(term + 1 for term in terms)])
    return [products[order[a:b]] for a, b in zip(starts[: len(terms)], starts[len(terms) :], strict=True)]


def texts_of(product: Product) -> dict[Locale, tuple[str, tuple[str, ...]]]:
    """Language → title, names of categories. A title that mixes languages counts as Chinese.

    >>> texts_of(Product("1", "Red lamp", category=("Lamps",)))
    {'en': ('Red lamp', ('Lamps',))}
    """
    found: dict[Locale, tuple[str, tuple[str, ...]]] = {}
    for title, category in (
        (product.title, product.category),
        *((t.title, t.category) for t in product.translations.values()),
    ):
        language = "en" if detect(title) == "en" else "zh"
        names = tuple(name for name in category if (detect(name) == "en") == (language == "en"))
        found.setdefault("en" if language == "en" else "zh", (title, names))
    return found


def term_texts(text: str, analyzer: Analyzer, ascii: bool) -> Iterator[tuple[Key, str]]:
    """(tokens, as written) of the words of a language in a text, and of each two neighbours."""
    words = list(_words(text, analyzer, ascii))
    for token, written, _, _ in words:
        yield (token,), written
    for left, right in pairwise(words):
        if _BETWEEN.fullmatch(text[left[3] : right[2]]):
            yield (left[0], right[0]), _joined([left[1], right[1]])


def _words(text: str, analyzer: Analyzer, ascii: bool) -> Iterator[tuple[str, str, int, int]]:
    """(token, as written, start, end) of the words of a language, without stop words and what has digits."""
    for token in outer(analyzer.analyze(text).words):
        written = fold(text[token.start : token.end])
        if written.isascii() == ascii and _WORD.fullmatch(written) and not is_stopword(token.text):
            yield token.text, written, token.start, token.end


def _joined(words: Sequence[str]) -> str:
    return (" " if words[0].isascii() else "").join(words)
