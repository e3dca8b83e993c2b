"""One spelling of every character, with the way back to the original text.

The folded text is lower case, half width, without accents, control or zero-width characters, with straight quotes
and hyphens and simplified Chinese characters. Folding goes character by character, so that every folded character
knows which original characters it stands for.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from shelfwise.errors import ShelfwiseError

_STORED_BELOW = 0x32000  # code points remembered once folded; everything above is private, unassigned or a tag
_FIXED = {
    **dict.fromkeys("®©™℠ºª", " "),
    **dict.fromkeys("‘’‚‛′ʼ`´＇", "'"),
    **dict.fromkeys("“”„‟″＂", '"'),
    **dict.fromkeys("‐‑‒–—―−－﹣", "-"),
    "×": "x",
    "✕": "x",
    "⁄": "/",
}


@dataclass(frozen=True, slots=True)
class Normalised:
    """Folded text. `starts[i]` and `ends[i]` bound the original of text[i]; None when nothing moved."""

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The bounds in the original text of text[start:end] (not empty)."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> Normalised:
    """Fold a text and keep the way back.

    >>> normalise("Ｃafé 筆記型電腦").text
    'cafe 笔记型电脑'
    >>> folded = normalise("ﬁne")
    >>> folded.text, folded.original(0, 2)
    ('fine', (0, 1))
    """
    if text.isascii() and text.isprintable():
        return Normalised(text.lower())
    folding, phrases = _folding(), _phrases()
    if not phrases.pivots.isdisjoint(text):
        return _with_offsets(_phrased(text, folding, phrases))
    folded = text.translate(folding)
    if folding.irregular.isdisjoint(text):
        return Normalised(folded)
    return _with_offsets([folding[ord(char)] for char in text])


def fold(text: str) -> str:
    """The folded text alone.

    >>> fold("ＴＮ－２１１０  İstanbul")
    'tn-2110  istanbul'
    """
    return normalise(text).text


class _Folding(dict[int, str]):
    """Code point → folded text, filled as characters are met. `irregular`: characters that fold to 0 or 2+."""

    def __init__(self, simplified: dict[str, str]) -> None:
        super().__init__()
        self.simplified = simplified
        self.irregular: set[str] = set()

    def __missing__(self, code: int) -> str:
        folded = self._fold(chr(code)) if code < _STORED_BELOW else " "
        if len(folded) != 1:
            self.irregular.add(chr(code))
        if code < _STORED_BELOW:
            self[code] = folded
        return folded

    def _fold(self, char: str) -> str:
        if char in _FIXED:
            return _FIXED[char]
        category = unicodedata.category(char)
        if category in ("Cc", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"):
            return " "
        if category in ("Cf", "Mn", "Me"):
            return ""
        if "가" <= char <= "힣":  # decomposed, Hangul syllables would fall into letters
            return char
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
        plain = [_FIXED.get(part, part) for part in decomposed if unicodedata.category(part) not in ("Mn", "Me", "Cf")]
        return "".join(self.simplified.get(part, part) for part in plain)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """Traditional phrases; in some a character, the pivot, changes otherwise than alone (乾坤 keeps its 乾)."""

    pattern: re.Pattern[str]
    simplified: dict[str, str]
    pivots: frozenset[str]


def _phrased(text: str, folding: _Folding, phrases: _Phrases) -> list[str]:
    parts = [folding[ord(char)] for char in text]
    for match in phrases.pattern.finditer(text):
        parts[match.start() : match.end()] = phrases.simplified[match[0]]
    return parts


def _with_offsets(parts: list[str]) -> Normalised:
    starts: list[int] = []
    ends: list[int] = []
    for index, part in enumerate(parts):
        if part:
            starts.extend([index] * len(part))
            ends.extend([index + 1] * len(part))
        elif ends:
            ends[-1] = index + 1  # a mark belongs to the character that it stands on
    return Normalised("".join(parts), tuple(starts), tuple(ends))


@cache
def _folding() -> _Folding:
    simplified = _pairs("TSCharacters.txt")
    return _Folding({char: simplified.get(kept, kept) for char, kept in simplified.items()})  # 薴 → 苧 → 苎


@cache
def _phrases() -> _Phrases:
    simplified = {key: value for key, value in _pairs("TSPhrases.txt").items() if len(key) == len(value)}
    longest_first = sorted(simplified, key=len, reverse=True)
    folding = _folding()
    changes = (pair for key, value in simplified.items() for pair in zip(key, value, strict=True))
    pivots = frozenset(char for char, kept in changes if folding[ord(char)] != kept)
    return _Phrases(re.compile("|".join(map(re.escape, longest_first))), simplified, pivots)


def _pairs(name: str) -> dict[str, str]:
    """One of OpenCC's tables; where it offers several forms the first is the usual one."""
    lines = (opencc_folder() / "dictionary" / name).read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line)
    return {row[0]: row[1].split(" ")[0] for row in rows}


@cache
def opencc_folder() -> Path:
    """Where opencc-python-reimplemented keeps its tables. Raises ShelfwiseError when it is not installed."""
    spec = find_spec("opencc")
    if spec is None or spec.origin is None:
        raise ShelfwiseError("opencc is not installed.", hint="pip install opencc-python-reimplemented")
    return Path(spec.origin).parent
