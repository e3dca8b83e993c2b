"""How Chinese sounds: pinyin and initials for autocomplete, sound keys for words typed by ear."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from shelfwise.language.chinese import HAN
from shelfwise.language.normalise import fold

MAX_LENGTH = 64  # characters of a term that are spelled

_PIECE = re.compile(f"[{HAN}]+|[a-z0-9]+")
_FLAT = (  # sounds that many speakers do not tell apart
    (re.compile("^([zcs])h"), r"\1"),
    (re.compile("^n(?=[a-z])"), "l"),
    (re.compile("(?<=[aei])ng$"), "n"),
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """A term in Latin letters: every syllable, and the first letter of each. Latin and digits stay as they are."""

    full: str
    initials: str


@lru_cache(maxsize=65536)
def spell(term: str) -> Spelling:
    """Pinyin of a term without tones (ü is v); characters with several readings are read in their context.

    >>> spell("重庆火锅"), spell("Type-C数据线")
    (Spelling(full='chongqinghuoguo', initials='cqhg'), Spelling(full='typecshujuxian', initials='typecsjx'))
    """
    full, initials = [], []
    for piece in _PIECE.findall(fold(term[:MAX_LENGTH])):
        if piece.isascii():
            full.append(piece)
            initials.append(piece)
        else:
            read = _read(piece)
            full += read
            initials += [syllable[:1] for syllable in read]
    return Spelling("".join(full), "".join(initials))


@lru_cache(maxsize=65536)
def syllables(term: str) -> tuple[str, ...]:
    """The syllables of the Chinese characters of a term, one each.

    >>> syllables("长度"), syllables("成长")
    (('chang', 'du'), ('cheng', 'zhang'))
    """
    pieces = _PIECE.findall(fold(term[:MAX_LENGTH]))
    return tuple(syllable for piece in pieces if not piece.isascii() for syllable in _read(piece))


@lru_cache(maxsize=65536)
def sound(term: str) -> str:
    """A key that words have in common when they sound alike, also to ears that hear z as zh, l as n, in as ing.

    >>> sound("鼠标") == sound("薯标") == sound("数飚"), sound("牛奶") == sound("流奶")
    (True, True)
    """
    return " ".join(_flatten(syllable) for syllable in syllables(term))


def _flatten(syllable: str) -> str:
    for pattern, replacement in _FLAT:
        syllable = pattern.sub(replacement, syllable)
    return syllable


def _read(characters: str) -> list[str]:
    return [str(syllable) for syllable in _reader()(characters, errors=list)]


@cache
def _reader() -> Any:
    from pypinyin import lazy_pinyin

    return lazy_pinyin
