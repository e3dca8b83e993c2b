"""English words written apart that the catalogue has as one ("key board"), and as one that it has apart
("wirelessmouse"). What the catalogue has as typed is left alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from shelfwise.language.normalise import Normalised
from shelfwise.understanding.spelling.fixes import Fix, Reading
from shelfwise.understanding.spelling.lexicon import Lexicon
from shelfwise.understanding.spelling.readings import OFFERED

SHORTEST: Final = 6  # letters of a word that is cut, and of one that is joined but for i phone
LONGEST: Final = 40
PART: Final = 3  # letters of the shortest part
PARTS: Final = 4
OFTEN: Final = 5  # times that the catalogue has a joined word
VERY_OFTEN: Final = 20  # the same of parts that were never seen together
DOUBT: Final = 2.0  # weight of the guess that two words were meant
MOST: Final = 32  # words of a query that are looked at
_PIECE: Final = re.compile(r"(?<![a-z0-9'])[a-z]+(?![a-z0-9'])")

Piece = tuple[str, int, int]  # letters and their bounds in the folded text


class JoinFixes:
    """Joins and cuts words by what the catalogue contains."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def fixes(self, folded: Normalised) -> Iterator[Fix]:
        """Words to join or cut in a folded text; bounds are those of the original."""
        found = [(match[0], *match.span()) for match in _PIECE.finditer(folded.text)][:MOST]
        for left, right in pairwise(found):
            if folded.text[left[2] : right[1]] == " " and (confidence := self._joined(left[0], right[0])):
                reading = Reading(left[0] + right[0], confidence, "typo")
                yield Fix(*folded.original(left[1], right[2]), (reading,))
        for word, start, end in found:
            if SHORTEST <= len(word) <= LONGEST and not self._lexicon.count(word):
                cut = self._cut(word)
                if cut is not None and (cut.confidence > OFFERED or not self._lexicon.general(word)):
                    yield Fix(*folded.original(start, end), (cut,))

    def _is_word(self, word: str) -> bool:
        return self._lexicon.count(word) > 0 or self._lexicon.general(word)

    def _joined(self, left: str, right: str) -> float:
        """How sure it is that two words are one; 0.0: not at all."""
        joined = left + right
        count = self._lexicon.count(joined)
        short = len(joined) < SHORTEST and not (len(left) == 1 and len(joined) > 3)
        if count < OFTEN or short or left == "a" or self._lexicon.pair(left, right):
            return 0.0
        confidence = math.sqrt(count) / (math.sqrt(count) + DOUBT)
        both = (len(left) > 1 and self._is_word(left)) and (len(right) > 1 and self._is_word(right))
        return min(confidence, OFFERED) if both else confidence  # search looks for both spellings by itself

    def _cut(self, word: str) -> Reading | None:
        """The fewest known words that make up `word`, seen side by side if there are such; else only offered."""
        ways: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ()), *([None] * len(word))]
        for end in range(PART, len(word) + 1):
            for start in range(end - PART + 1):
                before, part = ways[start], word[start:end]
                count = self._lexicon.count(part)
                if before is None or count < OFTEN or len(before[1]) == PARTS:
                    continue
                pair = self._lexicon.pair(before[1][-1], part) if before[1] else 1
                cost = before[0] + 2.0 - 0.1 * math.log(count) + (0.0 if pair else 3.0)
                if (best := ways[end]) is None or cost < best[0]:
                    ways[end] = (cost, (*before[1], part))
        best = ways[-1]
        return None if best is None or len(best[1]) < 2 else self._as_reading(best[1])

    def _as_reading(self, parts: Sequence[str]) -> Reading | None:
        seen = min(self._lexicon.pair(*both) for both in pairwise(parts))
        if seen:
            doubt = 2.0 ** (4 - sum(map(len, parts)))
            return Reading(" ".join(parts), math.sqrt(seen) / (math.sqrt(seen) + doubt), "typo")
        if all(len(part) > PART and self._lexicon.count(part) >= VERY_OFTEN for part in parts):
            return Reading(" ".join(parts), OFFERED, "typo")
        return None
