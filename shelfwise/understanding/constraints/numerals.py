"""Numbers as they are written in either language: 1,500, 2k, 1.5万, 一千五, 两三千 (2000–3000), 一千多 (1000–2000)."""

from __future__ import annotations

import re
from typing import Final

DIGITS: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
HAN_DIGITS: Final = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
SCALES: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "k": 1000, "w": 10_000}
HAN_NUMBER: Final = "[零〇一二两三四五六七八九十百千万]+|几[十百千万]"
MANY: Final = "[多来]"

WORDS: Final = {
    **{"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9},
    **{"ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50},
    **{"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "a couple of": 2, "a couple": 2},
}
WORD_SCALES: Final = {"hundred": 100, "thousand": 1000, "grand": 1000, "k": 1000}
_ONES: Final = "|".join(sorted(WORDS, key=len, reverse=True))
WORD_NUMBER: Final = rf"(?:{_ONES})[ -](?:hundred|thousand|grand)|(?:{_ONES.replace('|a|', '|')})(?![a-z-])"

Bounds = tuple[float, float]
_PAIR: Final = re.compile(r"([一二两三四五六七八九])([一二两三四五六七八九])(十?[百千万]?万?)$")


def digits(text: str, scale: str = "") -> float:
    """The number that digits stand for.

    >>> digits("1,500"), digits("1.5", "万"), digits("3", "k")
    (1500.0, 15000.0, 3000.0)
    """
    return round(float(text.replace(",", "")) * SCALES.get(scale, 1), 6)


def han(text: str) -> Bounds | None:
    """The number, or the bounds, that Chinese numerals stand for; None where they are none.

    >>> han("一千五"), han("两万三"), han("三百零五"), han("两三千"), han("五六百"), han("几百")
    ((1500.0, 1500.0), (23000.0, 23000.0), (305.0, 305.0), (2000.0, 3000.0), (500.0, 600.0), (100.0, 1000.0))
    """
    if text[0] == "几":
        scale = SCALES[text[1]]
        return float(scale), float(scale * 10)
    pair = _PAIR.search(text)
    if pair is not None and pair.start() == 0 and pair[3]:
        scale = 1
        for part in pair[3]:
            scale *= SCALES[part]
        low, high = HAN_DIGITS[pair[1]], HAN_DIGITS[pair[2]]
        return (float(low * scale), float(high * scale)) if low < high else None
    number = _exact(text)
    return None if number is None else (number, number)


def worded(text: str) -> float:
    """The number that English words stand for.

    >>> worded("two hundred"), worded("a grand"), worded("fifty")
    (200.0, 1000.0, 50.0)
    """
    for scale, factor in WORD_SCALES.items():
        if text.endswith(scale):
            return float(WORDS[text[: -len(scale)].rstrip(" -")] * factor)
    return float(WORDS[text])


def _exact(text: str) -> float | None:
    total, section, digit, last = 0, 0, None, 1
    for place, char in enumerate(text):
        if char in HAN_DIGITS:
            if digit is not None and not (digit == 0 and text[place - 1] in "零〇"):
                return None
            digit = HAN_DIGITS[char]
            last = 1 if char in "零〇" else last
        elif char == "万":
            total, section, digit, last = (total + section + (digit or 0) or 1) * SCALES[char], 0, None, SCALES[char]
        else:
            section += (1 if digit is None else digit) * SCALES[char]
            digit, last = None, SCALES[char]
    if digit is not None:  # 一千五 is 1500, 一千零五 is 1005, 十五 is 15
        section += digit * (last // 10 if last > 10 else 1)
    return float(total + section)


def above(number: float) -> float:
    """Where `number` and more (一千多, 1000多) ends: one more of its last unit.

    >>> above(1000), above(350), above(25)
    (2000.0, 360.0, 26.0)
    """
    scale = 1
    while number % (scale * 10) == 0 and scale < number:
        scale *= 10
    return float(number + scale)


def about(number: float) -> Bounds:
    """Around a number: n ± 20%.

    >>> about(300)
    (240.0, 360.0)
    """
    return round(number * 0.8, 6), round(number * 1.2, 6)
