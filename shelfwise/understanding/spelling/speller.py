"""What a shopper probably meant: English slips, Chinese of the same sound or shape, pinyin in Latin letters.

A word that the catalogue has is never replaced. How sure a reading is (0 to 1), for candidates c near a word w:

    confidence(c) = s(c) / (Σ s + u(|w|)),   s(c) = √count(c) · exp(−2 · cost(w, c)) · (1 + √beside(c))

beside(c) is how often c stands in the catalogue next to the word that it would stand next to in the query.
u is the weight of the guess that w is simply unknown: large for short words, which have many neighbours by chance.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

from shelfwise.language.base import Analysis, Token
from shelfwise.language.normalise import fold
from shelfwise.language.shapes import confusable
from shelfwise.language.spans import outer
from shelfwise.understanding.base import Frequency
from shelfwise.understanding.spelling.fixes import Fix, Reading
from shelfwise.understanding.spelling.near_han import LONGEST, HanCandidate, NearHan
from shelfwise.understanding.spelling.near_words import NearWords
from shelfwise.understanding.spelling.vocabulary import Vocabulary

UNKNOWN: Final = 0.4  # u of a word of 4 letters; half as much for each letter more
OFFERED: Final = 0.4  # the confidence in replacing a word that the catalogue has: offered, never done
RARE: Final = 2  # products; a word that more have is certainly meant
MUCH_MORE: Final = 50  # times as frequent must the neighbour of a rare word be to be offered
HAN_SURE: Final = 0.65  # confidence below which a Chinese reading is only offered: homophones are many
LEAST: Final = 0.2  # confidence below which a reading is not worth offering
MAX_READINGS: Final = 3
MAX_WORDS: Final = 32  # words and stretches of a query that are looked at
_ALPHA: Final = re.compile(r"[a-z]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")


class Speller:
    """Corrects queries to the words of one catalogue. `frequency` is the open index's (live changes included)."""

    def __init__(self, vocabulary: Vocabulary, frequency: Frequency) -> None:
        self._words = list(vocabulary.latin)
        self._counts = list(vocabulary.latin.values())
        self._numbers = {word: number for number, word in enumerate(self._words)}
        self._pairs = vocabulary.pairs
        self._near = NearWords(self._words)
        self._han = NearHan(vocabulary.han, confusable)
        self._frequency = frequency

    @classmethod
    def open(cls, folder: Path, frequency: Frequency) -> Speller:
        """The speller of a generation. Raises CorruptIndexError."""
        return cls(Vocabulary.read(folder), frequency)

    def fixes(self, text: str, analysis: Analysis) -> list[Fix]:
        """What is probably misspelt in a query, in order, without overlaps (see Corrector)."""
        words = outer(analysis.words)[:MAX_WORDS]
        latin = [word for word in words if self._is_latin(text, word, analysis.codes)]
        fixes = [*self._pinyin_fixes(text, latin), *self._latin_fixes(text, latin)]
        strange = [g for g in analysis.grams if g.end - g.start == 2 and not self._frequency("grams", g.text)]
        if strange:
            fixes += [*self._han_fixes(words, strange), *self._han_guesses(words, analysis.grams, strange)]
        return _without_overlaps(fixes)

    def _is_latin(self, text: str, word: Token, codes: Sequence[Token]) -> bool:
        """Whether a word is of letters only and no part of a code (`iphoen 7` is one only if the catalogue has it)."""
        inside = (code for code in codes if code.start <= word.start and word.end <= code.end)
        if any(" " not in text[code.start : code.end] or self._frequency("codes", code.text) for code in inside):
            return False
        return _ALPHA.fullmatch(fold(text[word.start : word.end])) is not None

    def _known(self, token: str, typed: str) -> int:
        """In how many products a word is, as it is typed (or as its plural or singular)."""
        if typed in self._numbers or typed in (token, token + "s", token + "es"):
            return self._frequency("words", token) + self._frequency("codes", typed)
        return 0

    def _latin_fixes(self, text: str, words: Sequence[Token]) -> Iterator[Fix]:
        typed = [fold(text[word.start : word.end]) for word in words]
        for at, word in enumerate(words):
            known = self._known(word.text, typed[at])
            if known <= RARE:
                around = typed[max(at - 1, 0) : at], typed[at + 1 : at + 2]
                inflected = not known and self._frequency("words", word.text) > 0
                readings = self._latin_readings(typed[at], known, inflected, *around)
                if readings:
                    yield Fix(word.start, word.end, readings, known=known > 0)

    def _latin_readings(
        self, typed: str, known: int, inflected: bool, before: Sequence[str], after: Sequence[str]
    ) -> tuple[Reading, ...]:
        """Readings of a word between its neighbours; of an inflected form of a known word only very sure ones."""
        near = [(number, cost) for number, cost in self._near.near(typed) if typed != self._words[number]]
        if known:
            enough = MUCH_MORE * known
            near = [(n, c) for n, c in near if self._counts[n] >= enough and self._words[n][0] == typed[0]]
        unknown = UNKNOWN * 2.0 ** (4 - len(typed)) * (3 if inflected else 1)
        readings = _readings(((self._strength(n, c, before, after), self._words[n], "typo") for n, c in near), unknown)
        return _offered(readings) if known else readings

    def _strength(self, number: int, cost: float, before: Sequence[str], after: Sequence[str]) -> float:
        """√count · exp(−2 cost) · (1 + √ of how often the word stands beside its neighbours in the catalogue)."""
        word = self._words[number]
        pairs = [f"{other} {word}" for other in before] + [f"{word} {other}" for other in after]
        beside = sum(self._pairs.get(pair, 0) for pair in pairs)
        return math.sqrt(self._counts[number]) * math.exp(-2 * cost) * (1 + math.sqrt(beside))

    def _pinyin_fixes(self, text: str, words: Sequence[Token]) -> Iterator[Fix]:
        """Unknown Latin words that spell Chinese words of the catalogue: `shouji`, `xi yi ji`."""
        for run in _neighbouring(text, words):
            for first in range(len(run)):
                for last in range(len(run), first, -1):
                    fix = self._pinyin_fix(text, run[first:last])
                    if fix is not None:
                        yield fix

    def _pinyin_fix(self, text: str, words: Sequence[Token]) -> Fix | None:
        typed = [fold(text[word.start : word.end]) for word in words]
        letters = "".join(typed)
        unknown = [self._known(w.text, t) == 0 for w, t in zip(words, typed, strict=True)]
        if (
            not 4 <= len(letters) <= 40
            or not any(unknown)
            or not all(u or len(t) < 4 for u, t in zip(unknown, typed, strict=True))
        ):
            return None
        spelled = self._han.spelled(letters)
        if not spelled:
            return None
        strength = math.sqrt(min(word.count for word in spelled))
        confidence = strength / (strength + 2 * math.sqrt(len(spelled)))
        readings: tuple[Reading, ...] = (Reading("".join(word.text for word in spelled), confidence, "phonetic"),)
        if not text.isascii():  # beside Chinese characters it is more likely a brand
            readings = _offered(readings)
        return Fix(words[0].start, words[-1].end, readings)

    def _han_fixes(self, words: Sequence[Token], grams: Sequence[Token]) -> Iterator[Fix]:
        """Stretches of whole words, one of them a lone character, with one of `grams`, which no product has."""
        for first, word in enumerate(words):
            stretch = ""
            for last in range(first, len(words)):
                token = words[last]
                if not _HAN.fullmatch(token.text) or (last > first and token.start != words[last - 1].end):
                    break
                stretch += token.text
                if len(stretch) > LONGEST:
                    break
                lone = any(len(w.text) == 1 for w in words[first : last + 1])
                strange = any(word.start <= g.start and g.end <= token.end for g in grams)
                if lone and strange and len(stretch) > 1:
                    yield from self._han_fix(stretch, words, first, last)

    def _han_fix(self, stretch: str, words: Sequence[Token], first: int, last: int) -> Iterator[Fix]:
        start, end = words[first].start, words[last].end
        before = words[first - 1].text if first and words[first - 1].end == start else ""
        after = words[last + 1].text if last + 1 < len(words) and words[last + 1].start == end else ""
        near = [c for c in self._han.near(stretch) if _alike(stretch, c.word.text)]
        readings = _readings(((_han_strength(c), c.word.text, c.source) for c in near), _unknown(stretch))
        if readings and not self._fits(readings[0], stretch, before, after):
            readings = _offered(readings)
        if readings:
            yield Fix(start, end, readings)

    def _han_guesses(self, words: Sequence[Token], grams: Sequence[Token], strange: Sequence[Token]) -> Iterator[Fix]:
        """Words that sound like any 2 to 4 characters around a strange pair; a slip often moves the cuts between words.

        One of the pair stands outside longer words that the catalogue has, and no such word is cut. Readings are only
        offered, and those that do not go with the characters on both sides not even that.
        """
        typed = {gram.start + at: character for gram in grams for at, character in enumerate(gram.text)}
        known = [word for word in words if len(word.text) > 1 and self._frequency("words", word.text)]
        inside = {at for word in known for at in range(word.start, word.end)}
        loose = [gram for gram in strange if not {gram.start, gram.start + 1} <= inside][:MAX_WORDS]
        for start, end in sorted({(s, s + n) for g in loose for n in (2, 3, 4) for s in range(g.end - n, g.start + 1)}):
            stretch = "".join(typed.get(at, "") for at in range(start, end))
            if len(stretch) == end - start and not any(w.start < cut < w.end for w in known for cut in (start, end)):
                near = [c for c in self._han.near(stretch) if c.source == "phonetic" and _alike(stretch, c.word.text)]
                before, after = typed.get(start - 1, ""), typed.get(end, "")
                fitting = [c for c in near if self._beside(before, c.word.text) and self._beside(c.word.text, after)]
                near, silent = fitting or near, not fitting
                readings = _readings(((_han_strength(c), c.word.text, c.source) for c in near), _unknown(stretch))
                if readings:
                    yield Fix(start, end, _offered(readings), silent=silent)

    def _fits(self, reading: Reading, stretch: str, before: str, after: str) -> bool:
        """Whether a reading may be searched unasked: not for any other character, nor inside what may be a name.

        A short word must stand alone, or beside a neighbour that the catalogue has it beside.
        """
        if reading.source == "typo" or reading.confidence < HAN_SURE:
            return False
        if len(stretch) > 2 or not _HAN.fullmatch(before[-1:] + after[:1]):
            return True
        return bool(before and self._beside(before, reading.text)) or bool(after and self._beside(reading.text, after))

    def _beside(self, left: str, right: str) -> bool:
        """Whether a product has the one before the other; nothing goes beside anything."""
        return not left or not right or self._frequency("grams", left[-1] + right[0]) > 0


def _unknown(stretch: str) -> float:
    """The weight of the guess that a stretch of characters is simply unknown."""
    return {2: 0.5, 3: 0.15}.get(len(stretch), 0.06)


def _alike(typed: str, word: str) -> bool:
    """Whether at most half of the characters differ."""
    return len(typed) != len(word) or sum(map(str.__ne__, typed, word)) <= max(1, len(word) // 2)


def _han_strength(candidate: HanCandidate) -> float:
    return math.sqrt(candidate.word.count) * math.exp(-2 * candidate.cost)


def _readings(
    strengths: Iterable[tuple[float, str, Literal["typo", "phonetic", "shape"]]], unknown: float
) -> tuple[Reading, ...]:
    ranked = sorted(strengths, key=lambda item: (-item[0], item[1]))
    total = unknown + sum(strength for strength, _, _ in ranked)
    readings = (Reading(text, strength / total, source) for strength, text, source in ranked[:MAX_READINGS])
    return tuple(reading for reading in readings if reading.confidence >= LEAST)


def _offered(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    return tuple(Reading(r.text, min(r.confidence, OFFERED), r.source) for r in readings)


def _neighbouring(text: str, words: Sequence[Token]) -> Iterator[list[Token]]:
    """Runs of at most six words with one space between."""
    run: list[Token] = []
    for word in words:
        if run and (text[run[-1].end : word.start] not in (" ", "'") or len(run) == 6):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _without_overlaps(fixes: Iterable[Fix]) -> list[Fix]:
    """The surest fixes, longer ones first among equals, none over another."""
    kept: list[Fix] = []
    for fix in sorted(fixes, key=lambda fix: (-round(fix.best.confidence, 1), fix.start - fix.end, fix.start)):
        if all(fix.end <= other.start or other.end <= fix.start for other in kept):
            kept.append(fix)
    return sorted(kept, key=lambda fix: fix.start)
