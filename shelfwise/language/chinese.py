"""Chinese words: the best segmentation by jieba's dictionary and the shop's terms, and the words inside long words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from shelfwise.language.segment import ShopWords, base_words, cut
from shelfwise.language.tables import read_lines

Span = tuple[str, int, int]
HAN = "々〇㐀-䶿一-鿿\U00020000-\U000323af"
LONGEST = 12  # characters of a shop's own word; a longer one is a sentence
_RUN = re.compile(f"[{HAN}]{{2,}}")
_MIXED = re.compile(f"([a-z0-9]+(?:-[a-z0-9]+)*)([{HAN}]+)")
_CACHED_LENGTH = 12  # runs up to this length come again (queries, attribute values); longer ones hardly do


class Segmenter:
    """Segmentation with a shop's terms. Dictionary lookups only: no character model guesses new words, so that a
    word is cut alike in a title and in a query; what is unknown falls into single characters (and grams).
    """

    def __init__(self, terms: Iterable[str] = ()) -> None:
        known = [*" ".join(read_lines("words_zh.txt")).split(), *terms]
        self._words = ShopWords(
            base_words(), sorted({run for term in known for run in _RUN.findall(term) if len(run) <= LONGEST})
        )
        self._mixed: dict[str, set[str]] = {}
        for match in filter(None, map(_MIXED.fullmatch, known)):
            self._mixed.setdefault(match[1].replace("-", ""), set()).add(match[2])
        self._short = lru_cache(maxsize=32768)(self._segment)
        self._pieces = lru_cache(maxsize=65536)(self._cut_inside)

    def words(self, run: str) -> tuple[Span, ...]:
        """The words of a run of Chinese characters, each followed by the shorter words that it is made of.

        >>> [word for word, _, _ in Segmenter(["无线鼠标"]).words("买无线鼠标")]
        ['买', '无线鼠标', '无线', '鼠标']
        """
        return self._short(run) if len(run) <= _CACHED_LENGTH else self._segment(run)

    def mixed(self, latin: str, run: str, words: Sequence[Span]) -> str:
        """How much of the beginning of a run forms a word with the Latin letters before it (u盘, t恤); "" for nothing.

        It must end where one of the run's own words does.
        """
        tails = self._mixed.get(latin)
        if tails is None:
            return ""
        ends = sorted({end for _, _, end in words if run[:end] in tails})
        return run[: ends[-1]] if ends else ""

    def _segment(self, run: str) -> tuple[Span, ...]:
        spans: list[Span] = []
        start = 0
        for word in cut(run, self._words):
            spans.append((word, start, start + len(word)))
            if len(word) > 2:
                spans += [(piece, start + a, start + b) for piece, a, b in self._pieces(word)]
            start += len(word)
        return tuple(spans)

    def _cut_inside(self, word: str) -> tuple[Span, ...]:
        """The words of two and more characters inside a word, from its best segmentation without itself."""
        spans: list[Span] = []
        start = 0
        for piece in cut(word, self._words, whole=False):
            if len(piece) > 1:
                spans.append((piece, start, start + len(piece)))
            if len(piece) > 2:
                spans += [(text, start + a, start + b) for text, a, b in self._pieces(piece)]
            start += len(piece)
        return tuple(spans)


def grams(run: str, start: int) -> list[Span]:
    """Overlapping pairs of neighbouring characters; a single character is its own.

    >>> grams("蓝牙耳", 0)
    [('蓝牙', 0, 2), ('牙耳', 1, 3)]
    """
    if len(run) == 1:
        return [(run, start, start + 1)]
    return [(run[i : i + 2], start + i, start + i + 2) for i in range(len(run) - 1)]
