"""Chinese words by how they are typed in Latin letters: shouji, lanyaerji, and by ear: souji, lanyaelji."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from shelfwise.understanding.spelling.near_han import HanWord

BEAM: Final = 4  # best beginnings kept at each letter, and words of the same letters that are tried
LONE: Final = 1.5  # cost of a word of one character
BY_EAR: Final = 1.5  # cost of a word whose letters are only nearly right
APART: Final = 1.5  # cost of neighbours that the catalogue never has side by side
LEAST: Final = 2  # products that a character has from which it may be meant by its sound alone
_FLAT: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("v", "u"))


@dataclass(frozen=True, slots=True)
class Spelled:
    """Words that letters spell. apart: how many neighbours are never side by side; by_ear: how many are not exact."""

    words: tuple[HanWord, ...] = ()
    cost: float = 0.0
    apart: int = 0
    by_ear: int = 0


class NearPinyin:
    """Reads pinyin without tones by the words of a catalogue. `beside` tells which texts it has side by side."""

    def __init__(self, words: Iterable[HanWord], beside: Callable[[str, str], bool]) -> None:
        self._beside = beside
        self._exact: dict[str, list[HanWord]] = {}
        self._flat: dict[str, list[HanWord]] = {}
        for word in sorted(words, key=lambda word: (-word.count, word.text)):
            letters = "".join(word.syllables)
            if len(word.text) == 1 and word.count < LEAST:
                continue
            for table, key in ((self._exact, letters), (self._flat, flat(letters))):
                if len(same := table.setdefault(key, [])) < BEAM:
                    same.append(word)
        self._longest = max(map(len, self._exact), default=0)

    def spelled(self, letters: str, breaks: Collection[int] = ()) -> list[list[Spelled]]:
        """For each end, what letters[:end] may spell, the best first: few, frequent words that stand side by side.

        Cost of a path: Σ over words (4 − 0.3 log(1 + count)) and the costs above. breaks: places of typed spaces; a
        syllable ends at each.
        """
        paths: list[list[Spelled]] = [[Spelled()]]
        known: dict[tuple[str, str], bool] = {}
        for end in range(1, len(letters) + 1):
            found: list[Spelled] = []
            for start in range(max(0, end - self._longest), end):
                if paths[start]:
                    for word, by_ear in self._words(letters[start:end], [b - start for b in breaks if start < b < end]):
                        found += [self._longer(path, word, by_ear, known) for path in paths[start]]
            found.sort(key=lambda path: path.cost)
            paths.append(found[:BEAM])
        return paths

    def _words(self, letters: str, breaks: Collection[int]) -> Iterator[tuple[HanWord, bool]]:
        exact = self._exact.get(letters, [])
        if exact:
            for word in exact:
                if not breaks or _ends(word).issuperset(breaks):
                    yield word, False
        elif len(letters) > 3:
            for word in self._flat.get(flat(letters), ()):
                if len(word.text) > 1:
                    yield word, True

    def _longer(self, path: Spelled, word: HanWord, by_ear: bool, known: dict[tuple[str, str], bool]) -> Spelled:
        cost = 4.0 - 0.3 * math.log1p(word.count) + LONE * (len(word.text) == 1) + BY_EAR * by_ear
        apart = False
        if path.words:
            pair = path.words[-1].text[-1], word.text[0]
            if pair not in known:
                known[pair] = self._beside(*pair)
            apart = not known[pair]
        return Spelled((*path.words, word), path.cost + cost + APART * apart, path.apart + apart, path.by_ear + by_ear)


def flat(letters: str) -> str:
    """Pinyin letters without what many ears do not tell apart, also across syllables.

    >>> flat("shouji") == flat("souji"), flat("niunai") == flat("liulai")
    (True, True)
    """
    for sound, other in _FLAT:
        letters = letters.replace(sound, other)
    return letters


def _ends(word: HanWord) -> set[int]:
    """Where the syllables of a word end."""
    ends, at = set(), 0
    for syllable in word.syllables:
        at += len(syllable)
        ends.add(at)
    return ends
