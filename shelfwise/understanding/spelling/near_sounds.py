"""English words that sound like a misspelt one: fone and phone, hedfones and headphones, lether and leather.

heard(w) writes one letter for each sound; words with the same consonants in the same order are near when what is heard
differs in at most two letters, nearly always vowels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import OSA

SHORTEST: Final = 4  # letters of a typed word
SAME: Final = 0.5  # cost of a word that is heard alike, as in edit_cost
EACH: Final = 0.4  # cost of each letter heard differently
ANY_VOWEL: Final = 6  # letters from which vowels may differ

_SOUNDS: Final = {
    "ph": "f",
    "tch": "c",
    "ck": "k",
    "qu": "kw",
    "cks": "ks",
    "x": "ks",
    "wr": "r",
    "wh": "w",
    "kn": "n",
    "gh": "",
    "tion": "shn",
    "sion": "shn",
    "ce": "se",
    "ci": "si",
    "cy": "si",
    "ch": "c",
    "c": "k",
    "q": "k",
    "z": "s",
    "dge": "j",
    "ge": "je",
    "gi": "ji",
    "y": "i",
    "oa": "o",
    "ea": "e",
    "ee": "e",
    "ei": "e",
    "ie": "e",
    "ey": "e",
    "ai": "a",
    "ay": "a",
    "oo": "u",
    "ou": "u",
    "ue": "u",
}
_SOUND: Final = re.compile("|".join(sorted(_SOUNDS, key=lambda each: -len(each))))
_TWICE: Final = re.compile(r"(.)\1+")
_VOWEL: Final = re.compile("(?<=.)[aeiou]+")


def heard(word: str) -> str:
    """A folded word as it sounds, one letter a sound.

    >>> heard("headphones") == heard("hedfones"), heard("coffee") == heard("cofee"), heard("graphics")
    (True, True, 'grafiks')
    """
    once = _TWICE.sub(r"\1", word)
    spoken = _TWICE.sub(r"\1", _SOUND.sub(lambda match: _SOUNDS[match[0]], once))
    return spoken[:-1] if len(spoken) > 3 and spoken.endswith("e") else spoken


class NearSounds:
    """Words by number (the position in `words`), by what is heard."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._by_consonants: dict[str, list[int]] = {}
        for number, word in enumerate(words):
            if len(word) >= SHORTEST:
                self._by_consonants.setdefault(_consonants(heard(word)), []).append(number)

    def near(self, word: str) -> list[tuple[int, float]]:
        """(number, cost) of words that sound like `word`; short ones only where nothing is heard differently."""
        if not SHORTEST <= len(word) <= 30:
            return []
        sounds = heard(word)
        most = 2 if len(word) >= ANY_VOWEL else 0
        found = []
        for number in self._by_consonants.get(_consonants(sounds), ()):
            distance = OSA.distance(sounds, heard(self._words[number]), score_cutoff=most)
            if distance <= most and word != self._words[number]:
                found.append((number, SAME + EACH * distance))
        return found


def _consonants(sounds: str) -> str:
    """What is heard without vowels, but the first letter."""
    return _VOWEL.sub("", sounds)
