"""Labelled texts in BIO form: one character or word a line with its tag, an empty line between texts.

    小 B-brand          logitech B-brand
    米 I-brand          wireless O
    手 B-product        mouse B-product
    机 I-product

B- begins a span, I- goes on with it, O is outside. Where all tokens of a file are single characters the text is their
concatenation; otherwise they are words, and a space stands between two of them unless both touch with Chinese.

Source: Ramshaw and Marcus, Text Chunking using Transformation-Based Learning, 1995.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shelfwise.errors import InputError
from shelfwise.language.chinese import HAN
from shelfwise.understanding.tagging.base import Span, Tagged

_LINE: Final = re.compile(r"(.+)[ \t]+(O|[BI]-[^\s]+)\s*", re.DOTALL)
_HAN: Final = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Labelled:
    """The texts of a file. repaired: tags I- that went on with nothing of their kind, and were read as B-."""

    sentences: tuple[Tagged, ...]
    repaired: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    token: str
    tag: str


def read_bio(path: Path) -> Labelled:
    """The labelled texts of a file, with lines that end in LF or CRLF.

    Raises:
        InputError: the file cannot be read or has no labelled text, or a line is not a token and a tag.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}.") from error
    groups = list(_groups(path, lines))
    if not groups:
        raise InputError(f"{path}: found no labelled text, expected a token and a tag on each line.")
    words = any(len(row.token) > 1 for group in groups for row in group)
    repaired = sum(_orphans([row.tag for row in group]) for group in groups)
    return Labelled(tuple(_tagged(group, words) for group in groups), repaired)


def _groups(path: Path, lines: Sequence[str]) -> Iterator[list[_Row]]:
    group: list[_Row] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            if group:
                yield group
            group = []
            continue
        found = _LINE.fullmatch(line.strip("\r"))
        if found is None:
            expected = "a character or word, a space and a tag: O, B-kind or I-kind"
            raise InputError(f"{path}:{number}: found {line.strip()[:60]!r}, expected {expected}.")
        group.append(_Row(found[1], found[2]))
    if group:
        yield group


def _orphans(tags: Sequence[str]) -> int:
    before = ["O", *tags]
    return sum(tag[0] == "I" and last[2:] != tag[2:] for last, tag in zip(before, tags, strict=False))


def _tagged(group: Sequence[_Row], words: bool) -> Tagged:
    text, spans = "", list[Span]()
    last = "O"
    for row in group:
        if words and text and not (_HAN.match(row.token) and _HAN.match(text[-1])):
            text += " "
        start, end = len(text), len(text) + len(row.token)
        text += row.token
        kind = row.tag[2:]
        if row.tag[0] == "I" and last[2:] == kind:
            spans[-1] = Span(spans[-1].start, end, kind)
        elif kind:
            spans.append(Span(start, end, kind))
        last = row.tag
    return Tagged(text, tuple(spans))
