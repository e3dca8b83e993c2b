"""By which keys a line of autocomplete is found: its words, its Chinese characters, their pinyin and its initials.

Keys of the four kinds share one sorted list, told apart by a first character, and are looked up by prefix:

    w…  Latin words, numbers, codes       "wireless", "g502", "tn2110" for TN-2110
    h…  pairs of Chinese characters, and the last one alone: a run of characters is the "and" of its pairs
    p…  pinyin of each Chinese word, and of the whole run     "erji", "lanyaerji"
    i…  first letters of the syllables    "ej", "lyej"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from shelfwise.language.chinese import HAN, Segmenter
from shelfwise.language.codes import canonical_code, is_code
from shelfwise.language.normalise import fold
from shelfwise.language.pinyin import syllables

WORD, PAIR, PINYIN, INITIALS = "w", "h", "p", "i"
MAX_TEXT: Final = 200  # characters of a line that are looked at
MAX_RUN: Final = 12  # characters of a run whose pinyin is also a key as a whole
PIECE: Final = re.compile(f"[{HAN}]+|[a-z0-9]+")
_CODE: Final = re.compile("[a-z0-9]+(?:[-_./][a-z0-9]+)+")


def pieces(text: str) -> list[str]:
    """Latin words and runs of Chinese characters, folded.

    >>> pieces("iPhone 15手机壳")
    ['iphone', '15', '手机壳']
    """
    return PIECE.findall(fold(text[:MAX_TEXT]))


def keys(text: str, words: Iterable[str] | None = None) -> set[str]:
    """The keys of a line. `words` are its Chinese words where they are known; else it is cut here."""
    found: set[str] = set()
    known = None if words is None else set(words)
    folded = fold(text[:MAX_TEXT])
    found.update(WORD + joined for joined in map(canonical_code, _CODE.findall(folded)) if is_code(joined))
    for piece in PIECE.findall(folded):
        if piece.isascii():
            found.add(WORD + piece)
        else:
            found.update(PAIR + pair for pair in pairs(piece))
            inside = _segmenter().words(piece) if known is None else ()
            runs = {word for word, _, _ in inside} if known is None else {w for w in known if w in piece}
            if len(piece) <= MAX_RUN:
                runs.add(piece)
            found.update(_sounds(runs))
    return found


def pairs(run: str) -> list[str]:
    """Neighbouring characters of a run, and its last one alone.

    >>> pairs("手机壳")
    ['手机', '机壳', '壳']
    """
    return [run[at : at + 2] for at in range(len(run))]


def _sounds(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        read = syllables(word)
        if read:
            yield PINYIN + "".join(read)
            if len(read) > 1:
                yield INITIALS + "".join(syllable[:1] for syllable in read)


@cache
def _segmenter() -> Segmenter:
    return Segmenter()
