"""Misspelt Chinese: characters of the same sound or nearly the same shape, one too many, one missing.

What no product has side by side gives a slip away: only stretches around such a pair of characters are looked at.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

from shelfwise.language.base import Analysis, Token
from shelfwise.language.spans import outer
from shelfwise.understanding.spelling.fixes import Fix, Reading
from shelfwise.understanding.spelling.lexicon import Lexicon
from shelfwise.understanding.spelling.near_han import LONGEST, HanCandidate, NearHan
from shelfwise.understanding.spelling.readings import OFFERED, offered, readings

SURE: Final = 0.65  # confidence below which a Chinese reading is only offered: homophones are many
TWICE: Final = 0.6  # confidence that a character which nothing has twice was written once too often
STRADDLING: Final = 4  # characters of the longest word that is looked for across the end of a stretch
MOST: Final = 32  # words and pairs that are looked at
HAN: Final = re.compile(r"[\u3400-\u9fff]+")


class HanFixes:
    """Finds the Chinese words of a catalogue near to what it does not have."""

    def __init__(self, lexicon: Lexicon, near: NearHan) -> None:
        self._lexicon = lexicon
        self._near = near

    def fixes(self, text: str, analysis: Analysis) -> Iterator[Fix]:
        """Fixes around the pairs of characters that neither a product nor a frequent query has."""
        grams = [g for g in analysis.grams if g.end - g.start == 2]
        strange = [g for g in grams if self._lexicon.strange(g.text)]
        if strange:
            words = outer(analysis.words)[:MOST]
            typed = {gram.start + at: character for gram in grams for at, character in enumerate(gram.text)}
            yield from self._twice(typed, strange)
            yield from self._of_words(text, typed, words, strange)
            yield from self._guesses(typed, words, strange)

    def _twice(self, typed: dict[int, str], strange: Sequence[Token]) -> Iterator[Fix]:
        """A character twice where the catalogue has it once beside the same neighbours, and in a word with one.

        Not where a word ends and another begins with it (衣柜, 柜门).
        """
        for gram in strange[:MOST]:
            char, before, after = gram.text[0], typed.get(gram.start - 1, ""), typed.get(gram.end, "")
            if char != gram.text[1] or not (before or after):
                continue
            ends, begins = self._ends(typed, gram.start + 1), self._begins(typed, gram.start + 1)
            if not (ends and begins) and self._lexicon.beside(before, char) and self._lexicon.beside(char, after):
                confidence = TWICE if ends or begins else OFFERED
                yield Fix(gram.start, gram.end, (Reading(char, confidence, "typo"),))

    def _ends(self, typed: dict[int, str], at: int) -> bool:
        """Whether a word of the catalogue ends at a place."""
        return any(self._has(typed, at - size, at) for size in range(2, STRADDLING + 1))

    def _begins(self, typed: dict[int, str], at: int) -> bool:
        """Whether a word of the catalogue begins at a place."""
        return any(self._has(typed, at, at + size) for size in range(2, STRADDLING + 1))

    def _has(self, typed: dict[int, str], start: int, end: int) -> bool:
        """Whether the catalogue has a stretch as a word."""
        word = "".join(typed.get(place, " ") for place in range(start, end))
        return " " not in word and self._lexicon.frequency("words", word) > 0

    def _of_words(
        self, text: str, typed: dict[int, str], words: Sequence[Token], strange: Sequence[Token]
    ) -> Iterator[Fix]:
        """Stretches of whole words, one of them a lone character, with a strange pair."""
        for first, word in enumerate(words):
            stretch = ""
            for last in range(first, len(words)):
                token = words[last]
                if not HAN.fullmatch(token.text) or (last > first and token.start != words[last - 1].end):
                    break
                stretch += token.text
                if len(stretch) > LONGEST:
                    break
                lone = any(len(w.text) == 1 for w in words[first : last + 1])
                around = any(word.start <= g.start and g.end <= token.end for g in strange)
                if lone and around and len(stretch) > 1:
                    yield from self._of_stretch(stretch, text, typed, words[first : last + 1])

    def _of_stretch(self, stretch: str, text: str, typed: dict[int, str], words: Sequence[Token]) -> Iterator[Fix]:
        start, end = words[0].start, words[-1].end
        near = [c for c in self._near.near(stretch) if _alike(stretch, c.word.text)]
        found = readings(((_strength(c), c.word.text, c.source) for c in near), _unknown(stretch))
        if found:
            sure = self._is_sure(found[0], stretch, typed, words) and not self._cuts(typed, start, end)
            if found[0].text[0] != stretch[0] and re.search(r"[A-Za-z0-9]\Z", text[max(0, start - 1) : start]):
                sure = False  # kt板: the character belongs to what is before it
            yield Fix(start, end, found if sure else offered(found))

    def _is_sure(self, reading: Reading, stretch: str, typed: dict[int, str], words: Sequence[Token]) -> bool:
        """Whether a reading may be searched unasked: not for any other character, not where a word of general language
        stands that the catalogue lacks, and a short word only where it goes with both its neighbours."""
        if reading.source == "typo" or reading.confidence < SURE:
            return False
        if any(
            len(word.text) > 1 and word.text not in reading.text and not self._lexicon.frequency("words", word.text)
            for word in words
        ):
            return False
        if len(stretch) > 2:
            return True
        before, after = typed.get(words[0].start - 1, ""), typed.get(words[-1].end, "")
        return self._lexicon.beside(before, reading.text) and self._lexicon.beside(reading.text, after)

    def _cuts(self, typed: dict[int, str], start: int, end: int) -> bool:
        """Whether a word of the catalogue lies across the start or the end of a stretch."""
        return any(
            self._has(typed, at, at + size)
            for border in (start, end)
            for size in range(2, STRADDLING + 1)
            for at in range(border - size + 1, border)
        )

    def _guesses(self, typed: dict[int, str], words: Sequence[Token], strange: Sequence[Token]) -> Iterator[Fix]:
        """Words that sound like any 2 to 4 characters around a strange pair; a slip often moves the cuts between words.

        One of the pair stands outside longer words that the catalogue has, and no such word is cut. Readings are only
        offered, and those that do not go with the characters on both sides not even that.
        """
        known = [word for word in words if len(word.text) > 1 and self._lexicon.frequency("words", word.text)]
        inside = {at for word in known for at in range(word.start, word.end)}
        loose = [gram for gram in strange if not {gram.start, gram.start + 1} <= inside][:MOST]
        for start, end in sorted({(s, s + n) for g in loose for n in (2, 3, 4) for s in range(g.end - n, g.start + 1)}):
            stretch = "".join(typed.get(at, "") for at in range(start, end))
            if len(stretch) == end - start and not any(w.start < cut < w.end for w in known for cut in (start, end)):
                yield from self._guess(stretch, start, end, typed)

    def _guess(self, stretch: str, start: int, end: int, typed: dict[int, str]) -> Iterator[Fix]:
        near = [c for c in self._near.near(stretch) if c.source == "phonetic" and _alike(stretch, c.word.text)]
        before, after, beside = typed.get(start - 1, ""), typed.get(end, ""), self._lexicon.beside
        fitting = [c for c in near if beside(before, c.word.text) and beside(c.word.text, after)]
        found = readings(((_strength(c), c.word.text, c.source) for c in fitting or near), _unknown(stretch))
        if found:
            yield Fix(start, end, offered(found), silent=not fitting)


def _unknown(stretch: str) -> float:
    """The weight of the guess that a stretch of characters is simply unknown."""
    return {2: 0.5, 3: 0.15}.get(len(stretch), 0.06)


def _alike(typed: str, word: str) -> bool:
    """Whether at most half of the characters differ."""
    return len(typed) != len(word) or sum(map(str.__ne__, typed, word)) <= max(1, len(word) // 2)


def _strength(candidate: HanCandidate) -> float:
    return math.sqrt(candidate.word.count) * math.exp(-2 * candidate.cost)
