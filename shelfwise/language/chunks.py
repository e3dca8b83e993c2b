"""Runs of Latin letters and digits with their inner marks: `tn-2110`, `dv7-1211ea`, `head-set`, `15.6`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from shelfwise.language.codes import LONGEST, is_code, join_code
from shelfwise.language.english import stem
from shelfwise.language.units import canonical_measure, canonical_number, measure_pattern

Span = tuple[str, int, int]
PATTERN = r"[a-z0-9]++(?:[-._'&][a-z0-9]++)*+"
_PART = re.compile(
    r"(?P<decimal>(?<![a-z0-9.])\d++\.\d++(?![.]?[a-z0-9]))"
    r"|(?P<word>[a-z]++(?:'[a-z]++)*+(?![0-9]))"
    r"|(?P<mixed>[a-z0-9]++)"
)
_MEASURE = re.compile(measure_pattern())
_ATOM = re.compile(r"[a-z]+|[0-9]+")
_MOST_PARTS = 5  # a chain of more parts is a sentence, not a code


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a chunk becomes; offsets are within it."""

    words: tuple[Span, ...]
    codes: tuple[Span, ...]
    flat: str = ""  # the whole chunk as a code, or "" when it cannot be part of one


@lru_cache(maxsize=65536)
def analyze_chunk(text: str) -> Chunk:
    """Words and codes of one chunk of folded text.

    >>> [word for word, _, _ in analyze_chunk("tn-2110").words], analyze_chunk("tn-2110").codes
    (['tn', '2110'], (('tn2110', 0, 7),))
    """
    words: list[Span] = []
    codes: list[Span] = []
    chain: list[Span] = []
    for match in _PART.finditer(text):
        part, start, end = match[0], match.start(), match.end()
        measure = _MEASURE.fullmatch(part) if match.lastgroup == "mixed" else None
        if measure:
            value = canonical_measure(measure["number"], measure["unit"])
            words += measure_words(value, start, end, measure["number"])
            codes.append((value, start, end))
            _close(chain, codes)
            continue
        if match.lastgroup == "decimal":
            words.append((canonical_number(part), start, end))
        elif match.lastgroup == "word":
            words.append((stem(part), start, end))
        else:
            words += _mixed(part, start)
            if is_code(part):
                codes.append((join_code(part), start, end))
        chain.append((part, start, end))
    whole = bool(chain) and chain[0][1] == 0
    flat = _close(chain, codes)
    return Chunk(tuple(words), tuple(codes), flat if whole else "")


def measure_words(value: str, start: int, end: int, number: str) -> list[Span]:
    """The words of a measure: the whole, and its number."""
    return [(value, start, end), (canonical_number(number), start, start + len(number))]


def _mixed(part: str, start: int) -> list[Span]:
    """A run of letters and digits: itself, and its pieces where these mean something alone (iphone14, tn2110)."""
    words = [(part[:LONGEST], start, start + len(part))]
    atoms = [(match[0], start + match.start(), start + match.end()) for match in _ATOM.finditer(part)]
    if 2 <= len(atoms) <= 3 and any(atom.isalpha() and len(atom) >= 4 for atom, _, _ in atoms):
        return words + [(stem(atom), a, b) for atom, a, b in atoms]
    if len(atoms) == 2:
        return words + [atom for atom in atoms if atom[0].isdigit() and len(atom[0]) >= 3]
    return words


def _close(chain: list[Span], codes: list[Span]) -> str:
    """End a chain of parts: when it has letters and digits it is a code as a whole. Empties the chain."""
    flat = "".join(part for part, _, _ in chain).translate(_UNMARKED)
    if 1 < len(chain) <= _MOST_PARTS and is_code(flat) and (not flat.isdigit() or len(flat) >= 10):
        codes.append((join_code(flat), chain[0][1], chain[-1][2]))
    count = len(chain)
    chain.clear()
    return flat if count <= _MOST_PARTS and len(flat) <= LONGEST else ""


_UNMARKED = str.maketrans("", "", ".-_'&")
