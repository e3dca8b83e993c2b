"""Which queries a rewrite may help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shelfwise.language.base import Analyzer, Token
from shelfwise.language.spans import groups
from shelfwise.language.stopwords import is_stopword
from shelfwise.understanding.base import Frequency, Understanding


class Worth:
    """Long queries, as people speak, and those with a word that hardly any product has.

    long: at least `words` words, with all that is silent. rare: min over the other words w of n(w) ≤ `few`, where n
    is the number of products with w; no more than that many can match all the words. A word inside which others stand
    (笔记本电脑) counts as found where all of these are. A query with a code of the catalogue is neither.
    """

    def __init__(self, analyzer: Analyzer, frequency: Frequency, *, words: int = 8, few: int = 0) -> None:
        self._analyzer, self._frequency = analyzer, frequency
        self._words, self._few = words, few

    def __call__(self, u: Understanding) -> bool:
        """Whether to ask for a rewrite."""
        analysis = self._analyzer.analyze(u.text)
        if any(self._frequency("codes", code.text) for code in analysis.codes):
            return False
        found = groups(analysis.words)
        return len(found) >= self._words or any(n <= self._few for n in self._counts(u, found))

    def _counts(self, u: Understanding, found: Sequence[Sequence[Token]]) -> Iterator[int]:
        """In how many products each word that names the goods is."""
        for word, *inner in found:
            silent = any(start <= word.start < end for start, end in u.silent)
            named = any(mark.isalpha() for mark in word.text) and not is_stopword(word.text)
            if named and not silent:
                parts = min((self._frequency("words", part.text) for part in inner), default=0)
                yield max(self._frequency("words", word.text), parts)
