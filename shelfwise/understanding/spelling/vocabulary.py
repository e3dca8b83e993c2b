"""The catalogue's own words as people write them, and how often: what spelling is corrected to.

A part of a generation: collected while the engine indexes, kept as `spelling.tsv`. A line is a Latin word or a pair of
neighbouring Latin words with its count, a Chinese word with count, syllables and sound key, or what shoppers asked for
(a Latin word, a pair of Chinese characters) with its count and the word "asked".
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final, Protocol

from shelfwise.errors import CorruptIndexError
from shelfwise.language.normalise import fold
from shelfwise.types import Product
from shelfwise.understanding.spelling.near_han import HanWord

FILE: Final = "spelling.tsv"
ASKED: Final = "asked"
ASKED_OFTEN: Final = 3  # times that something must have been asked for to be no misspelling
MAX_WORDS: Final = 200_000  # of each script; rarer ones are left out
HAN_FIELDS: Final = {"title": 2, "brand": 3, "category": 2, "attributes": 1, "tags": 1}  # field → weight
_LATIN: Final = re.compile(r"[a-z]{2,30}")
_PIECE: Final = re.compile(r"[a-z0-9]+|[^a-z0-9 -]")
_RUN: Final = re.compile(r"[\u3400-\u9fff]{2,}")
_HAN: Final = re.compile(r"[\u3400-\u9fff]{1,6}")


class Tokenised(Protocol):
    """A product as the index has it."""

    @property
    def text(self) -> Mapping[str, tuple[str, ...]]:
        """Text field → tokens."""
        ...


class VocabularyBuilder:
    """Counts words over the products of a generation: titles and brands count more than attributes.

    past_queries: what shoppers searched for and found, and how often. Words of the catalogue count as
    log2(1 + times asked) products more; others that were asked for often are no misspellings.
    """

    name = "spelling"

    def __init__(self, past_queries: Iterable[tuple[str, int]] = ()) -> None:
        self._asked: Counter[str] = Counter()
        for text, count in past_queries:
            self._asked.update(dict.fromkeys(_asked(fold(text[:200])), count))
            self._asked = _bounded(self._asked)
        self._latin: Counter[str] = Counter()
        self._pairs: Counter[str] = Counter()
        self._han: Counter[str] = Counter()

    def add(self, product: Product, indexed: Tokenised) -> None:
        """Counts a product's words and pairs of words, each once a field."""
        for text, weight in _latin_texts(product):
            pieces = _PIECE.findall(fold(text))
            for word in set(pieces):
                if len(word) > 2 and _LATIN.fullmatch(word):
                    self._latin[word] += weight
            self._pairs.update(set(_pairs(pieces)))
        for field, weight in HAN_FIELDS.items():
            for token in set(indexed.text.get(field, ())):
                if not token.isascii() and _HAN.fullmatch(token):
                    self._han[token] += weight
        self._latin, self._pairs, self._han = map(_bounded, (self._latin, self._pairs, self._han))

    def write(self, into: Path) -> None:
        """Writes the words into a folder, the frequent ones first."""
        vocabulary = self.vocabulary()
        latin = (f"{word}\t{count}\n" for word, count in (*vocabulary.latin.items(), *vocabulary.pairs.items()))
        han = (f"{word.text}\t{word.count}\t{' '.join(word.syllables)}\t{word.sound}\n" for word in vocabulary.han)
        asked = (f"{text}\t{count}\t{ASKED}\n" for text, count in vocabulary.asked.items())
        (into / FILE).write_text("".join((*latin, *han, *asked)), "utf-8")

    def vocabulary(self) -> Vocabulary:
        """The words counted so far."""
        latin, pairs, han = map(self._with_asked, (self._latin, self._pairs, self._han))
        often = {text: count for text, count in _most(self._asked).items() if count >= ASKED_OFTEN and " " not in text}
        return Vocabulary(
            latin,
            {pair: count for pair, count in pairs.items() if count > 1},
            [HanWord.of(word, count) for word, count in han.items()],
            often,
        )

    def _with_asked(self, counts: Counter[str]) -> Counter[str]:
        more = {text: count + round(math.log2(1 + self._asked[text])) for text, count in counts.items()}
        return _most(Counter(more))


class Vocabulary:
    """Latin words and pairs ("usb stick") with their counts, Chinese words, and what shoppers asked for often."""

    def __init__(
        self,
        latin: Mapping[str, int],
        pairs: Mapping[str, int],
        han: Iterable[HanWord],
        asked: Mapping[str, int] | None = None,
    ) -> None:
        self.latin = dict(latin)
        self.pairs = dict(pairs)
        self.han = tuple(han)
        self.asked = dict(asked or {})

    @classmethod
    def read(cls, folder: Path) -> Vocabulary:
        """The words of a generation. Raises CorruptIndexError naming file and line."""
        vocabulary = cls({}, {}, ())
        path = folder / FILE
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CorruptIndexError(f"{path}: cannot be read: {error}.") from error
        vocabulary.han = tuple(
            filter(None, (vocabulary._read_line(path, number, line) for number, line in enumerate(lines, 1)))
        )
        return vocabulary

    def _read_line(self, path: Path, number: int, line: str) -> HanWord | None:
        match line.split("\t"):
            case [word, count] if word and count.isdecimal():
                (self.pairs if " " in word else self.latin)[word] = int(count)
                return None
            case [text, count, "asked"] if text and count.isdecimal():
                self.asked[text] = int(count)
                return None
            case [word, count, sounds, key] if word and count.isdecimal():
                return HanWord(word, int(count), tuple(sounds.split(" ")), key)
        raise CorruptIndexError(f"{path}:{number}: found {line[:60]!r}; expected word, count and its sound.")


def _latin_texts(product: Product) -> Iterable[tuple[str, int]]:
    yield product.brand or "", 3
    yield product.title[:1000], 2
    yield " ".join(product.category)[:1000], 2
    yield product.description[:2000], 1
    yield " ".join(product.tags)[:1000], 1
    for translation in product.translations.values():
        yield translation.title[:1000], 2
    values = (a.value for a in list(product.attributes.values())[:200])
    yield " ".join(value[:100] for value in values if isinstance(value, str)), 1


def _asked(text: str) -> set[str]:
    """The Latin words of a past query, their pairs, its Chinese and each pair of Chinese characters."""
    pieces = _PIECE.findall(text)
    runs = _RUN.findall(text)
    words = [piece for piece in pieces if len(piece) > 2 and _LATIN.fullmatch(piece)]
    return {*words, *_pairs(pieces), *runs, *(run[at : at + 2] for run in runs for at in range(len(run) - 1))}


def _pairs(pieces: list[str]) -> Iterator[str]:
    for left, right in pairwise(pieces):
        if _LATIN.fullmatch(left) and _LATIN.fullmatch(right):
            yield f"{left} {right}"


def _bounded(counts: Counter[str]) -> Counter[str]:
    return _most(counts) if len(counts) > 4 * MAX_WORDS else counts


def _most(counts: Counter[str]) -> Counter[str]:
    return Counter(dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_WORDS]))
