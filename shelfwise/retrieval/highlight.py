"""Which parts of a product's texts matched a query: parts of text, no markup.

A text is not analysed again. Its Latin words are looked up one by one (their analysis is remembered), Chinese words
are found as they stand, so the time is linear in the text.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from shelfwise.language.base import Analyzer
from shelfwise.language.codes import LONGEST, join_code
from shelfwise.language.normalise import normalise
from shelfwise.retrieval.base import Slot, TextClause
from shelfwise.retrieval.document import plain
from shelfwise.retrieval.plan import Planned
from shelfwise.types import Highlight, Locale, Product

TITLE: Final = 1_000  # characters of a title that are looked at
DESCRIPTION: Final = 1_500
SNIPPET: Final = 160  # characters
LEAD: Final = 30  # characters shown before the first match of a snippet
ELLIPSIS: Final = "…"
CODE_PIECES: Final = 4  # pieces that a code may be written in ("tn-2110", "i7 1185 g7")
_PIECE: Final = re.compile(r"[a-z0-9]+")
_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What counts as a match: Latin words and runs of words as tokens, codes, Chinese texts.

    told: Latin pieces of texts seen so far, and whether a match can begin there; most cannot, and are passed over.
    """

    words: frozenset[str]
    runs: Mapping[str, tuple[tuple[str, ...], ...]]  # first token → runs of several
    codes: frozenset[str]
    han: re.Pattern[str] | None
    heads: frozenset[str]  # what the first piece of a code may be
    told: dict[str, bool] = field(default_factory=dict, compare=False)

    def coded(self, piece: str) -> bool:
        """Whether a code may begin with the piece; zeros may stand before a code."""
        return bool(self.codes) and (piece in self.heads or piece[0] == "0")

    @classmethod
    def of(cls, clause: TextClause) -> Wanted:
        """What the slots of a clause accept."""
        words: set[str] = set()
        runs: dict[str, tuple[tuple[str, ...], ...]] = {}
        codes: set[str] = set()
        han: set[str] = set()
        for position, slot in enumerate(clause.slots):
            for alternative in slot.alternatives:
                tokens = alternative.tokens
                if alternative.group == "codes":
                    codes.update(tokens)
                elif not all(token.isascii() for token in tokens):
                    han.add(_joined(tokens, alternative.group))
                elif len(tokens) == 1:
                    words.add(tokens[0])
                else:
                    runs[tokens[0]] = (*runs.get(tokens[0], ()), tokens)
            if _between_lone(clause.slots, position):
                han -= {slot.alternatives[0].tokens[0]}
        longest_first = sorted(filter(None, han), key=lambda text: (-len(text), text))
        pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        heads = frozenset(code[:end] for code in codes for end in range(1, len(code) + 1))
        return cls(frozenset(words), runs, frozenset(codes), pattern, heads)


class Highlighter:
    """Marks what a plan's words, with their synonyms and corrections, matched."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._tokens = lru_cache(maxsize=65_536)(self._read)
        self._last = threading.local()  # a page of results shares its plan

    def highlight(self, product: Product, planned: Planned, locale: Locale | None = None) -> dict[str, Highlight]:
        """Titles in full and the best snippets of descriptions: "title", "title.zh", "description" ….

        Only texts with a match are given, so {} where the plan asks for no words; and with a locale only those that
        a page in that language shows.
        """
        clause = planned.plan.text
        if clause is None:
            return {}
        wanted = self._wanted(clause)
        texts = {"title": product.title, "description": product.description}
        for language, translation in product.translations.items():
            texts |= {f"title.{language}": translation.title, f"description.{language}": translation.description}
        if locale in product.translations and locale != product.language:
            texts = {field: text for field, text in texts.items() if field.endswith(f".{locale}")}
        elif locale is not None:
            texts = {field: text for field, text in texts.items() if "." not in field}
        found = {field: self._one(field, text, wanted) for field, text in texts.items() if text}
        return {field: highlight for field, highlight in found.items() if highlight is not None}

    def _one(self, field: str, text: str, wanted: Wanted) -> Highlight | None:
        if field.startswith("title"):
            spans = self.spans(text[:TITLE], wanted)
            return Highlight(cut(text, spans)) if spans else None
        shown = plain(text, DESCRIPTION)
        spans = self.spans(shown, wanted)
        return snippet(shown, spans) if spans else None

    def spans(self, text: str, wanted: Wanted) -> list[Span]:
        """The parts of a text that match, in order, merged where they touch or overlap."""
        folded = normalise(text)
        found = [*self._latin(folded.text, wanted)]
        if wanted.han is not None:
            found += [match.span() for match in wanted.han.finditer(folded.text)]
        return merged(folded.original(start, end) for start, end in found)

    def _latin(self, text: str, wanted: Wanted) -> Iterator[Span]:
        words = _PIECE.findall(text)
        told, end = wanted.told, 0
        for word in set(words).difference(told):
            told[word] = wanted.coded(word) or any(
                token in wanted.words or token in wanted.runs for token, _, _ in self._tokens(word)
            )
        for at in [at for at, word in enumerate(words) if told[word]]:
            start, end = _place(text, words[at], end)
            for token, left, right in self._tokens(words[at]):
                if token in wanted.words:
                    yield start + left, start + right
                for run in wanted.runs.get(token, ()):
                    if self._runs(words[at : at + len(run)], run):
                        yield start, _end(text, start, words[at : at + len(run)])
            if wanted.coded(words[at]):
                yield from _codes(text, start, words[at : at + CODE_PIECES], wanted.codes)

    def _runs(self, words: Sequence[str], run: Sequence[str]) -> bool:
        """Whether the words are read as the tokens of a run."""
        return len(words) == len(run) and all(
            any(token == wanted for token, _, _ in self._tokens(word)) for word, wanted in zip(words, run, strict=True)
        )

    def _wanted(self, clause: TextClause) -> Wanted:
        last: tuple[TextClause, Wanted] | None = getattr(self._last, "seen", None)
        if last is None or last[0] is not clause:
            last = (clause, Wanted.of(clause))
            self._last.seen = last
        return last[1]

    def _read(self, piece: str) -> tuple[tuple[str, int, int], ...]:
        return tuple((token.text, token.start, token.end) for token in self._analyzer.analyze(piece).words)


def cut(text: str, spans: Sequence[Span]) -> tuple[tuple[str, bool], ...]:
    """A text in parts; together they are the text.

    >>> cut("red shoes", [(4, 9)])
    (('red ', False), ('shoes', True))
    """
    parts: list[tuple[str, bool]] = []
    done = 0
    for start, end in spans:
        parts += [(text[done:start], False), (text[start:end], True)]
        done = end
    return tuple((part, match) for part, match in (*parts, (text[done:], False)) if part)


def snippet(text: str, spans: Sequence[Span], size: int = SNIPPET) -> Highlight:
    """At most `size` characters of a text where most different words match, with … where it is cut.

    >>> "".join(part for part, _ in snippet("one two three four five six", [(14, 18)], 16).parts)
    '…four five six'
    """
    if len(text) <= size:
        return Highlight(cut(text, spans))
    room = size - 2 * len(ELLIPSIS)
    first, last = _best(text, spans, room)
    start = max(0, spans[first][0] - min(LEAD, (room - min(room, spans[last][1] - spans[first][0])) // 2))
    start = _word_start(text, start, spans[first][0])
    end = _word_end(text, min(len(text), start + room), max(spans[last][1], start + 1))
    inside = [(max(s, start) - start, min(e, end) - start) for s, e in spans if s < end and e > start]
    before, after = ELLIPSIS * (start > 0), ELLIPSIS * (end < len(text))
    parts = ((before, False), *cut(text[start:end], inside), (after, False))
    return Highlight(tuple((part, match) for part, match in parts if part)[: 2 * len(inside) + 3])


def _best(text: str, spans: Sequence[Span], room: int) -> tuple[int, int]:
    """First and last span of the window with the most different matches, then the most matches."""
    counts: dict[str, int] = {}
    best, first = (0, 0), 0
    found = (0, 0)
    for last, (start, end) in enumerate(spans):
        key = text[start:end].casefold()
        counts[key] = counts.get(key, 0) + 1
        while first < last and end - spans[first][0] > room:
            gone = text[slice(*spans[first])].casefold()
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
            first += 1
        if (len(counts), last - first + 1) > best:
            best, found = (len(counts), last - first + 1), (first, last)
    return found


def _word_start(text: str, start: int, limit: int) -> int:
    if start == 0 or not (text[start - 1].isalnum() and text[start - 1].isascii()):
        return start
    space = text.find(" ", start, limit)
    return space + 1 if space >= 0 else start


def _word_end(text: str, end: int, limit: int) -> int:
    if end >= len(text) or not (text[end].isalnum() and text[end].isascii()):
        return end
    space = text.rfind(" ", limit, end)
    return space if space >= 0 else end


def _place(text: str, word: str, start: int) -> Span:
    """Where a whole word stands next in a text that has it."""
    while True:
        start = text.index(word, start)
        end = start + len(word)
        if text[max(start - 1, 0) : start] not in _LATIN and text[end : end + 1] not in _LATIN:
            return start, end
        start += 1


def _end(text: str, start: int, words: Sequence[str]) -> int:
    """Where the last of the words ends that follow each other from `start` on."""
    for word in words:
        _, start = _place(text, word, start)
    return start


def _codes(text: str, start: int, words: Sequence[str], codes: frozenset[str]) -> Iterator[Span]:
    """The codes that begin at `start` with the first of the words."""
    joined, end = "", start
    for word in words:
        joined += word
        _, end = _place(text, word, end)
        if len(joined) > LONGEST or end - start > len(joined) + CODE_PIECES:
            break
        if join_code(joined) in codes:
            yield start, end


def _joined(tokens: Sequence[str], group: str) -> str:
    """Chinese tokens as they stand in a text; overlapping pairs as the word that they were made of."""
    if group == "grams":
        return tokens[0] + "".join(token[1:] for token in tokens[1:])
    return "".join(tokens) if group == "words" else ""


def _between_lone(slots: Sequence[Slot], position: int) -> bool:
    """Whether a slot is a lone Chinese character beside another: a name cut up, whose characters mean little alone."""

    def lone(at: int) -> bool:
        first = slots[at].alternatives[0].tokens[0] if 0 <= at < len(slots) else ""
        return len(first) == 1 and not first.isascii()

    return lone(position) and (lone(position - 1) or lone(position + 1))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
