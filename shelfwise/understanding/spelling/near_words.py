"""English words near a misspelt one: an index of words with one letter left out, and a scan for two edits.

Two words are at most one edit apart only if they share a form with at most one letter deleted. The hashes of all such
forms are one sorted array, so a word's neighbours are a few binary searches. Two edits (long words only) are looked
for among words of nearly the same length with the same first letter.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from shelfwise.types import Int32

KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
VOWELS: Final = frozenset("aeiouy")
SHORTEST: Final = 3  # letters from which one edit is looked for (the word meant has at least four)
LONG: Final = 8  # letters from which two are
LONGEST: Final = 30
WRONG_FIRST: Final = 0.6  # more for a wrong first letter


class NearWords:
    """Words by number (the position in `words`), and which of them are near another word."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._hashes, self._numbers = _deletion_index(words)
        self._buckets: dict[tuple[str, int], list[int]] = {}
        for number, word in enumerate(words):
            if len(word) >= LONG - 2:
                self._buckets.setdefault((word[0], len(word)), []).append(number)

    def near(self, word: str) -> list[tuple[int, float]]:
        """(number, cost) of the words near `word`: one edit from 3 letters on, two from 8 on."""
        if not SHORTEST <= len(word) <= LONGEST:
            return []
        return self._costs(word, self._one_edit(word)) or self.far(word)

    def far(self, word: str) -> list[tuple[int, float]]:
        """(number, cost) of the words at most two edits from a word of at least 8 letters."""
        return self._costs(word, self._two_edits(word)) if LONG <= len(word) <= LONGEST else []

    def _costs(self, word: str, found: dict[int, int]) -> list[tuple[int, float]]:
        return [(number, edit_cost(word, self._words[number])) for number in sorted(found) if found[number]]

    def _one_edit(self, word: str) -> dict[int, int]:
        forms = np.fromiter((zlib.crc32(form.encode()) for form in _deletions(word)), np.uint32)
        lows = np.searchsorted(self._hashes, forms, "left")
        highs = np.searchsorted(self._hashes, forms, "right")
        numbers = {int(n) for low, high in zip(lows, highs, strict=True) for n in self._numbers[low:high]}
        distances = {n: OSA.distance(word, self._words[n], score_cutoff=1) for n in numbers}
        return {n: distance for n, distance in distances.items() if distance == 1}

    def _two_edits(self, word: str) -> dict[int, int]:
        found: dict[int, int] = {}
        for size in range(len(word) - 2, len(word) + 3):
            bucket = self._buckets.get((word[0], size), [])
            choices = [self._words[n] for n in bucket]
            for _, distance, at in extract(word, choices, scorer=OSA.distance, score_cutoff=2, limit=None):
                found[bucket[at]] = int(distance)
        return found


def edit_cost(typed: str, word: str) -> float:
    """How unlikely it is that `word` was meant when `typed` was typed; 1.0 is an ordinary wrong letter.

    Slips are cheaper: swapped neighbours, a letter doubled or not, a neighbouring key, one vowel for another. A wrong
    first letter is dearer.

    >>> edit_cost("hedaphones", "headphones") < edit_cost("hexdphones", "headphones")
    True
    """
    if typed == word:
        return 0.0
    left = _common_prefix(typed, word)
    right = _common_prefix(typed[left:][::-1], word[left:][::-1])
    a, b = typed[left : len(typed) - right], word[left : len(word) - right]
    first = WRONG_FIRST if typed[:1] != word[:1] else 0.0
    if len(a) <= 1 and len(b) <= 1:
        cost = _one_letter(a, b, word[left - 1 : left], word[len(word) - right :][:1])
    elif len(a) == len(b) == 2 and a == b[::-1]:
        cost, first = 0.7, first / 3  # the right first letter is there
    else:
        cost = float(OSA.distance(a, b))
    return cost + first


def _one_letter(a: str, b: str, before: str, after: str) -> float:
    if not a or not b:  # a letter too many or missing
        return 0.5 if (a or b) in (before, after) else 0.9
    return 0.75 if b in _neighbours(a) or (a in VOWELS and b in VOWELS) else 1.0


def _neighbours(letter: str) -> set[str]:
    """The letters on the keys around a key.

    >>> sorted(_neighbours("s"))
    ['a', 'd', 'e', 'w', 'x', 'z']
    """
    for row, keys in enumerate(KEYS):
        at = keys.find(letter)
        if at >= 0:
            around = keys[max(at - 1, 0) : at] + keys[at + 1 : at + 2]
            above = KEYS[row - 1][at : at + 2] if row else ""
            below = KEYS[row + 1][max(at - 1, 0) : at + 1] if row < 2 else ""
            return set(around + above + below)
    return set()


def _common_prefix(a: str, b: str) -> int:
    size = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        size += 1
    return size


def _deletions(word: str) -> Iterator[str]:
    yield word
    for at in range(len(word)):
        if at == 0 or word[at] != word[at - 1]:  # of a doubled letter once
            yield word[:at] + word[at + 1 :]


def _deletion_index(words: Sequence[str]) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint32]], Int32]:
    hashes: list[int] = []
    numbers: list[int] = []
    for number, word in enumerate(words):
        if SHORTEST < len(word) <= LONGEST + 1:
            forms = [zlib.crc32(form.encode()) for form in _deletions(word)]
            hashes += forms
            numbers += [number] * len(forms)
    keys = np.array(hashes, dtype=np.uint32)
    order = np.argsort(keys, kind="stable")
    return keys[order], np.array(numbers, dtype=np.int32)[order]
