"""What is left to search once turns of speech and consumed constraints are silent, cut into words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from shelfwise.language.base import Analyzer
from shelfwise.language.stopwords import without_stopwords
from shelfwise.understanding.base import Reading, Understanding
from shelfwise.understanding.spelling.fixes import Applied, Fix, apply_fixes

Span = tuple[int, int]
SAID_OF: Final = "的"  # joins what is said of a thing to the thing

_WORDS: Final = re.compile(
    r"[^\s,.!?;:，。！？；：、~～…](?:.*[^\s,.!?;:，。！？；：、~～…])?", re.DOTALL
)  # without outer commas


class SegmentationStep:
    """Cuts the silent stretches out, and the rest into tokens without stop words."""

    name = "segmentation"

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def __call__(self, u: Understanding) -> Understanding:
        """Sets `core`, `reading` and `tokens`. Where nothing would be left, nothing is silent."""
        read = self._read(u, u.silent)
        if not read.tokens.words and not read.tokens.codes and u.silent and not _says_all(u):
            return self._read(u, ())
        return read

    def _read(self, u: Understanding, silent: Sequence[Span]) -> Understanding:
        applied = apply_fixes(u.cleaned, u.sure)[1]
        typed, kept = cut(u.cleaned, [_typed(span, applied) for span in silent])
        fixes = [moved for fix in u.fixes if (moved := kept(fix)) is not None]
        sure = {(fix.start, fix.end) for fix in u.sure}
        certain = [moved for fix in u.fixes if (fix.start, fix.end) in sure and (moved := kept(fix)) is not None]
        text, _ = apply_fixes(typed, certain)
        searched, guessed = apply_fixes(typed, [fix for fix in fixes if fix in certain or not fix.known])
        tokens = without_stopwords(self._analyzer.analyze(searched))
        return u.but(core=text, reading=Reading(text, searched, guessed), tokens=tokens, silent=tuple(silent))


def _says_all(u: Understanding) -> bool:
    """Whether constraints alone say what is wanted ("under 500"): then there are no words to search."""
    return any(constraint.consumed and not constraint.negated for constraint in u.constraints)


def cut(text: str, spans: Iterable[Span]) -> tuple[str, _Kept]:
    """The text without some stretches, a space in the place of each, and where a fix is then found.

    >>> cut("laptop under 500 not hp", [(7, 16), (17, 23)])[0]
    'laptop'
    """
    silent = merged(spans)
    if not silent:
        return text, _Kept(((0, len(text), 0),))
    kept: list[tuple[int, int, int]] = []  # start, end in the text, start in the result
    size = 0
    for start, end in zip([0, *(end for _, end in silent)], [*(start for start, _ in silent), len(text)], strict=True):
        joined = start > 0 and text.startswith(SAID_OF, start)  # 不要红色|的手机壳
        word = _WORDS.search(text, start + joined, end)
        if word is not None:
            kept.append((*word.span(), size))
            size += word.end() - word.start() + 1
    return " ".join(text[start:end] for start, end, _ in kept), _Kept(tuple(kept))


class _Kept:
    """Finds the new place of a fix."""

    def __init__(self, pieces: tuple[tuple[int, int, int], ...]) -> None:
        self._pieces = pieces

    def __call__(self, fix: Fix) -> Fix | None:
        """The fix at its new place; None where it was cut out or cut through."""
        for start, end, at in self._pieces:
            if start <= fix.start and fix.end <= end:
                return replace(fix, start=fix.start - start + at, end=fix.end - start + at)
        return None


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, overlapping and touching ones as one.

    >>> merged([(5, 9), (0, 3), (8, 12)])
    [(0, 3), (5, 12)]
    """
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _typed(span: Span, applied: Sequence[Applied]) -> Span:
    """The stretch of the typed text that a stretch of the corrected text was; corrections are taken whole."""
    start, end = span
    shift_start = shift_end = 0
    for fix in applied:
        moved = (fix.fix.end - fix.fix.start) - (fix.end - fix.start)
        if fix.end <= start:
            shift_start += moved
        elif fix.start <= start:
            start = fix.start
        if fix.end <= end:
            shift_end += moved
        elif fix.start < end:
            end, shift_end = fix.end, shift_end + moved
    return start + shift_start, end + shift_end
