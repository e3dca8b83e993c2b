"""What shoppers say around the product: stop words and turns of speech ("show me", 我想找一款)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from shelfwise.language.base import Analysis, Token
from shelfwise.language.english import stem
from shelfwise.language.normalise import fold
from shelfwise.language.spans import outer
from shelfwise.language.tables import read_lines


def drop_stopwords(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The word tokens of a query without stop words and fillers; all of them when nothing else would be left.

    Tokens come as `Analysis.words` gives them; the words inside a dropped word go with it.

    >>> words = [Token("show", 0, 4), Token("me", 5, 7), Token("the", 8, 11), Token("tv", 12, 14)]
    >>> [token.text for token in drop_stopwords(words)]
    ['tv']
    """
    dropped = _dropped(outer(tokens))
    kept = tuple(token for token in tokens if not any(start <= token.start < end for start, end in dropped))
    return kept or tuple(tokens)


def without_stopwords(analysis: Analysis) -> Analysis:
    """A query's analysis without stop words, and without the codes inside them and the grams that touch one.

    A code keeps what looks like a stop word: `MY-R1558B` is not R1558B.
    """
    words = drop_stopwords(analysis.words)
    if len(words) == len(analysis.words):
        return analysis
    kept = {index for word in words for index in range(word.start, word.end)}

    codes = tuple(code for code in analysis.codes if not kept.isdisjoint(range(code.start, code.end)))
    grams = tuple(gram for gram in analysis.grams if kept.issuperset((gram.start, gram.end - 1)))
    return Analysis(words, codes, grams)


def is_stopword(word: str) -> bool:
    """Whether a word of an analysis is a stop word."""
    return word in _stopwords()


def _dropped(words: Sequence[Token]) -> list[tuple[int, int]]:
    """Bounds of what says nothing: the longest filler at each place, else a stop word."""
    bounds = []
    position = 0
    while position < len(words):
        length = next(_fillers_at(words, position), 1 if is_stopword(words[position].text) else 0)
        if length:
            bounds.append((words[position].start, words[position + length - 1].end))
        position += max(length, 1)
    return bounds


def _fillers_at(words: Sequence[Token], position: int) -> Iterator[int]:
    fillers, longest = _fillers()
    for length in range(min(longest, len(words) - position), 0, -1):
        if "".join(word.text for word in words[position : position + length]) in fillers:
            yield length


@cache
def _stopwords() -> frozenset[str]:
    lines = read_lines("stopwords.txt")
    return frozenset(lines) | frozenset(stem(line) for line in lines if line.isascii())


@cache
def _fillers() -> tuple[frozenset[str], int]:
    lines = [fold(line) for line in read_lines("fillers.txt")]
    joined = frozenset("".join(stem(word) for word in line.split()) if line.isascii() else line for line in lines)
    return joined, 6
