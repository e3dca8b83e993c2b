"""The analysis of a shop: words, codes and grams of English, Chinese and mixed text, with their original places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version

from shelfwise.language.base import Analysis, Token
from shelfwise.language.chinese import HAN, Segmenter, Span, grams
from shelfwise.language.chunks import PATTERN, analyze_chunk, measure_words
from shelfwise.language.codes import LONGEST, is_code, join_code
from shelfwise.language.normalise import Normalised, fold, normalise
from shelfwise.language.tables import data_digest
from shelfwise.language.units import canonical_measure, measure_pattern

MAX_LENGTH = 20_000  # characters of a text that are read; what follows is not indexed
_LONGEST_JOINED = 12  # a longer number stands alone (EAN)
RULES = "1"  # raised whenever a rule in this room changes what tokens come out

_MASTER = re.compile(
    rf"(?P<measure>{measure_pattern()})|(?P<chunk>{PATTERN})|(?P<han>[{HAN}]++)|(?P<other>[^\W_a-z0-9{HAN}]++)"
)
_HAN_RUN = re.compile(f"[{HAN}]+")


class BilingualAnalyzer:
    """Satisfies `Analyzer`. `terms` are words of the shop's own catalogue (see terms.py).

    A word is followed by the shorter words inside it (笔记本电脑: 笔记本电脑, 笔记本, 电脑; iphone14: iphone14,
    iphone, 14), which overlap it by their offsets; `outer` in spans.py tells them apart. Texts are read up to
    MAX_LENGTH characters. Never raises, whatever the text; safe to use from several threads.

    >>> analysis = BilingualAnalyzer().analyze("Brother TN-2110 无线鼠标 128 GB")
    >>> [token.text for token in analysis.words]
    ['brother', 'tn', '2110', '无线', '鼠标', '128gb', '128']
    >>> [token.text for token in analysis.codes]
    ['tn2110', '128gb']
    """

    def __init__(self, terms: Iterable[str] = ()) -> None:
        own = {run for term in terms for run in _HAN_RUN.findall(fold(term)) if len(run) > 1}
        self._segmenter = Segmenter(sorted(own))
        self.fingerprint = _fingerprint(own)

    def analyze(self, text: str) -> Analysis:
        """Tokens of a text, in order of their start (see Analysis)."""
        folded = normalise(text[:MAX_LENGTH])
        words: list[Span] = []
        codes: list[Span] = []
        pairs: list[Span] = []
        before: Span = ("", -1, -1)
        for match in _MASTER.finditer(folded.text[:MAX_LENGTH]):
            start, end = match.span()
            kind = match.lastgroup
            if kind == "han":
                words += _moved(self._segmenter.words(match[0]), start)
                pairs += grams(match[0], start)
            elif kind == "measure":
                value = canonical_measure(match["number"], match["unit"])
                words += measure_words(value, start, end, match["number"])
                codes.append((value, start, end))
            elif kind == "chunk":
                chunk = analyze_chunk(match[0])
                words += _moved(chunk.words, start)
                if start == before[2] + 1 and _joins(before[0], chunk.flat, folded.text[before[2]]):
                    codes.append((join_code(before[0] + chunk.flat), before[1], end))
                codes += _moved(chunk.codes, start)
                before = (chunk.flat, start, end)
            else:
                words.append((match[0][:LONGEST], start, end))
        return Analysis(_tokens(words, folded), _tokens(codes, folded), _tokens(pairs, folded))


def _joins(left: str, right: str, between: str) -> bool:
    """Whether two chunks parted by one character make a code: letters (or a short code, i7) then digits."""
    if between not in " /" or not right[:1].isdigit() or not left or len(right) > _LONGEST_JOINED:
        return False
    return left.isalpha() or (between == "/" and is_code(left)) or (left[0].isalpha() and len(left) <= 3)


def _moved(spans: tuple[Span, ...], by: int) -> list[Span]:
    return [(text, start + by, end + by) for text, start, end in spans]


def _tokens(spans: list[Span], folded: Normalised) -> tuple[Token, ...]:
    if folded.starts is None:
        return tuple([Token(*span) for span in spans])
    return tuple([Token(text, *folded.original(start, end)) for text, start, end in spans])


def _fingerprint(terms: set[str]) -> str:
    digest = sha256()
    libraries = (version(name) for name in ("jieba", "PyStemmer", "opencc-python-reimplemented"))
    for part in (RULES, data_digest(), *libraries, *sorted(terms)):
        digest.update(part.encode("utf-8", "replace") + b"\0")
    return f"bilingual-{digest.hexdigest()[:16]}"
