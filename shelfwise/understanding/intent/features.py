"""What the words of a text say to the intent head: n-grams of words and of characters, weighed by TF-IDF.

    x_g = (1 + ln tf_g) · idf_g,   idf_g = ln((1 + n) / (1 + df_g)) + 1,   x ← x / ‖x‖ for words and characters apart

Words are runs of letters and digits, of which single ones and neighbouring pairs count; a Chinese run is one word, and
its character n-grams do the work. Character n-grams are taken inside a word with its borders (` re`, `ret`, …, `n `).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from shelfwise.language.normalise import fold
from shelfwise.types import Float32, Int32

SIZES: Final = range(2, 6)  # characters of an n-gram
LONGEST: Final = 256  # characters of a text that are read
_WORD: Final = re.compile(r"\w+")
_DIGITS: Final = re.compile(r"\d")
_KINDS: Final = ("w", "c")  # the first letter of a feature's name


@dataclass(frozen=True, slots=True)
class Sparse:
    """The features of one text: columns Int32[m] and their values Float32[m]."""

    columns: Int32
    values: Float32


class TextFeatures:
    """Texts → sparse rows of length 1 for words and 1 for characters."""

    def __init__(self, names: Sequence[str], idf: Float32) -> None:
        self.names = tuple(names)
        self.idf = idf
        self._column: Mapping[str, int] = {name: at for at, name in enumerate(self.names)}

    @classmethod
    def fit(cls, texts: Sequence[str], least: int = 1) -> TextFeatures:
        """The features of the n-grams that stand in at least `least` texts."""
        found: Counter[str] = Counter()
        for text in texts:
            found.update(set(grams(text)))
        names = sorted(name for name, count in found.items() if count >= least)
        idf = [math.log((1 + len(texts)) / (1 + found[name])) + 1 for name in names]
        return cls(names, np.array(idf, np.float32))

    def __len__(self) -> int:
        return len(self.names)

    def __call__(self, text: str) -> Sparse:
        """The features of a text; n-grams that were not there to learn from count nothing."""
        counts: dict[str, dict[int, int]] = {kind: {} for kind in _KINDS}
        for name in grams(text):
            column = self._column.get(name)
            if column is not None:
                of = counts[name[0]]
                of[column] = of.get(column, 0) + 1
        parts = [self._weighed(of) for of in counts.values() if of]
        if not parts:
            return Sparse(np.empty(0, np.int32), np.empty(0, np.float32))
        return Sparse(np.concatenate([part.columns for part in parts]), np.concatenate([part.values for part in parts]))

    def _weighed(self, counts: Mapping[int, int]) -> Sparse:
        columns = np.fromiter(counts, np.int32, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.idf[columns]
        return Sparse(columns, (values / np.linalg.norm(values)).astype(np.float32))


def grams(text: str) -> Iterator[str]:
    """The n-grams of a text: words and pairs with a `w` before them, characters with a `c`. Digits read alike.

    >>> list(grams("My TV"))
    ['wmy', 'wtv', 'wmy tv', 'c m', 'cmy', 'cy ', 'c my', 'cmy ', 'c my ', 'c t', 'ctv', 'cv ', 'c tv', 'ctv ', 'c tv ']
    """
    words = _WORD.findall(_DIGITS.sub("0", fold(text[:LONGEST])))
    yield from (f"w{word}" for word in words)
    yield from (f"w{first} {second}" for first, second in pairwise(words))
    for word in words:
        bordered = f" {word} "
        for size in SIZES:
            for start in range(len(bordered) - size + 1):
                yield "c" + bordered[start : start + size]
