"""One random slip of the finger per query, to measure how well a search forgives."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

# A text, the place of a Chinese character in it, and chance → a character written in its place, or None.
Confuse: TypeAlias = Callable[[str, int, Random], str | None]

_ROWS = (("qwertyuiop", 0.0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75))  # letters, how far right the row starts
_WORD = re.compile(r"(?<![A-Za-z0-9-])[A-Za-z]{4,}(?![A-Za-z0-9-])")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Typo:
    """A misspelt text. `kind` is insert, delete, substitute, transpose or confuse; `place` is where in the original."""

    text: str
    kind: str
    place: int


def add_typo(text: str, *, seed: int = 0, confuse: Confuse | None = None) -> Typo | None:
    """The text with one slip, the same for the same text and seed; None when there is no place for one.

    In English words of four letters or more (shorter ones become other words; model numbers become other models), at
    any letter, one of four with equal chance: a neighbouring key too many (insert), a letter left out (delete), a
    neighbouring key instead (substitute), two letters exchanged (transpose). Chinese characters are exchanged for
    what `confuse` gives: one that sounds or looks like it.
    """
    random = Random(hashlib.blake2b(f"{seed}\0{text}".encode("utf-8", "surrogatepass"), digest_size=8).digest())
    places = [(place, word.span()) for word in _WORD.finditer(text) for place in range(*word.span())]
    if confuse is not None:
        places += [(found.start(), found.span()) for found in _CHINESE.finditer(text)]
    random.shuffle(places)
    for place, (start, end) in places:
        if _CHINESE.match(text[place]):
            typo = _confused(text, place, confuse, random)
        else:
            typo = _slip(text, place, start, end, random)
        if typo is not None and typo.text != text:
            return typo
    return None


def neighbours(letter: str) -> str:
    """The letters beside a letter on a QWERTY keyboard, in its case.

    >>> neighbours("S")
    'WEADZX'
    """
    keys = {key: (row, column + shift) for row, (keys, shift) in enumerate(_ROWS) for column, key in enumerate(keys)}
    row, column = keys[letter.lower()]
    near = [key for key, (r, c) in keys.items() if key != letter.lower() and abs(r - row) <= 1 and abs(c - column) <= 1]
    return "".join(key.upper() if letter.isupper() else key for key in near)


def _slip(text: str, place: int, start: int, end: int, random: Random) -> Typo:
    kind = random.choice(("insert", "delete", "substitute", "transpose"))
    key = random.choice(neighbours(text[place]))
    if kind == "transpose":
        left = place if place + 1 < end else place - 1
        changed = text[:left] + text[left + 1] + text[left] + text[left + 2 :]
        return Typo(changed, kind, left)
    written = {"insert": text[place] + key, "delete": "", "substitute": key}[kind]
    return Typo(text[:place] + written + text[place + 1 :], kind, place)


def _confused(text: str, place: int, confuse: Confuse | None, random: Random) -> Typo | None:
    other = confuse(text, place, random) if confuse is not None else None
    return Typo(text[:place] + other + text[place + 1 :], "confuse", place) if other else None
