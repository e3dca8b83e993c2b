"""What the words of a text say to the intent head: n-grams of words and of characters, weighed by TF-IDF.

    x_g = (1 + ln tf_g) · idf_g,   idf_g = ln((1 + n) / (1 + df_g)) + 1,   x ← x / ‖x‖ for words and characters apart

A word is a run of letters and digits, or one Chinese character. Names of goods all read alike, as numbers do: "does
the kettle have a lid" asks the same as "does the laptop have a lid".
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.language.normalise import fold
from shelfwise.types import Float32, Int32
from shelfwise.understanding.kinds.lexicon import default_lexicon, units

WORDS: Final = range(1, 4)  # words of an n-gram
SIGNS: Final = range(1, 5)  # characters of an n-gram
MANY: Final = 3_000  # texts
LONGEST: Final = 256  # characters of a text that are read
GOODS: Final = "〇"  # stands for every name of goods
_WORD: Final = re.compile(r"[㐀-鿿〇]|[^\W㐀-鿿〇]+")
_RUN: Final = re.compile(r"\w+")
_DIGITS: Final = re.compile(r"\d+")
_GOODS: Final = re.compile(rf"{GOODS}(?:\s*{GOODS})*")
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
    def fit(cls, texts: Sequence[str]) -> TextFeatures:
        """The features of the n-grams of the texts; of more than MANY texts, of those that stand in two or more."""
        least = 1 if len(texts) <= MANY else 2
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
    """The n-grams of a text: those of words with a `w` before them, those of characters with a `c`.

    >>> list(grams("4 phone cases"))[:7]
    ['w0', 'w〇', 'w0 〇', 'c ', 'c0', 'c ', 'c〇']
    """
    masked = _masked(fold(text[:LONGEST]))
    words = _WORD.findall(masked)
    if not words:
        return
    for size in WORDS:
        yield from ("w" + " ".join(words[at : at + size]) for at in range(len(words) - size + 1))
    run = f" {' '.join(_RUN.findall(masked))} "
    for size in SIGNS:
        yield from ("c" + run[at : at + size] for at in range(len(run) - size + 1))


def _masked(folded: str) -> str:
    """A folded text with GOODS in the place of every name of goods, and 0 in that of every number."""
    of = units(folded)
    kept, end = [], 0
    for found in default_lexicon().mentions(of):
        kept += [folded[end : of[found.first].start], GOODS]
        end = of[found.last - 1].end
    return _DIGITS.sub("0", _GOODS.sub(GOODS, "".join((*kept, folded[end:]))))
