"""What shoppers say around the goods: 我想找一款…, "could you recommend a good … for my son?".

A query that is spoken (what it holds is said to a person, not searched for) is read clause by clause. In a clause
that asks, words that say nothing about goods become silent; clauses that only tell a story are silent as a whole when
another clause asks. A query of bare keywords stays as it is: `can opener`, `need for speed`, `thank you cards`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

from shelfwise.language.base import Analyzer, Token
from shelfwise.language.chinese import HAN
from shelfwise.language.normalise import fold
from shelfwise.language.spans import outer
from shelfwise.language.stopwords import is_stopword
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.kinds.lexicon import default_lexicon, units

FILE: Final = "talk.toml"
LONGEST: Final = 4  # words of a phrase
_CLAUSE: Final = re.compile(
    r"[.!?;,:\n。！？；，：、~～…]+(?=\s|\Z|[^\d])|\s+-+\s+|\b(?:because|so|but)\b|\band\s(?=(?:i|we|my|our)\b)",
    re.IGNORECASE,
)

_HAN: Final = re.compile(f"[{HAN}]")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Talk:
    """The words of one language, folded: see data/talk.toml."""

    spoken: frozenset[str]
    weak: frozenset[str]
    courtesy: frozenset[str]
    request: frozenset[str]
    talk: frozenset[str]
    part: frozenset[str]
    story: frozenset[str]
    keep: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str  # as typed, folded
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Clause:
    """Words of a clause and which of them name goods."""

    words: tuple[_Word, ...]
    goods: tuple[bool, ...]
    asks: bool
    tells: bool


class CarriersStep:
    """Makes turns of speech silent."""

    name = "carriers"

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def __call__(self, u: Understanding) -> Understanding:
        """Adds to `silent`: consumed constraints, and what is only said around the goods."""
        consumed = [(constraint.start, constraint.end) for constraint in u.constraints if constraint.consumed]
        kept = [(c.start, c.end) for c in u.constraints if not c.consumed and c.kind not in ("audience", "recency")]
        return u.but(silent=tuple(sorted({*u.silent, *consumed, *self.silent(u.text, consumed, kept)})))

    def silent(self, text: str, consumed: Sequence[Span] = (), kept: Sequence[Span] = ()) -> list[Span]:
        """The stretches of a text that say nothing about the goods. `kept` ones always do."""
        words = [
            _Word(fold(text[token.start : token.end]), token.start, token.end)
            for token in outer(self._analyzer.analyze(text).words)
        ]
        free = [word for word in words if not _inside(word, consumed)]
        talk = talk_of("zh" if _HAN.search(text) else "en")
        if not _is_spoken(list(_split(text, words)), talk):
            return []
        names = [*kept, *_names(text)]
        clauses = [_clause(part, talk, names) for part in _split(text, free)]
        asking = any(clause.asks and any(clause.goods) for clause in clauses)
        return [span for clause in clauses for span in _silent(clause, asking, talk)]


def _names(text: str) -> Iterator[Span]:
    """The names of goods in a text that have several words or characters: the `hard` of hard drives is no idle word."""
    folded = fold(text)
    if len(folded) == len(text):
        of = units(folded)
        for found in default_lexicon().mentions(of):
            if found.last - found.first > 1:
                yield of[found.first].start, of[found.last - 1].end


def _is_spoken(clauses: Sequence[Sequence[_Word]], talk: Talk) -> bool:
    """Whether the whole holds what only a person is asked: words that nothing is called by; words that goods are called
    by too, beside a request (`I … find`, not `I love NY`); or courtesies that stand apart or at the end."""
    if any(_said(words, talk.spoken) for words in clauses):
        return True
    if any(_said(words, talk.weak) for words in clauses) and any(_said(words, talk.request) for words in clauses):
        return True
    polite = [_said(words, talk.courtesy) for words in clauses]
    apart = len(clauses) > 1 and any(len(said) == len(words) for said, words in zip(polite, clauses, strict=True))
    return apart or bool(polite and 0 not in polite[-1] and len(clauses[-1]) - 1 in polite[-1])


def _clause(words: Sequence[_Word], talk: Talk, kept: Sequence[Span]) -> _Clause:
    said = _said(words, talk.talk)
    goods = [_inside(word, kept) or not (at in said or _idle(word, talk)) for at, word in enumerate(words)]
    for at in range(len(words) - 2, -1, -1):  # from the end: `first birthday candles` is one name
        goods[at] |= words[at].text in talk.part and goods[at + 1] and words[at + 1].start - words[at].end <= 1
    tells = _said(words, talk.story)
    return _Clause(tuple(words), tuple(goods), bool(_said(words, talk.request) - tells), bool(tells))


def _silent(clause: _Clause, asking: bool, talk: Talk) -> Iterator[Span]:
    """The silent stretches of one clause."""
    if asking and not clause.asks and clause.tells and clause.words:
        yield clause.words[0].start, clause.words[-1].end
        return
    places = [at for at, good in enumerate(clause.goods) if good]
    first, last = (places[0], places[-1]) if places else (len(clause.words), -1)
    for at, word in enumerate(clause.words):
        between = first < at < last
        if not clause.goods[at] and not (between and word.text in talk.keep and clause.goods[at - 1]):
            yield word.start, word.end


def _split(text: str, words: Sequence[_Word]) -> Iterator[list[_Word]]:
    """The words of each clause."""
    cuts = [match.start() for match in _CLAUSE.finditer(text)]
    rest = list(words)
    for cut in [*cuts, len(text)]:
        clause = [word for word in rest if word.start < cut]
        rest = rest[len(clause) :]
        if clause:
            yield clause


def _idle(word: _Word, talk: Talk) -> bool:
    """Whether a word alone says nothing: a stop word, or whose something is (`dad's`)."""
    return is_stopword(word.text) or word.text.removesuffix("'s") in talk.talk


def _said(words: Sequence[_Word], phrases: frozenset[str]) -> set[int]:
    """The places of the words that are part of a phrase, the longest phrase at each place."""
    found: set[int] = set()
    for at in range(len(words)):
        for length in range(min(LONGEST, len(words) - at), 0, -1):
            if _joined(words[at : at + length]) in phrases:
                found.update(range(at, at + length))
                break
    return found


def _joined(words: Sequence[_Word]) -> str:
    """Words as they are written: English ones with spaces, Chinese ones without."""
    parts = [words[0].text] if words else []
    for before, word in pairwise(words):
        parts.append(("" if before.end == word.start else " ") + word.text)
    return "".join(parts)


def _inside(word: _Word | Token, spans: Sequence[Span]) -> bool:
    return any(start <= word.start and word.end <= end for start, end in spans)


@cache
def talk_of(language: str) -> Talk:
    """The words of a language."""
    raw = tomllib.loads(files("shelfwise.understanding").joinpath("data", FILE).read_text("utf-8"))[language]
    return Talk(**{key: frozenset(map(fold, words)) for key, words in raw.items()})
