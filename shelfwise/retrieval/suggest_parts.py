"""Which parts of a suggested line were typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from shelfwise.language.normalise import normalise
from shelfwise.language.pinyin import syllables
from shelfwise.retrieval.highlight import Span, cut, merged
from shelfwise.retrieval.suggest_keys import INITIALS, MAX_TEXT, PAIR, PIECE, PINYIN, WORD

_SEPARATORS: Final = frozenset("-_./")


def parts(text: str, keys: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """A line in parts, True where one of the keys (see suggest_keys) found it. Together they are the line.

    >>> parts("Wireless mouse", ["wwire"])
    (('Wire', True), ('less mouse', False))
    >>> parts("蓝牙耳机", ["perj"])
    (('蓝牙', False), ('耳机', True))
    """
    folded = normalise(text[:MAX_TEXT])
    spans = [span for key in keys for span in _spans(folded.text, key)]
    return cut(text, merged(folded.original(start, end) for start, end in spans))


def _spans(text: str, key: str) -> Iterator[Span]:
    kind, wanted = key[0], key[1:]
    if kind == PAIR:
        for match in re.finditer(re.escape(wanted), text):
            yield match.span()
    for match in PIECE.finditer(text) if kind != PAIR else ():
        piece, start = match.group(), match.start()
        if kind == WORD and (written := _written(text, start, wanted)):
            yield start, written
        elif kind in (PINYIN, INITIALS) and not piece.isascii() and (span := spoken(piece, kind, wanted)):
            yield start + span[0], start + span[1]


def _written(text: str, start: int, wanted: str) -> int | None:
    """Where `wanted` ends that begins at `start`, passing over the separators inside a code."""
    at = start
    for letter in wanted:
        if at > start and text[at : at + 1] in _SEPARATORS and text[at : at + 1] != letter:
            at += 1
        if text[at : at + 1] != letter:
            return None
        at += 1
    return at


def spoken(run: str, kind: str, wanted: str) -> Span | None:
    """The first characters of a Chinese run whose syllables (or their initials) begin, in a row, as `wanted` does."""
    read = [syllable if kind == PINYIN else syllable[:1] for syllable in syllables(run)]
    if len(read) != len(run):
        return None
    joined = "".join(read)
    ends = list(accumulate(map(len, read)))
    for first, end in enumerate(ends):
        start = end - len(read[first])
        if joined.startswith(wanted, start):
            return first, next(n for n, stop in enumerate(ends, 1) if stop >= start + len(wanted))
    return None
