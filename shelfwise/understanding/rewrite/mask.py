"""What a query says of a person is covered before it leaves the machine."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DIGIT: Final = r"[\d〇零一二三四五六七八九幺]"
_COVERED: Final = (
    (re.compile(r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.)\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"[\w.%+-]{1,64}\s?@\s?[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE | re.ASCII), "[email]"),
    (re.compile(r"[^\s@]{1,64}@[^\s@]+"), "[email]"),
    (re.compile(rf"\+?\(?{_DIGIT}(?:[\s().\-/]{{0,3}}{_DIGIT}){{6,}}[xX]?"), "[number]"),
)


def masked(text: str) -> str:
    """A text with links, e-mail addresses, and numbers of seven digits or more covered (telephones, cards, orders).

    Digits may be parted by spaces, hyphens, dots, slashes and brackets, may be full width or Chinese. Two short
    numbers side by side ("4000-6000") are covered as well: rather a number too many than a person's.
    Names and street addresses look like any other words and stay.

    >>> masked("case for me@home.org, call +86 138-0013-8000")
    'case for [email], call [number]'
    >>> masked("iPhone 15 128GB 一三八〇〇一三八〇〇〇")
    'iPhone 15 128GB [number]'
    """
    plain = unicodedata.normalize("NFKC", text)
    for pattern, cover in _COVERED:
        plain = pattern.sub(cover, plain)
    return plain
