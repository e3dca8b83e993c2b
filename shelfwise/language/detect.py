"""Which language a text is in, by its script."""

from __future__ import annotations

import re
from typing import Literal

from shelfwise.language.chinese import HAN

Language = Literal["en", "zh", "mixed"]

_HAN = re.compile(f"[{HAN}]")
_LATIN_WORD = re.compile(r"[^\W\d_]{3,}")
_MIXED_SHARE = 0.25  # a language with less of the words than this is a guest
_SAMPLE = 2_000


def detect(text: str) -> Language:
    """The language of a text. A Chinese character weighs half a word, a Latin word of 3+ letters a whole one; model
    numbers and units hardly weigh. Text without either (digits, emoji, nothing) counts as English.

    >>> detect("wireless mouse"), detect("无线鼠标 2.4G"), detect("Apple 苹果 iPhone 14 手机")
    ('en', 'zh', 'mixed')
    """
    sample = text[:_SAMPLE]
    chinese = len(_HAN.findall(sample)) / 2
    latin = sum(1 for word in _LATIN_WORD.findall(_HAN.sub(" ", sample)))
    if not chinese:
        return "en"
    share = latin / (latin + chinese)
    if share < _MIXED_SHARE:
        return "zh"
    return "mixed" if share <= 1 - _MIXED_SHARE else "en"
