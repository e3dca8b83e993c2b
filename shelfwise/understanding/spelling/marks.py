"""What a wrong keyboard or input method writes: letters of another script (іphone), digits for letters (l0gitech) and
letters for digits (tn-21l0), Chinese marks inside a number or code (TN。2110), apostrophes inside a word (ip'hone).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Final

from shelfwise.language.base import Analysis
from shelfwise.language.codes import canonical_code
from shelfwise.language.normalise import fold
from shelfwise.understanding.spelling.fixes import Fix, Reading
from shelfwise.understanding.spelling.lexicon import Lexicon, read_lines

CONFIDENCE: Final = 0.99
MOST: Final = 16  # stretches of a query that are looked at
DIGITS: Final = {"0": "o", "1": "li", "3": "e", "5": "s"}  # digit → letters of its look
MOST_DIGITS: Final = 3  # of a word
_NUMBER: Final = re.compile(r"[0-9A-Za-z]+(?:(?:。|——)[0-9]+[0-9A-Za-z]*)+")
_MARKS: Final = {"。": ".", "——": "-"}
_LEET: Final = re.compile(r"(?<![a-z0-9])(?=[a-z0-9]*[a-z]{2})[a-z0-9]*[0135][a-z0-9]*(?![a-z0-9])", re.IGNORECASE)
_CUT: Final = re.compile(r"(?<![a-z0-9'])[a-z]+(?:'[a-z]+)+(?![a-z0-9'])", re.IGNORECASE)
_LETTER: Final = re.compile(r"(?<=[0-9])[oOlIi]+(?=[0-9]|\Z)|(?<=-)[oOlIi]+(?=[0-9])")
_AS_DIGIT: Final = str.maketrans("oOlIi", "00111")


class MarkFixes:
    """Writes as it was meant what stands in the wrong script; only where the catalogue has the result."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def fixes(self, text: str, analysis: Analysis) -> Iterator[Fix]:
        """Stretches of a text as they were meant."""
        for match in list(_NUMBER.finditer(text))[:MOST]:
            meant = re.sub("。|——", lambda mark: _MARKS[mark[0]], match[0])
            yield _fix(match, meant)
        if not text.isascii():
            yield from self._alike(text)
        for match in list(_LEET.finditer(text))[:MOST]:
            word = self._without_digits(fold(match[0]))
            if word:
                yield _fix(match, word)
        for match in list(_CUT.finditer(text))[:MOST]:
            word = fold(match[0]).replace("'", "")
            if not _possessive(match[0]) and self._lexicon.count(word):
                yield _fix(match, word)
        for code in analysis.codes[:MOST]:
            typed = text[code.start : code.end]
            meant = _LETTER.sub(lambda found: found[0].translate(_AS_DIGIT), typed)
            if meant != typed and self._is_code(canonical_code(meant)) and not self._is_code(code.text):
                yield Fix(code.start, code.end, (Reading(meant, CONFIDENCE, "shape"),))

    def _alike(self, text: str) -> Iterator[Fix]:
        """Words with letters of other scripts that are words of the catalogue in Latin ones."""
        pattern, table = _letters()
        for match in list(pattern.finditer(text))[:MOST]:
            word = fold(match[0].translate(table))
            if not match[0].isascii() and (len(word) > 3 or _mixed(match[0])) and self._lexicon.count(word):
                yield _fix(match, word)

    def _without_digits(self, word: str) -> str:
        """The word that digits stand in; "" where the catalogue has none, or has it with its digits."""
        at = [place for place, letter in enumerate(word) if letter.isdigit()]
        if (
            len(word) < 4
            or len(at) > min(MOST_DIGITS, len(word) // 2)
            or any(word[place] not in DIGITS for place in at)
        ):
            return ""
        if self._is_code(word) or self._lexicon.frequency("words", word):
            return ""
        letters = list(word)
        found = []
        for choice in product(*(DIGITS[word[place]] for place in at)):
            for place, letter in zip(at, choice, strict=True):
                letters[place] = letter
            found.append("".join(letters))
        best = max(found, key=self._lexicon.count)
        return best if self._lexicon.count(best) else ""

    def _is_code(self, code: str) -> bool:
        return self._lexicon.frequency("codes", code) > 0


def _fix(match: re.Match[str], meant: str) -> Fix:
    return Fix(*match.span(), (Reading(meant, CONFIDENCE, "shape"),))


def _mixed(word: str) -> bool:
    return any(letter.isascii() for letter in word)


def _possessive(word: str) -> bool:
    return word.count("'") == 1 and word.partition("'")[2].lower() in ("s", "t", "d", "m", "ll", "re", "ve")


@cache
def _letters() -> tuple[re.Pattern[str], dict[int, str]]:
    """Words with a letter of another script that looks Latin, and the way back (data/letters.tsv)."""
    rows = [line.split("\t") for line in read_lines("letters.tsv")]
    table = {row[0]: row[1] for row in rows}
    table |= {letter.upper(): latin.upper() for letter, latin in list(table.items()) if letter.upper() not in table}
    return re.compile(f"[A-Za-z{''.join(table)}]{{3,}}"), str.maketrans(table)
