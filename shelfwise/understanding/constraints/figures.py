"""What numbers say: prices, ratings, sizes, capacities. A bare number (iphone 13, windows 10) says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from shelfwise.understanding.base import Constraint, Kind
from shelfwise.understanding.constraints.amounts import Bounded, bounded
from shelfwise.understanding.constraints.numerals import above
from shelfwise.understanding.constraints.text import IS_HAN
from shelfwise.understanding.constraints.units import Measured

LEAST_OPEN: Final = 20.0  # "more than 3" without a unit counts things, "more than 300" is a price
LEAST: Final = 3.0
_RATED: Final = re.compile(
    r"(?:(?<![a-z])(?:with )?(?:a |an )?(?:average |customer |user )?(?:ratings?|rated|scores?|reviews?)(?: (?:of"
    r"|is|at|above|over))?:? ?|(?:评分|评价|星级|好评|分数)(?:在|为|是|要|高于|:)?)$"
)
_STARS_AFTER: Final = re.compile(
    r"(?: out of 5)?(?: ?stars?)?(?: (?:ratings?|rated|reviews?))?(?![a-z])|(?:的)?(?:好评|评价|评分|口碑)"
)
_NOT_RATED: Final = re.compile(
    r" ?(?:wars|trek|hotels?|general|级酒店|酒店|级宾馆|级饭店|堆|手机|电视|显示器|冰箱|洗衣机|平板|电脑|笔记本)"
)
_COUNTED: Final = re.compile(
    r" (?:hours?|people|persons?|ports?|pockets?|doors?|seats?|cores?|players?|pages?|years?"
    r"|months?|days?|weeks?|minutes?|"
    r"degrees?|percent|usb|hdmi|times|different|items?|compartments?|wheels?|lights?|leds?|shelves"
    r"|drawers?|layers?)(?![a-z])"
    r"|[个只条双位人岁门层年月天个种款次粒颗套排]|加减|口算|乘|以内加减|元宝"
)
_NAMED: Final = re.compile(
    r"(?:(?<![a-z])(?:windows|ios|android|usb|bluetooth|version|gen|generation|iphone|ipad|galaxy|pixel|macos"
    r"|hdmi|ddr|pcie|level|grade|series|"
    r"type|season|part|volume|vol|chapter|rtx|gtx|rx|ryzen|core|no|model|mark|class|category"
    r"|cat|formula|area|route|fifa|nba|age[sd]?|"
    r"psp?|xbox|type-?c|wifi)|显卡|处理器|骁龙|锐龙|酷睿|蓝牙|安卓|苹果|天玑|麒麟|年龄|身高|体重)[ -]?$"
)
_PEOPLE: Final = re.compile(
    r"(?<![a-z])(?:kids?|children|child|ages?|aged|toddlers?|boys?|girls?|people|women|men|adults"
    r"|those|anyone)(?: aged?)? ?$"
)
_VOUCHER: Final = re.compile(
    r" ?(?:gift ?cards?|vouchers?|coupons?|off(?![a-z])|discount|cashback|bills?(?![a-z])|notes?(?![a-z])"
    r"|credit|话费|充值|红包|券|优惠|卡|q币|点券|元宝|店|秒杀|包邮|购|纸币|人民币|硬币|直充|代金"
    r"|抵|现金|移动|联通|电信)"
)
_WEIGHED: Final = re.compile(r"weigh|dumbbell|kettlebell|barbell|plate|capacity|holds|supports|lift|哑铃")
_OPTICS: Final = re.compile(
    r"lens|镜头|film|telephoto|jack|耳机|aux|headphone|audio|音频|插头|接口|camera|焦|gauge|caliber"
)
_DEEP: Final = re.compile(r" ?(?:water|防水|潜|深|跑|range|距离|传输|distance)")
_LOAD: Final = re.compile(r"(?:身高|体重|承重|载重|(?<![a-z])(?:supports?|holds?|up to|tall|weighs?))[ :]*$")
_AGES: Final = re.compile(r"(?:(?<![a-z])(?:ages?|aged|size|sizes|years?)|年龄|页) ?$")
_RATING_AFTER: Final = re.compile(r" (?:ratings?|rated|out of 5)(?![a-z])")
_SPOKEN: Final = frozenset({"百", "千", "万"})


def figures(text: str) -> Iterator[Constraint]:
    """The constraints that a folded text's numbers make; places are those of the folded text."""
    for one in bounded(text):
        found = _read(one, text)
        if found is not None:
            yield found


def _read(one: Bounded, text: str) -> Constraint | None:
    said = one.amount.measured
    if _is_rating(one, text):
        return _rating(one, text)
    if said is None:
        return _price(one, text, "") if _is_price(one, text) else None
    if said.sort == "price" and not (said.unit == "GBP" and _is_weight(one, text)):
        return _price(one, text, said.unit)
    kind, unit = _measure(one, text, said)
    return None if kind is None else _made(kind, one, text, unit)


def _measure(one: Bounded, text: str, said: Measured) -> tuple[Kind | None, str]:
    """What a measure bounds, and its unit."""
    high = one.high or one.low or 0.0
    optics = said.unit == "mm" and _OPTICS.search(text)
    deep = said.unit == "m" and _DEEP.match(text, one.end)
    match said.sort:
        case "price":
            return "capacity", "lb"
        case "shoe":
            return "size", "eu" if 15 <= high <= 60 else ""
        case "size" | "capacity":
            return "feature" if optics or deep or _is_load(one, text) else said.sort, said.unit
        case "feature":
            return "feature", said.unit
    return None, ""


def _is_weight(one: Bounded, text: str) -> bool:
    """Whether pounds are no money."""
    return text[: one.amount.end].endswith(("pounds", "pound")) and _WEIGHED.search(text) is not None


def _is_load(one: Bounded, text: str) -> bool:
    """Whether a measure is that of a person or a load (承重100kg), not of the goods."""
    return one.way == "" and _LOAD.search(text, max(0, one.amount.start - 12), one.amount.start) is not None


def _made(kind: Kind, one: Bounded, text: str, unit: str) -> Constraint:
    words = text[one.start : one.end]
    return Constraint(kind, words, one.start, one.end, low=one.low, high=one.high, unit=unit, confidence=0.95)


# --- prices ----------------------------------------------------------------------------------------------------


def _price(one: Bounded, text: str, currency: str) -> Constraint | None:
    exact = one.way == "" and one.low == one.high and not one.price
    small = one.amount.kind == "han" and one.amount.high < 10  # 三元 is hardly a price
    if exact and (_VOUCHER.match(text, one.end) or one.low == 0 or small):
        return None
    made = replace(_made("price", one, text, currency), consumed=True, confidence=0.6 if exact else 0.95)
    if exact and one.amount.kind == "han" and text[one.amount.start] in _SPOKEN:  # 千元机
        return replace(made, high=above(one.amount.low))
    return made


def _is_price(one: Bounded, text: str) -> bool:
    """Whether a number without a unit is a price."""
    amount = one.amount
    named = _NAMED.search(text, max(0, one.start - 16), one.start) if one.way == "" else None  # not: iphone under 500
    if _COUNTED.match(text, one.end) or (named and not (amount.joined and IS_HAN.match(named[0]))):  # 显卡 2000到2500
        return False
    if one.way == "" and not one.price and not amount.joined:
        return (amount.many != "" and amount.low >= 100) or _said_in_scale(amount.scaled, text, amount.end)
    if one.way != "" and _NAMED.search(text, max(0, amount.start - 16), amount.start):
        return False
    return one.price or (_is_price_range(one, text) if amount.joined else _is_bound(one, text))


def _is_bound(one: Bounded, text: str) -> bool:
    """Whether a bound without a unit is one of a price: not `at least 3`, `kids under 10`."""
    number = one.amount.low
    least = LEAST_OPEN if one.way == "min" else LEAST
    return number >= least and not (number <= 100 and _PEOPLE.search(text, max(0, one.start - 16), one.start))


def _said_in_scale(scale: str, text: str, end: int) -> bool:
    return (
        scale in ("千", "万") and re.match(r"[向能用圣里象像宝科家国达岁佛瓦张字种禧金斤]", text[end : end + 1]) is None
    )


def _is_price_range(one: Bounded, text: str) -> bool:
    """两三千, 1000到2000, between 20 and 40, 500-800; not 3 to 5, 2010-2020, 4-6."""
    low, high = one.amount.low, one.amount.high
    words = text[one.amount.start : one.amount.end]
    if one.amount.kind == "han" and not re.search(r"[到至~-]", words):
        return low >= 20
    if 1900 <= low < high <= 2040 or _AGES.search(text, max(0, one.start - 8), one.start):
        return False
    if text.startswith(("between", "介于"), one.start) or one.way != "":
        return high >= 10
    return low >= 100 and low % 50 == 0 and high % 50 == 0 if "-" in words else low >= 50


# --- ratings ---------------------------------------------------------------------------------------------------


def _is_rating(one: Bounded, text: str) -> bool:
    said = one.amount.measured
    if said is not None:
        return said.sort == "rating"
    before = _RATED.search(text, max(0, one.start - 32), one.start)
    return before is not None or _RATING_AFTER.match(text, one.end) is not None


def _rating(one: Bounded, text: str) -> Constraint | None:
    low = one.low if one.low is not None else one.high
    before = _RATED.search(text, max(0, one.start - 32), one.start)
    if low is None or not 0 < max(one.high or 0, one.low or 0) <= 5 or _NOT_RATED.match(text, one.end):
        return None
    unit = text[one.amount.end - 1 : one.amount.end]
    if one.way == "" and not before and unit in ("星", "分", "级"):
        return None
    start = before.start() if before else one.start
    after = _STARS_AFTER.match(text, one.end)
    end = after.end() if after else one.end
    high = one.high if one.way == "max" or one.amount.joined else None
    least = None if one.way == "max" else one.amount.low
    return Constraint("rating", text[start:end], start, end, low=least, high=high, confidence=0.95, consumed=True)
