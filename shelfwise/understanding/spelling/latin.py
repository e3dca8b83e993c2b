"""Misspelt English words: slips of the hand and of the ear, weighed by frequency and by the words beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from shelfwise.language.base import Token
from shelfwise.understanding.spelling.fixes import Fix, Reading
from shelfwise.understanding.spelling.lexicon import Lexicon
from shelfwise.understanding.spelling.near_sounds import NearSounds
from shelfwise.understanding.spelling.near_words import LONG, NearWords
from shelfwise.understanding.spelling.readings import offered, readings

UNKNOWN: Final = 0.4  # u of a word of 4 letters; half as much for each letter more
AMID_HAN: Final = 4.0  # times u in a Chinese query: its strange Latin words are mostly brands
INFLECTED: Final = 3.0  # times u for another form of a word that the catalogue has
RARE: Final = 2  # products; a word that more have is certainly meant
MUCH_MORE: Final = 50  # times as frequent must the neighbour of a rare word be to be offered
FEW: Final = 8  # products; a reading that no more have may be misspelt itself
DOUBTFUL: Final = 0.5  # confidence below which words two letters away are looked at as well


class LatinFixes:
    """Finds the words of a catalogue near to the strange ones of a query."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._near = NearWords(lexicon.words)
        self._sounds = NearSounds(lexicon.words)

    def fixes(self, words: Sequence[tuple[Token, str]], amid_han: bool) -> Iterator[Fix]:
        """A fix for each strange word. words: tokens and what was typed, folded."""
        for at, (token, typed) in enumerate(words):
            known = self._lexicon.known(token.text, typed)
            if known > RARE or self._lexicon.general(typed):
                continue
            before, after = [w for _, w in words[max(at - 1, 0) : at]], [w for _, w in words[at + 1 : at + 2]]
            if known:
                found = self._of_rare(typed, known, before, after)
            else:
                inflected = self._lexicon.frequency("words", token.text) > 0
                unknown = _unknown(typed) * (INFLECTED if inflected else 1.0) * (AMID_HAN if amid_han else 1.0)
                found = self._of_strange(typed, unknown, before, after)
            if found:
                yield Fix(token.start, token.end, found, known=known > 0)

    def _of_rare(self, typed: str, known: int, before: Sequence[str], after: Sequence[str]) -> tuple[Reading, ...]:
        """Readings of a word that few products have: only offered, and only where far more have the other."""
        counts, words = self._lexicon.counts, self._lexicon.words
        near = [(n, c) for n, c in self._near.near(typed) if counts[n] >= MUCH_MORE * known and words[n][0] == typed[0]]
        return offered(self._readings(near, _unknown(typed), before, after))

    def _of_strange(
        self, typed: str, unknown: float, before: Sequence[str], after: Sequence[str]
    ) -> tuple[Reading, ...]:
        near = [*self._near.near(typed), *self._sounds.near(typed)]
        found = self._readings(near, unknown, before, after)
        doubtful = not found or found[0].confidence < DOUBTFUL or self._lexicon.count(found[0].text) <= FEW
        if doubtful and len(typed) >= LONG:
            found = self._readings([*near, *self._near.far(typed)], unknown, before, after)
        if not found and typed.endswith("s") and not typed.endswith("ss"):
            singular = self._of_strange(typed[:-1], unknown, before, ())
            found = tuple(Reading(r.text + "s", r.confidence, r.source) for r in singular if not r.text.endswith("s"))
        return found

    def _readings(
        self, near: Sequence[tuple[int, float]], unknown: float, before: Sequence[str], after: Sequence[str]
    ) -> tuple[Reading, ...]:
        words = self._lexicon.words
        return readings(((self._strength(n, c, before, after), words[n], "typo") for n, c in near), unknown)

    def _strength(self, number: int, cost: float, before: Sequence[str], after: Sequence[str]) -> float:
        """√count · exp(−2 cost) · (1 + √ of how often the word stands beside its neighbours in the catalogue)."""
        word, pair = self._lexicon.words[number], self._lexicon.pair
        beside = sum(pair(other, word) for other in before) + sum(pair(word, other) for other in after)
        return math.sqrt(self._lexicon.counts[number]) * math.exp(-2 * cost) * (1 + math.sqrt(beside))


def _unknown(typed: str) -> float:
    return float(UNKNOWN * 2.0 ** (4 - len(typed)))
