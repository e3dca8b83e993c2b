"""Words written together or apart: `head set` and `headset`, `smartwatch` and `smart watch`.

Only what the catalogue's own vocabulary has on both sides; so nothing is ever joined or split into a non-word.
"""

from __future__ import annotations

from typing import Final

from shelfwise.language.base import Analyzer, Token
from shelfwise.language.spans import outer
from shelfwise.understanding.base import Frequency

LONGEST: Final = 30  # characters; longer words are not looked at
SHORTEST_PART: Final = 3  # letters of an English part ("notebook" is not "no" and "tebook")


class Compounds:
    """Splits and joins words by what the catalogue contains."""

    def __init__(self, analyzer: Analyzer, frequency: Frequency) -> None:
        self._analyzer = analyzer
        self.frequency = frequency

    def split(self, word: str) -> tuple[str, str] | None:
        """The tokens of an English word cut in two known ones; the cut is that with the most frequent rarer half."""
        shortest = SHORTEST_PART
        if not (word.isascii() and word.isalpha()) or not 2 * shortest <= len(word) <= LONGEST:
            return None
        found: list[tuple[int, tuple[str, str]]] = []
        for at in range(shortest, len(word) - shortest + 1):
            left, right = self._token(word[:at]), self._token(word[at:])
            if left and right:
                known = min(self.frequency("words", left), self.frequency("words", right))
                found.append((known, (left, right)))
        best = max(found, default=(0, None))
        return best[1] if best[0] > 0 else None

    def join(self, text: str, left: Token, right: Token) -> str | None:
        """The token of two neighbouring words written as one, where the catalogue has it so."""
        gap = text[left.end : right.start]
        if gap not in ("", " ") or right.end - left.start > LONGEST:
            return None
        token = self._token(text[left.start : left.end] + text[right.start : right.end])
        return token if token and self.frequency("words", token) > 0 else None

    def _token(self, word: str) -> str | None:
        """The one token of a word; None where analysis makes several of it."""
        tokens = outer(self._analyzer.analyze(word).words)
        return tokens[0].text if len(tokens) == 1 and tokens[0].end - tokens[0].start == len(word) else None
