"""Numbers with what stands around them: $50-100, under 500, 两三千, at least 16 GB, 27寸以上, 4 stars and up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from shelfwise.understanding.constraints.bounds import Beside, Way, beside
from shelfwise.understanding.constraints.numerals import (
    DIGITS,
    HAN_NUMBER,
    MANY,
    WORD_NUMBER,
    about,
    above,
    digits,
    han,
    worded,
)
from shelfwise.understanding.constraints.units import SIGNS, Measured, measured, pattern

_BARE: Final = Measured("other")
_BETWEEN: Final = re.compile(r" ?(?:-|~|to|until|到|至|and|&) ?")
_CODE: Final = re.compile(r"[a-z0-9]|-[a-z]|/\d|[x*] ?\d")
_LEAD: Final = re.compile(r"(?:(?:in the )?(?:range (?:of|from) )|between |from |介于|在|从)$")
_ANY: Final = re.compile(rf"\d|[{HAN_NUMBER[1 : HAN_NUMBER.index(']')]}几]|\b(?:{WORD_NUMBER})")


@dataclass(frozen=True, slots=True)
class Amount:
    """One number or range: text[start:end], with its unit. measured None: no unit was said."""

    start: int
    end: int
    low: float
    high: float
    measured: Measured | None
    kind: str  # digits, han or word
    scaled: str = ""  # k, 千 …
    many: str = ""  # 多 or 来
    raw: float = 0.0
    joined: bool = False  # two numbers


@dataclass(frozen=True, slots=True)
class Bounded:
    """An amount with the words around it: text[start:end] says low to high (None is open)."""

    amount: Amount
    start: int
    end: int
    way: Way
    price: bool
    low: float | None
    high: float | None


def bounded(text: str) -> list[Bounded]:
    """The numbers of a folded text, ranges as one."""
    if not _ANY.search(text):
        return []
    found: list[Bounded] = []
    for amount in _joined(list(_amounts(text)), text):
        money = amount.measured is None or amount.measured.sort == "price"
        around = beside(text, amount.start, amount.end, money)
        if amount.joined and (lead := _LEAD.search(text, max(0, amount.start - 24), amount.start)):
            around = replace(around, start=min(around.start, lead.start()))
        found.append(_bounded(amount, around))
    return found


def _bounded(amount: Amount, around: Beside) -> Bounded:
    low: float | None = amount.low
    high: float | None = amount.high
    way = around.way
    if amount.low == amount.high:
        if way in ("max", "budget"):
            low = None
        elif way == "min":
            high = None
        elif way == "about" or amount.many == "来":  # 一千来块
            low, high = about(amount.low)
        elif amount.many == "多":
            high = above(amount.low)
    return Bounded(amount, around.start, around.end, way, around.price, low, high)


@cache
def _pattern() -> re.Pattern[str]:
    sign = "|".join(re.escape(name) for name in sorted(SIGNS, key=len, reverse=True))
    return re.compile(
        rf"(?P<sign>(?<![a-z])(?:{sign}) ?)?"
        rf"(?:(?P<digits>(?<![a-z0-9.#/])(?:(?<=sub-)|(?<![a-z]-))(?:{DIGITS}))(?: ?(?P<scale>k(?![a-z0-9])"
        rf"|[百千万]))?"
        rf"|(?P<han>(?<![零〇一二两三四五六七八九十百千万第几])(?:{HAN_NUMBER}))|(?P<word>(?<![a-z-])(?:{WORD_NUMBER})))"
        rf"(?P<many>{MANY})?(?:{pattern()})?"
    )


def _amounts(text: str) -> Iterator[Amount]:
    for match in _pattern().finditer(text):
        numbers = _numbers(match, text)
        if numbers is not None:
            low, high, raw = numbers
            what = _measured(match, high, text)
            kind = "digits" if match["digits"] else "han" if match["han"] else "word"
            scale, many = match["scale"] or "", match["many"] or ""
            yield Amount(match.start(), match.end(), low, high, what, kind, scale, many, raw, low < high)


def _numbers(match: re.Match[str], text: str) -> tuple[float, float, float] | None:
    """Bounds and the number without its scale; None where digits are part of a code (13pro, 3-in-1, 1/2)."""
    if match["digits"]:
        if match["unit"] is None and match["scale"] is None and _CODE.match(text, match.end()):
            return None
        number = digits(match["digits"], match["scale"] or "")
        return number, number, digits(match["digits"])
    if match["han"]:
        numbers = han(match["han"])
        return None if numbers is None else (*numbers, numbers[0])
    number = worded(match["word"])
    return number, number, number


def _measured(match: re.Match[str], number: float, text: str) -> Measured | None:
    unit = match["unit"]
    if match["sign"]:
        return Measured("price", SIGNS[match["sign"].strip()])
    return None if unit is None else measured(number, unit, text[match.end() : match.end() + 4])


def _joined(amounts: list[Amount], text: str) -> Iterator[Amount]:
    """Pairs of numbers that make a range as one."""
    at = 0
    while at < len(amounts):
        one = amounts[at]
        pair = _range(one, amounts[at + 1], text) if at + 1 < len(amounts) else None
        yield pair or one
        at += 2 if pair else 1


def _range(one: Amount, other: Amount, text: str) -> Amount | None:
    gap = text[one.end : other.start]
    if not _BETWEEN.fullmatch(gap) or one.joined or other.joined:
        return None
    if gap.strip() in ("and", "&") and not re.search(r"between $", text[: one.start]):
        return None
    low = one.low
    if other.scaled and not one.scaled and one.low < other.raw:  # 3到5千, 1-2k
        low = one.low * other.low / other.raw
    if low >= other.high:
        return None
    if one.measured is not None and other.measured is not None and one.measured.sort != other.measured.sort:
        return None
    return replace(other, start=one.start, low=low, measured=other.measured or one.measured, joined=True)
