"""Which letters a piece of a tokenizer is made of."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from functools import cache
from typing import Final, Literal, TypeAlias, get_args

Script: TypeAlias = Literal["ascii", "latin", "han", "kana", "hangul", "cyrillic", "greek", "arabic", "hebrew", "thai"]
SCRIPTS: Final[tuple[Script, ...]] = get_args(Script)
ENGLISH_CHINESE: Final[tuple[Script, ...]] = ("ascii", "han")
_NAMES: Final = {"CJK": "han", "HIRAGANA": "kana", "KATAKANA": "kana"}  # the first word of a character's name


@cache
def script(character: str) -> str:
    """The script of a letter, "" for digits, signs and all that no script owns.

    >>> [script(each) for each in "aé手7-の"]
    ['ascii', 'latin', 'han', '', '', 'kana']
    """
    if unicodedata.category(character)[0] not in "LM":
        return ""
    if character.isascii():
        return "ascii"
    first = unicodedata.name(character, "").split(" ")[0]
    return _NAMES.get(first, first.lower())


def written_in(text: str, scripts: Collection[str]) -> bool:
    """Whether all letters are of these scripts.

    >>> written_in("usb 数据线 2m", ENGLISH_CHINESE), written_in("café", ENGLISH_CHINESE)
    (True, False)
    """
    return all(script(character) in scripts or not script(character) for character in text)
