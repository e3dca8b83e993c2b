"""What may be kept of a generator's answer. The answer is not trusted: it can be anything that the query made of it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import orjson

from shelfwise.language.chinese import HAN
from shelfwise.language.detect import Language, detect
from shelfwise.understanding.rewrite.prompt import LONGEST, MOST, SCHEMA, SHORT

LARGEST: Final = 4_000  # characters of an answer that are read
_PLAIN: Final = re.compile(rf"[A-Za-z\u00c0-\u024f0-9{HAN} \-&'+./%,]*")
_ADDRESS: Final = re.compile(r"//|\bwww\.|[a-z0-9-]\.[a-z]{2,}\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*|[〇零一二两三四五六七八九十百千万亿]{2,}")
_HAN: Final = re.compile(f"[{HAN}]")
_WORD: Final = re.compile(rf"[^\W_{HAN}]+|[{HAN}]+")


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Other words for a query; both empty when there are none."""

    text: str = ""
    expansions: tuple[str, ...] = ()

    def without(self, unwanted: str) -> Rewrite:
        """What says nothing of `unwanted`, the words that a shopper wants not ("not red", 不要苹果).

        >>> Rewrite("red laptop", ("notebook", "red notebook")).without("not red")
        Rewrite(text='', expansions=('notebook',))
        """
        refused = _units(unwanted)
        kept = [text if refused.isdisjoint(_units(text)) else "" for text in (self.text, *self.expansions)]
        return Rewrite(kept[0], tuple(text for text in kept[1:] if text))


def read(answer: str, query: str) -> Rewrite:
    """What of an answer may be searched beside `query` (as it was sent).

    An answer that is not JSON of the form asked for, or has anything more in it, is none at all. Of its texts those
    are kept that are short, of plain letters, digits and a few marks, hold no address and no number that the query
    does not have. The rewrite is in the query's language; Chinese it may hold only where the query does.

    >>> read('{"rewrite": "phone 15", "expansions": ["smartphone", "a.com"], "language": "en"}', "the new phone")
    Rewrite(text='', expansions=('smartphone',))
    """
    value = _parsed(answer)
    if value is None:
        return Rewrite()
    numbers, known = _numbers(_folded(query)), {_folded(query)}
    rewrite = _kept(value["rewrite"], LONGEST, numbers, known)
    if not _same_language(rewrite, query) or value["language"] not in ("mixed", detect(query)):
        rewrite = ""
    found = [_kept(each, SHORT, numbers, known) for each in value["expansions"]]
    return Rewrite(rewrite, tuple(text for text in found if text))


def written(rewrite: Rewrite, query: str) -> str:
    """The answer that `read` makes a rewrite of.

    >>> read(written(Rewrite("手机", ("phone",)), "我要手机"), "我要手机")
    Rewrite(text='手机', expansions=('phone',))
    """
    value = {"rewrite": rewrite.text, "expansions": rewrite.expansions, "language": detect(query)}
    return orjson.dumps(value).decode()


def _parsed(answer: str) -> dict[str, Any] | None:
    """The answer's object if it has the form of SCHEMA; lengths of texts are left to `_kept`."""
    if len(answer) > LARGEST:
        return None
    try:
        value = orjson.loads(answer.encode("utf-8"))
    except ValueError:  # not JSON, nested too deep, or not well-formed Unicode
        return None
    if not isinstance(value, dict) or set(value) != set(SCHEMA["required"]):
        return None
    others = value["expansions"]
    fits = isinstance(others, list) and len(others) <= MOST and all(isinstance(each, str) for each in others)
    languages = SCHEMA["properties"]["language"]["enum"]
    return value if fits and isinstance(value["rewrite"], str) and value["language"] in languages else None


def _kept(text: str, size: int, numbers: set[str], known: set[str]) -> str:
    """The text if it may be searched and says something new, else nothing. Adds it to `known`."""
    if any(unicodedata.category(mark)[0] == "C" for mark in text):
        return ""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    folded = plain.casefold()
    if len(plain) > size or not _PLAIN.fullmatch(plain) or not _WORD.search(plain) or folded in known:
        return ""
    if _ADDRESS.search(plain) or not _numbers(folded) <= numbers:
        return ""
    known.add(folded)
    return plain


def _same_language(rewrite: str, query: str) -> bool:
    asked: Language = detect(query)
    if asked == "zh":
        return _HAN.search(rewrite) is not None
    return asked == "mixed" or _HAN.search(rewrite) is None or _HAN.search(query) is not None


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _numbers(text: str) -> set[str]:
    return {number.replace(",", "") for number in _NUMBER.findall(text)}


def _units(text: str) -> set[str]:
    """Words, of Chinese pairs of neighbouring characters: what two texts share when they name the same thing."""
    units: set[str] = set()
    for word in _WORD.findall(text.casefold()):
        units |= {a + b for a, b in pairwise(word)} if _HAN.match(word) and len(word) > 1 else {word}
    return units
