"""The analysis of a shop: words, codes and grams of English, Chinese and mixed text, with their original places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version

from shelfwise.language.base import Analysis, Token
from shelfwise.language.chinese import HAN, Segmenter, Span, grams
from shelfwise.language.chunks import PATTERN, analyze_chunk
from shelfwise.language.codes import LONGEST, is_code, join_code
from shelfwise.language.normalise import Normalised, fold, normalise
from shelfwise.language.stopwords import is_stopword
from shelfwise.language.tables import data_digest
from shelfwise.language.units import canonical_measure, canonical_size, measure_pattern, numbers, size_pattern

MAX_LENGTH = 20_000  # characters of a text that are read; what follows is not indexed
RULES = "2"  # raised whenever a rule in this room changes what tokens come out

_LONGEST_JOINED = 12  # digits: a longer number stands alone (EAN)
_SIZE, _MEASURE, _CHUNK, _HAN_RUN = "sizes", "measure", "chunk", "han"
_MASTER = re.compile(
    rf"(?P<sizes>{size_pattern()})|(?P<measure>{measure_pattern()})|(?P<chunk>{PATTERN})|(?P<han>[{HAN}]++)"
    rf"|(?P<other>[^\W_a-z0-9{HAN}]++)"
)


class BilingualAnalyzer:
    """Satisfies `Analyzer`. `terms` are words of the shop's own catalogue (see terms.py).

    A word is followed by the shorter words inside it (笔记本电脑: 笔记本电脑, 笔记本, 电脑; iphone14: iphone14,
    iphon, 14), which overlap it by their offsets; `outer` and `groups` in spans.py tell them apart. Tokens come in
    order of their start, the longest first. Texts are read up to MAX_LENGTH characters. Never raises, whatever the
    text; safe to use from several threads.

    >>> analysis = BilingualAnalyzer().analyze("Brother TN-2110 无线鼠标 128 GB")
    >>> [token.text for token in analysis.words]
    ['brother', 'tn', '2110', '无线', '鼠标', '128gb', '128']
    >>> [token.text for token in analysis.codes]
    ['tn2110', '128gb']
    """

    def __init__(self, terms: Iterable[str] = ()) -> None:
        own = sorted({fold(term) for term in terms})
        self._segmenter = Segmenter(own)
        self.fingerprint = _fingerprint(own)

    def analyze(self, text: str) -> Analysis:
        """Tokens of a text, in order of their start (see Analysis)."""
        folded = normalise(text[:MAX_LENGTH])
        reading = _Reading(folded.text[:MAX_LENGTH], self._segmenter)
        return Analysis(_tokens(reading.words, folded), _tokens(reading.codes, folded), _tokens(reading.grams, folded))


class _Reading:
    """One pass over a folded text."""

    def __init__(self, text: str, segmenter: Segmenter) -> None:
        self.words: list[Span] = []
        self.codes: list[Span] = []
        self.grams: list[Span] = []
        self._text = text
        self._segmenter = segmenter
        self._before: Span = ("", -1, -1)  # the last chunk as a code, and its bounds
        for match in _MASTER.finditer(text):
            kind = match.lastgroup
            if kind == _HAN_RUN:
                self._read_chinese(match[0], match.start())
            elif kind == _CHUNK:
                self._read_chunk(match[0], match.start(), match.end())
            elif kind == _MEASURE:
                value = canonical_measure(match["number"], match["unit"])
                self._read_measure(value, match["number"], *match.span())
            elif kind == _SIZE:
                self._read_size(match["size"], match["sized"] or "", *match.span())
            else:
                self.words.append((match[0][:LONGEST], *match.span()))
        if len(self.codes) > 1:
            self.codes.sort(key=_place)

    def _read_chinese(self, run: str, start: int) -> None:
        words = self._segmenter.words(run)
        flat, begin, end = self._before
        if end == start and (tail := self._segmenter.mixed(flat, run, words)):
            at = next(index for index, word in enumerate(self.words) if word[1] >= begin)
            self.words.insert(at, (flat + tail, begin, end + len(tail)))
        self.words += _moved(words, start)
        self.grams += grams(run, start)

    def _read_chunk(self, text: str, start: int, end: int) -> None:
        chunk = analyze_chunk(text)
        self.words += _moved(chunk.words, start)
        left, begin, stop = self._before
        if start == stop + 1 and _joins(left, chunk.flat, self._text[stop]):
            self.codes.append((join_code(left + chunk.flat), begin, end))
        self.codes += _moved(chunk.codes, start)
        self._before = (chunk.flat, start, end)

    def _read_measure(self, value: str, number: str, start: int, end: int) -> None:
        self.words.append((value, start, end))
        self.words += _moved(numbers(number), start)
        self.codes.append((value, start, end))

    def _read_size(self, size: str, unit: str, start: int, end: int) -> None:
        value = canonical_size(size)
        self._read_measure(value, size, start, start + len(size))
        if unit:
            self.codes.append((canonical_measure(value, unit), start, end))


def _joins(left: str, right: str, between: str) -> bool:
    """Whether two chunks parted by one character make a code: letters (or a short code, i7) then digits."""
    if between not in " /" or not right[:1].isdigit() or not left or len(right) > _LONGEST_JOINED:
        return False
    if left.isalpha():
        return len(left) <= _LONGEST_JOINED and not is_stopword(left)
    return (between == "/" and is_code(left)) or (left[0].isalpha() and len(left) <= 3)


def _place(span: Span) -> tuple[int, int]:
    return span[1], -span[2]


def _moved(spans: Iterable[Span], by: int) -> list[Span]:
    return [(text, start + by, end + by) for text, start, end in spans]


def _tokens(spans: list[Span], folded: Normalised) -> tuple[Token, ...]:
    if folded.starts is None:
        return tuple([Token(*span) for span in spans])
    return tuple([Token(text, *folded.original(start, end)) for text, start, end in spans])


def _fingerprint(terms: Iterable[str]) -> str:
    digest = sha256()
    libraries = (version(name) for name in ("jieba", "PyStemmer", "opencc-python-reimplemented"))
    for part in (RULES, data_digest(), *libraries, *terms):
        digest.update(part.encode("utf-8", "replace") + b"\0")
    return f"bilingual-{digest.hexdigest()[:16]}"
