"""Autocomplete: lines that begin with, or have a word that begins with, what was typed so far.

Ways to read what was typed, with what each is worth:

    as it is         1.0    Latin words, Chinese characters; the last word may be a beginning
    pinyin           0.9    `shouji`, `shou j` → 手机
    initials         0.7    `sj` → 手机
    one letter wrong 0.2    only when the other ways find too little

score = weight of the line · worth of the way · (0.6 at any word, 0.85 at the first, 1 when the line begins so)
        · (0.8 + 0.2 · share of the line that is typed)
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final, Literal, TypeAlias

import numpy as np

from shelfwise.language.normalise import fold
from shelfwise.language.pinyin import syllables
from shelfwise.retrieval.suggest_build import SuggesterBuilder, product_lines
from shelfwise.retrieval.suggest_index import Kind, Line, LineIndex, LiveIndex, StoredIndex
from shelfwise.retrieval.suggest_keys import INITIALS, PAIR, PIECE, PINYIN, WORD, keys, pairs, pieces
from shelfwise.retrieval.suggest_parts import parts, spoken
from shelfwise.types import Bool, Int32, Product, Suggestion

__all__ = ["Suggester", "SuggesterBuilder"]

TYPED: Final = 64  # characters of what was typed that are looked at
LOOKED_AT: Final = {"": 96, "pinyin": 24, "initials": 24, "typo": 12}  # lines scored, by way
SLIPS: Final = 8  # words that may have been meant
MOST: Final[dict[Kind, int]] = {"category": 3, "brand": 3}  # lines of a kind in an answer
WORTH: Final = {"pinyin": 0.9, "initials": 0.7, "typo": 0.2}
SLIP: Final = 4  # letters from which one may be wrong
SPOKEN: Final = 30  # letters of pinyin
MAX_LIMIT: Final = 50


@dataclass(frozen=True, slots=True)
class Way:
    """One reading of what was typed: keys that a line must all have, some of them perhaps only begun."""

    name: Literal["", "pinyin", "initials", "typo"]
    keys: tuple[tuple[str, bool], ...]  # key, whether it must be whole
    spoken: str = ""  # letters that must be heard in one run of characters
    several: bool = False  # whether the letters are read as more than one word

    @property
    def marks(self) -> list[str]:
        """The keys by which parts of a line are marked."""
        if not self.spoken:
            return [key for key, _ in self.keys]
        return [*(key for key, _ in self.keys if key[0] == PAIR), PINYIN + self.spoken]


Found: TypeAlias = tuple[float, Line, Way]


class Suggester:
    """The lines of a generation and those added since. Threads may share it."""

    def __init__(self, stored: LineIndex) -> None:
        self._stored = stored
        self._live = LiveIndex()
        self._newest: dict[str, tuple[int, list[Line]]] = {}  # product → its lines in `_live`, and where they begin
        self._lock = Lock()

    @classmethod
    def open(cls, folder: Path) -> Suggester:
        """The suggester of a generation. Raises CorruptIndexError."""
        return cls(StoredIndex.open(folder))

    def add(self, product: Product) -> None:
        """Adds a product, or replaces it."""
        lines = product_lines(product)
        with self._lock:
            if self._newest.get(product.id, (0, None))[1] == lines:
                return
            first = len(self._live)
            for line in lines:
                self._live.add(line, keys(line.text))
            self._newest[product.id] = first, lines

    def remove(self, id: str) -> None:
        """Takes a product's lines out."""
        with self._lock:
            self._newest[id] = len(self._live), []

    def suggest(self, prefix: str, limit: int = 8) -> list[Suggestion]:
        """At most `limit` lines for what was typed so far, best first; nothing for an empty text."""
        typed = pieces(prefix[:TYPED])
        limit = min(limit, MAX_LIMIT)
        if not typed or limit < 1:
            return []
        begun = fold(prefix[:TYPED]).strip()
        open_ended = not prefix[:TYPED].endswith(" ") or len(typed[-1]) < 3
        found: dict[tuple[str, str], Found] = {}
        for way in _ways(typed, open_ended):
            if len(found) < 2 * limit or not way.several:
                self._collect(way, begun, found)
        if not found:
            self._collect(_literal(typed, True, True), begun, found)
        if len(found) < limit:
            heard = not found and len(typed) == 1
            for way in self._slips(typed, (WORD, PINYIN) if heard else (WORD,)):
                self._collect(way, begun, found)
        ranked = sorted(found.values(), key=lambda one: (-one[0], len(one[1].text), one[1].text))
        chosen = list(_mixed(_distinct(ranked), limit))
        return [
            Suggestion(line.kind, line.text, round(score, 6), line.id or None, parts(line.text, way.marks))
            for score, line, way in chosen
        ]

    def _collect(self, way: Way, begun: str, found: dict[tuple[str, str], Found]) -> None:
        """Scores the weightiest lines of a way, and keeps each line's best score."""
        for index in (self._stored, self._live):
            for number in _best(index, way):
                line = index.line(number)
                if self._is_old(index, number, line):
                    continue
                score = line.weight * WORTH.get(way.name, 1.0) * _fit(line.text, begun, way)
                key = (line.kind, line.id or line.text)
                if score > 0 and (key not in found or found[key][0] < score):
                    found[key] = (score, line, way)

    def _is_old(self, index: LineIndex, number: int, line: Line) -> bool:
        """Whether a product's line was replaced since."""
        newest = self._newest.get(line.id) if line.kind == "product" else None
        return newest is not None and (index is self._stored or number < newest[0])

    def _slips(self, typed: Sequence[str], kinds: Sequence[str]) -> list[Way]:
        """The typed words with one letter of the last long one read otherwise; the ways to the weightiest lines."""
        at = next((n for n in reversed(range(len(typed))) if len(typed[n]) >= SLIP and typed[n].isascii()), None)
        if at is None:
            return []
        ranked: list[tuple[int, str, str]] = []
        for word in _one_letter_other(typed[at]):
            for kind in kinds:
                for index in (self._stored, self._live):
                    numbers = index.find(kind + word)
                    if len(numbers):
                        ranked.append((int(numbers.min()), kind, word))
        meant = dict.fromkeys((kind, word) for _, kind, word in sorted(ranked))
        return [_slip(typed, at, kind, word) for kind, word in list(meant)[:SLIPS]]


def _slip(typed: Sequence[str], at: int, kind: str, word: str) -> Way:
    if kind == PINYIN:
        return Way("typo", ((PINYIN + word, False),), word)
    return replace(_literal([*typed[:at], word, *typed[at + 1 :]], True, True), name="typo")


def _ways(typed: Sequence[str], open_ended: bool) -> Iterator[Way]:
    yield _literal(typed, open_ended)
    latin = [piece for piece in typed if piece.isascii()]
    han = [piece for piece in typed if not piece.isascii()]
    letters = "".join(latin)
    if not letters.isalpha() or len(letters) > SPOKEN:
        return
    fixed = tuple((PAIR + pair, len(pair) > 1) for run in han for pair in _inner_pairs(run))
    for split in _splits(letters):
        yield Way("pinyin", (*fixed, *((PINYIN + part, whole) for part, whole in split)), letters, len(split) > 1)
    if han:  # half of it turned into characters already: 手机ke
        heard = "".join("".join(syllables(piece)) or piece for piece in typed)
        yield Way("pinyin", (*fixed, (PINYIN + heard, False)), heard)
    if 2 <= len(letters) <= 8:
        yield Way("initials", (*fixed, (INITIALS + letters, False)))


def _literal(typed: Sequence[str], open_ended: bool, all_open: bool = False) -> Way:
    wanted: list[tuple[str, bool]] = []
    for at, piece in enumerate(typed):
        if piece.isascii():
            wanted.append((WORD + piece, not all_open and (at < len(typed) - 1 or not open_ended)))
        else:
            wanted += [(PAIR + pair, len(pair) > 1) for pair in _inner_pairs(piece)]
    return Way("", tuple(wanted))


def _inner_pairs(run: str) -> list[str]:
    """The pairs of a run; of a single character itself, as the beginning of a pair."""
    return pairs(run)[:-1] or [run]


def _splits(letters: str) -> Iterator[tuple[tuple[str, bool], ...]]:
    """Letters as one word's pinyin, or as that of a word and the beginning of another: (part, whole word)."""
    yield ((letters, False),)
    for at in range(len(letters) - 1, 1, -1):
        yield ((letters[:at], True), (letters[at:], False))


def _best(index: LineIndex, way: Way) -> list[int]:
    """The weightiest lines that have all keys of a way."""
    hits: list[Int32] = []
    for key, whole in way.keys:
        numbers = index.find(key, whole)
        if not len(numbers):
            return []
        hits.append(numbers)
    hits.sort(key=len)
    numbers = hits[0]
    for other in hits[1:]:
        numbers = numbers[_mask(other, len(index))[numbers]]
    return index.weightiest(numbers, LOOKED_AT[way.name])


def _mask(numbers: Int32, size: int) -> Bool:
    mask = np.zeros(size, dtype=np.bool_)
    mask[numbers] = True
    return mask


def _fit(text: str, begun: str, way: Way) -> float:
    """How well a line fits what was typed; 0 where its characters are in another order."""
    folded = fold(text)
    if way.name == "" and not all(run in folded for run in _runs(begun)):
        return 0.0
    if way.spoken and not any(spoken(run, PINYIN, way.spoken) for run in _runs(folded)):
        return 0.0
    share = min(1.0, len(begun) / max(len(folded), 1))
    if folded.startswith(begun):
        place = 1.0
    else:
        first = PIECE.search(folded)
        place = 0.85 if first and _begins(first.group(), way.keys[0][0]) else 0.6
    return place * (0.8 + 0.2 * share)


def _runs(begun: str) -> list[str]:
    return [] if begun.isascii() else [piece for piece in PIECE.findall(begun) if not piece.isascii()]


def _begins(first: str, key: str) -> bool:
    """Whether the first word of a line is what a key asks for."""
    kind, wanted = key[0], key[1:]
    if kind in (WORD, PAIR):
        return first.startswith(wanted)
    read = syllables(first[:6])
    return "".join(read if kind == PINYIN else (syllable[:1] for syllable in read)).startswith(wanted)


def _one_letter_other(word: str) -> Iterator[str]:
    """Words one edit away, the first letter kept unless it was swapped with the second."""
    seen = {word}
    for at in range(len(word)):
        head, tail = word[:at], word[at:]
        forms = [head + tail[1] + tail[0] + tail[2:]] if len(tail) > 1 else []
        if at:
            forms.append(head + tail[1:])
            forms += [head + letter + tail[1:] for letter in string.ascii_lowercase]
            forms += [head + letter + tail for letter in string.ascii_lowercase]
        for form in forms:
            if form not in seen:
                seen.add(form)
                yield form


def _distinct(ranked: Sequence[Found]) -> Iterator[Found]:
    """Lines that read alike once, as the first of them."""
    seen: set[str] = set()
    for one in ranked:
        text = " ".join(fold(one[1].text).split())
        if text not in seen:
            seen.add(text)
            yield one


def _mixed(ranked: Iterator[Found], limit: int) -> Iterator[Found]:
    """The first lines, not too many of one kind."""
    left: dict[Kind, int] = dict(MOST)
    for one in ranked:
        kind = one[1].kind
        if left.get(kind, limit) > 0:
            left[kind] = left.get(kind, limit) - 1
            limit -= 1
            yield one
        if limit == 0:
            return
