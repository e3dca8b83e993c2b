"""English words: Porter2 stems, with exceptions where a stem would merge different products."""

from __future__ import annotations

from functools import cache, lru_cache
from threading import Lock

import Stemmer

from shelfwise.language.tables import read_rows

LONGEST = 64  # characters of a word that count

_stemmer = Stemmer.Stemmer("english")
_lock = Lock()  # a Stemmer must not be used by two threads at once


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a folded word: Porter2 (Snowball "english"), but for the words of data/stems_en.tsv.

    >>> stem("headphones"), stem("batteries"), stem("levi's")
    ('headphon', 'batteri', 'levi')
    >>> stem("glasses"), stem("glass"), stem("colour")
    ('glasses', 'glass', 'color')
    """
    word = word[:LONGEST].removesuffix("'s").replace("'", "")
    known = exceptions().get(word)
    if known is not None:
        return known
    with _lock:
        return str(_stemmer.stemWord(word))


@cache
def exceptions() -> dict[str, str]:
    """Word → stem where Porter2 is not followed."""
    return {row[0]: row[1] for row in read_rows("stems_en.tsv", 2)}
