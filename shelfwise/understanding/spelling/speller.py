"""What a shopper probably meant, by the words of one catalogue and by what shoppers asked for before.

A word that the catalogue has is never replaced. How sure a reading is (0 to 1), for candidates c near a word w:

    confidence(c) = s(c) / (Σ s + u(|w|)),   s(c) = √count(c) · exp(−2 · cost(w, c)) · (1 + √beside(c))

beside(c) is how often c stands in the catalogue next to the word that it would stand next to in the query.
u is the weight of the guess that w is simply unknown: large for short words, which have many neighbours by chance.
Kinds of slips have a file each: latin, joins, marks, pinyin, han.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from shelfwise.language.base import Analysis, Token
from shelfwise.language.normalise import fold, normalise
from shelfwise.language.shapes import confusable
from shelfwise.language.spans import outer
from shelfwise.language.stopwords import is_stopword
from shelfwise.understanding.base import Frequency
from shelfwise.understanding.spelling.fixes import Fix
from shelfwise.understanding.spelling.han import HanFixes
from shelfwise.understanding.spelling.joins import JoinFixes
from shelfwise.understanding.spelling.latin import LatinFixes
from shelfwise.understanding.spelling.lexicon import Lexicon
from shelfwise.understanding.spelling.marks import MarkFixes
from shelfwise.understanding.spelling.near_han import NearHan
from shelfwise.understanding.spelling.pinyin import PinyinFixes
from shelfwise.understanding.spelling.readings import without_overlaps
from shelfwise.understanding.spelling.vocabulary import Vocabulary

MAX_WORDS: Final = 32  # words of a query that are looked at
MAX_LENGTH: Final = 1000  # characters of a query that are looked at for other slips than of words
_ALPHA: Final = re.compile(r"[a-z]+")
_PIECE: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]+(?![A-Za-z0-9])")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")


class Speller:
    """Corrects queries to the words of one catalogue. `frequency` is the open index's (live changes included)."""

    def __init__(self, vocabulary: Vocabulary, frequency: Frequency) -> None:
        self._lexicon = lexicon = Lexicon(vocabulary, frequency)
        self._latin = LatinFixes(lexicon)
        self._joins = JoinFixes(lexicon)
        self._marks = MarkFixes(lexicon)
        self._pinyin = PinyinFixes(lexicon, vocabulary.han)
        self._han = HanFixes(lexicon, NearHan(vocabulary.han, confusable))

    @classmethod
    def open(cls, folder: Path, frequency: Frequency) -> Speller:
        """The speller of a generation. Raises CorruptIndexError."""
        return cls(Vocabulary.read(folder), frequency)

    def fixes(self, text: str, analysis: Analysis) -> list[Fix]:
        """What is probably misspelt in a query, in order, without overlaps (see Corrector)."""
        return without_overlaps(self._found(text, analysis))

    def _found(self, text: str, analysis: Analysis) -> Iterator[Fix]:
        head = text[:MAX_LENGTH]
        yield from self._marks.fixes(head, analysis)
        yield from self._joins.fixes(normalise(head))
        latin = [*self._latin_words(text, outer(analysis.words)[:MAX_WORDS], analysis.codes)]
        if latin:
            spelled = list(self._pinyin.fixes(text, _with_dropped(head, latin)))
            yield from spelled
            for fix in self._latin.fixes(latin, _HAN.search(text) is not None):
                if not any(other.start <= fix.start and fix.end <= other.end for other in spelled):
                    yield fix  # what spells a Chinese word of the catalogue is no English
        yield from self._han.fixes(text, analysis)

    def _latin_words(self, text: str, words: Sequence[Token], codes: Sequence[Token]) -> Iterator[tuple[Token, str]]:
        """Words of letters only, folded, that are no part of a code (`iphoen 7` only if the catalogue has it)."""
        for word in words:
            inside = [code for code in codes if code.start <= word.start and word.end <= code.end]
            written = any(" " not in text[code.start : code.end] for code in inside)
            if written or any(self._lexicon.frequency("codes", code.text) for code in inside):
                continue
            typed = fold(text[word.start : word.end])
            if _ALPHA.fullmatch(typed):
                yield word, typed


def _with_dropped(text: str, latin: Sequence[tuple[Token, str]]) -> list[tuple[Token, str]]:
    """The words with those that were dropped as stop words in their places: 荷花 is `he hua`."""
    words = {token.start: (token, typed) for token, typed in latin}
    for match in _PIECE.finditer(text):
        if match.start() not in words:
            typed = match[0].lower()
            if is_stopword(typed):
                words[match.start()] = (Token(typed, *match.span()), typed)
    return [words[start] for start in sorted(words)]
