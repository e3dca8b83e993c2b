"""What the catalogue, its shoppers and general language have: what is never taken for a misspelling."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from shelfwise.understanding.base import Frequency
from shelfwise.understanding.spelling.vocabulary import Vocabulary

FOLDER: Final = Path(__file__).parent / "data"
NAMES: Final = Path(__file__).parents[1] / "constraints" / "data"


@cache
def names() -> frozenset[str]:
    """Names of well-known brands and devices, in one word: an iPhone is no misspelt phone where none is sold."""
    found: set[str] = set()
    for file in ("brands.toml", "devices.toml"):
        known = tomllib.loads((NAMES / file).read_text("utf-8"))["names"]
        found.update(name for name in known if name.isascii() and name.isalpha())
    return frozenset(found)


class Lexicon:
    """Words of one catalogue. `frequency` is the open index's (live changes included)."""

    def __init__(self, vocabulary: Vocabulary, frequency: Frequency) -> None:
        self.words = list(vocabulary.latin)
        self.counts = list(vocabulary.latin.values())
        self._latin = vocabulary.latin
        self._pairs = vocabulary.pairs
        self._asked = vocabulary.asked
        self.frequency = frequency

    def known(self, token: str, typed: str) -> int:
        """In how many products a word is, as it is typed (or as its plural or singular)."""
        if typed in self._latin or typed in (token, token + "s", token + "es"):
            return self.frequency("words", token) + self.frequency("codes", typed)
        return 0

    def count(self, word: str) -> int:
        """How often the catalogue has a folded Latin word in this form."""
        return self._latin.get(word, 0)

    def pair(self, left: str, right: str) -> int:
        """How often two Latin words stand side by side."""
        return self._pairs.get(f"{left} {right}", 0)

    def general(self, word: str) -> bool:
        """Whether a folded Latin word is general English, a name that all know, or one that shoppers often ask for."""
        return word in words_en() or word in names() or word in self._asked

    def strange(self, gram: str) -> bool:
        """Whether neither a product nor a frequent query has a pair of Chinese characters."""
        return not self.frequency("grams", gram) and gram not in self._asked

    def beside(self, left: str, right: str) -> bool:
        """Whether a product has one Chinese text before the other; nothing goes beside anything."""
        return not left or not right or self.frequency("grams", left[-1] + right[0]) > 0


def read_lines(name: str) -> Sequence[str]:
    """The lines of a data file of this folder, without comments."""
    return [line for line in (FOLDER / name).read_text("utf-8").splitlines() if line and not line.startswith("#")]


@cache
def words_en() -> frozenset[str]:
    """Words of general English."""
    return frozenset(read_lines("words_en.txt"))
