"""Runs of Latin letters and digits with their inner marks: `tn-2110`, `dv7-1211ea`, `head-set`, `usb3.0`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from shelfwise.language.codes import LONGEST, is_code, join_code
from shelfwise.language.english import stem
from shelfwise.language.tables import read_lines
from shelfwise.language.units import canonical_measure, canonical_number, measure_pattern, numbers

Span = tuple[str, int, int]
PATTERN = r"[a-z0-9]++(?:[-._'&][a-z0-9]++)*+"
MOST_PARTS = 5  # a chain of more parts is a sentence, not a code

_PART = re.compile(
    r"(?P<decimal>(?<![a-z0-9.])\d++\.\d++(?![.]?[a-z0-9]))"
    r"|(?P<word>[a-z]++(?:'[a-z]++)*+(?![0-9]))"
    r"|(?P<version>[a-z]++\d++\.\d{1,2}(?![.]?[a-z0-9]))"
    r"|(?P<mixed>[a-z0-9]++)"
)
_MEASURE = re.compile(measure_pattern())
_ATOM = re.compile(r"[a-z]+|[0-9]+")
_MARKS = str.maketrans("", "", ".-_'&")


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a chunk becomes; offsets are within it. `flat` is the whole of it as a code, "" when it can be none."""

    words: tuple[Span, ...]
    codes: tuple[Span, ...]
    flat: str = ""


@lru_cache(maxsize=65536)
def analyze_chunk(text: str) -> Chunk:
    """Words and codes of one chunk of folded text.

    >>> [word for word, _, _ in analyze_chunk("tn-2110").words], analyze_chunk("tn-2110").codes
    (['tn', '2110'], (('tn2110', 0, 7),))
    >>> [word for word, _, _ in analyze_chunk("wi-fi").words]
    ['wifi', 'wi', 'fi']
    """
    words: list[Span] = []
    codes: list[Span] = []
    chain: list[Span] = []
    for match in _PART.finditer(text):
        part, start, end = match[0], match.start(), match.end()
        measure = _MEASURE.fullmatch(part) if match.lastgroup == "mixed" else None
        flat = canonical_version(part)
        if measure:
            value = canonical_measure(measure["number"], measure["unit"])
            words += [(value, start, end), *_shifted(numbers(measure["number"]), start)]
            codes.append((value, start, end))
        else:
            words += _part(match.lastgroup or "", part, start)
            if not part.isalpha() and match.lastgroup != "decimal" and is_code(flat):
                codes.append((join_code(flat), start, end))
        chain.append((flat, start, end))
    joined = _compound(text)
    flat = "".join(part for part, _, _ in chain) if len(chain) <= MOST_PARTS else ""
    codes += _chain_code(chain)
    return Chunk(tuple(joined + words), tuple(codes), flat if len(flat) <= LONGEST else "")


def canonical_version(part: str) -> str:
    """A part as it stands in a code: without marks, and without idle zeros behind the point (usb3.0 → usb3).

    >>> canonical_version("usb3.0"), canonical_version("pm2.5"), canonical_version("o'neill")
    ('usb3', 'pm25', 'oneill')
    """
    return canonical_number(part).translate(_MARKS)


def _part(kind: str, part: str, start: int) -> list[Span]:
    end = start + len(part)
    if kind == "word":
        return [(stem(part), start, end)]
    if kind == "decimal":
        return [(canonical_number(part), start, end)]
    if kind == "version":
        letters = len(part.rstrip("0123456789."))
        number = canonical_number(part[letters:])
        return [
            (part[:letters] + number, start, end),
            (part[:letters], start, start + letters),
            (number, start + letters, end),
        ]
    return _mixed(part, start)


def _mixed(part: str, start: int) -> list[Span]:
    """A run of letters and digits: itself, and its pieces where these mean something alone (iphone14, tn2110)."""
    words = [(part[:LONGEST], start, start + len(part))]
    if part.isdigit():
        return words
    atoms = _shifted([(match[0], *match.span()) for match in _ATOM.finditer(part)], start)
    if 2 <= len(atoms) <= 3 and any(atom.isalpha() and len(atom) >= 4 for atom, _, _ in atoms):
        return words + [(stem(atom), a, b) for atom, a, b in atoms]
    if len(atoms) == 2:
        return words + [atom for atom in atoms if atom[0].isdigit() and len(atom[0]) >= 3]
    return words


def _chain_code(chain: list[Span]) -> list[Span]:
    """The parts as one code, when there are several and they have letters and digits."""
    if not 1 < len(chain) <= MOST_PARTS:
        return []
    flat = "".join(part for part, _, _ in chain)
    if not is_code(flat) or (flat.isdigit() and len(flat) < 10):
        return []
    return [(join_code(flat), chain[0][1], chain[-1][2])]


def _compound(text: str) -> list[Span]:
    """The joined form of letters parted by marks, where people also write it so: wi-fi, t-shirt, h&m, head-set."""
    if text.isalpha() or not (flat := text.translate(_MARKS)).isalpha() or len(flat) > 12:
        return []
    parts = re.split(r"[-._&]", text)
    if len(parts) > 1 and (flat in _joined_words() or ("." not in text and any(len(part) <= 2 for part in parts))):
        return [(stem(flat), 0, len(text))]
    return []


@cache
def _joined_words() -> frozenset[str]:
    return frozenset(read_lines("joined_en.txt"))


def _shifted(spans: list[Span], by: int) -> list[Span]:
    return [(text, start + by, end + by) for text, start, end in spans]
