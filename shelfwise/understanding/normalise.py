"""First steps: a text without what nobody can see, and its language."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from shelfwise.language.detect import detect
from shelfwise.understanding.base import Understanding

MOST: Final = 512  # characters of a query that are read


class NormaliseStep:
    """Control characters and runs of space go; what is longer than MOST characters is cut."""

    name = "normalise"

    def __call__(self, u: Understanding) -> Understanding:
        """Sets `cleaned`; `text` and `core` are the same until other steps know better."""
        cleaned = clean(u.original, MOST)
        return u.but(cleaned=cleaned, text=cleaned, core=cleaned)


class LanguageStep:
    """Names the language by its script."""

    name = "language"

    def __call__(self, u: Understanding) -> Understanding:
        """Sets `language`."""
        return u.but(language=detect(u.text))


def clean(text: str, size: int) -> str:
    r"""A query without control characters and runs of space, cut to `size` characters (at a space if one is near).

    >>> clean("  red\x00 \u200bshoes\n", 512)
    'red shoes'
    """
    bounded = text[: 8 * size]
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " if c.isspace() else "" for c in bounded)
    squeezed = " ".join(visible.split())
    if len(squeezed) <= size:
        return squeezed
    return re.sub(r" [^ ]{0,40}\Z", "", squeezed[:size])
