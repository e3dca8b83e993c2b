"""Chinese word segmentation: jieba's dictionary and model, read lazily, with a shop's own words beside it.

The best path through the words of a dictionary: argmax over segmentations of Σ log p(word), as jieba computes it.
jieba's own loader builds a table of 500,000 prefixes before the first word; here the words that begin with a
character are read when the character is first met, and all shops of a process share them.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from shelfwise.errors import ShelfwiseError

TOTAL = 60101967  # the sum of all frequencies in jieba's dictionary
_LOG_TOTAL = math.log(TOTAL)
_UNKNOWN = -_LOG_TOTAL  # a character that is no word counts as seen once


class Words:
    """Words by first character: `logs[c]` is word → log p(word); `longest[pair]`: the longest word so begun."""

    def __init__(self) -> None:
        self.logs: dict[str, Mapping[str, float]] = {}
        self.longest: dict[str, int] = {}

    def load(self, char: str) -> Mapping[str, float]:
        """The words that begin with a character."""
        known = self.logs.get(char)
        if known is None:
            known = self._read(char)
            for word in known:
                if len(word) > self.longest.get(word[:2], 1):
                    self.longest[word[:2]] = len(word)
            self.logs[char] = known
        return known

    def _read(self, char: str) -> Mapping[str, float]:
        raise NotImplementedError


class BaseWords(Words):
    """The words of jieba's dictionary (lines "word frequency tag", sorted but for a short head)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        body = text.find("\n一") + 1
        self._body = text[body:]
        self._head: dict[str, list[str]] = {}
        for line in text[:body].splitlines():
            self._head.setdefault(line[0], []).append(line)

    def _read(self, char: str) -> Mapping[str, float]:
        start, end = self._line(char), self._line(chr(ord(char) + 1))
        words: dict[str, float] = {}
        for line in self._head.get(char, []) + self._body[start:end].splitlines():
            word, frequency, _ = line.split(" ")
            words[word] = math.log(int(frequency)) - _LOG_TOTAL
        return words

    def _line(self, char: str) -> int:
        """Where the lines begin whose first character is `char` or later."""
        body = self._body
        start = bisect_left(range(len(body)), char, key=lambda at: body[body.rfind("\n", 0, at) + 1])
        return body.rfind("\n", 0, start) + 1 if start < len(body) else len(body)


class ShopWords(Words):
    """The base words and a shop's own, each as frequent as it takes to be cut out whole (as jieba's add_word)."""

    def __init__(self, base: Words, terms: Iterable[str]) -> None:
        super().__init__()
        self._base = base
        self._own: dict[str, dict[str, float]] = {}
        for term in terms:
            frequency = int(math.exp(log_probability(term, base)) * TOTAL) + 1
            known = base.load(term[0]).get(term, -math.inf)
            self._own.setdefault(term[0], {})[term] = max(known, math.log(frequency) - _LOG_TOTAL)

    def _read(self, char: str) -> Mapping[str, float]:
        own = self._own.get(char)
        return {**self._base.load(char), **own} if own else self._base.load(char)


def cut(text: str, words: Words, whole: bool = True) -> list[str]:
    """The most probable words of a run of Chinese characters; with `whole` False the run itself is no word.

    >>> cut("无线鼠标", base_words())
    ['无线', '鼠标']
    """
    return _path(text, words, whole)[0]


def log_probability(text: str, words: Words) -> float:
    """log p of the best segmentation."""
    return _path(text, words, True)[1]


def _path(text: str, words: Words, whole: bool) -> tuple[list[str], float]:
    size = len(text)
    score = [0.0] * (size + 1)
    step = [0] * size
    logs, longest = words.logs, words.longest
    for start in range(size - 1, -1, -1):
        char = text[start]
        known = logs.get(char) or words.load(char)
        best, stop = known.get(char, _UNKNOWN) + score[start + 1], start + 1
        last = min(size, start + longest.get(text[start : start + 2], 1))
        if not whole and start == 0 and last == size:
            last -= 1
        for end in range(start + 2, last + 1):
            log = known.get(text[start:end])
            if log is not None and log + score[end] >= best:
                best, stop = log + score[end], end
        score[start], step[start] = best, stop
    pieces = []
    start = 0
    while start < size:
        pieces.append(text[start : step[start]])
        start = step[start]
    return pieces, score[0]


@cache
def base_words() -> BaseWords:
    """jieba's words, shared by the whole process. Raises ShelfwiseError when jieba is not installed."""
    return BaseWords((jieba_folder() / "dict.txt").read_text("utf-8"))


@cache
def jieba_folder() -> Path:
    """Where jieba keeps its dictionary; found without importing jieba."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ShelfwiseError("jieba is not installed.", hint="pip install jieba")
    return Path(spec.origin).parent
