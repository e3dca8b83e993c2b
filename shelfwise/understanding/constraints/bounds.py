"""Words beside a number that make it a bound: under, at least, about, 以下, 不超过, 左右."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Way = Literal["", "max", "min", "about", "budget"]

_PRICE_WORDS: Final = (
    r"(?:price[ds]?|pricing|cost(?:s|ing)?|(?:max(?:imum)? )?budget(?:ed)?|spend(?:ing)?(?: limit)?)"
    r"(?: (?:is|are|of|range|at|from|to|in|only|should be|must be|has to be|my|a|the|between))*:? ?"
    r"|(?:价格|价位|价钱|售价|单价|总价|预算|价)(?:是|在|为|只有|就|约为|不要|区间|范围|最好|控制在|:|,)*"
)
_MAX: Final = (
    r"(?:under|below|beneath|less than|lower than|cheaper than|fewer than|smaller than|lighter than"
    r"|shorter than|up to|upto|(?<!air )(?<!pro )(?<!xs )(?<!mad )(?<!\d )max(?:imum)?(?: of)?|at most"
    r"|(?:no|not) (?:more|higher|greater|bigger|larger|longer|heavier|over|above)(?: than)?|(?:not?"
    r"|doesn't|does not|don't|without) exceed(?:ing|s)?"
    r"|nothing (?:over|above|more than|beyond)|not going over|within|sub-?|can't spend more than"
    r"|spend no more than|for less than|limit(?: of)?)(?:(?<=-)| )"
    r"|<=? ?|≤ ?"
    r"|不(?:能|要|可|得|想|会)?超过?了?|别超过?|不高于|不大于|不多于|低于|少于|小于|最多(?:花|出|给)?|至多"
    r"|最高|最大|顶多|上限|不到|控制在|限|撑死"
)
_MIN: Final = (
    r"(?:over|above|more than|at least|min(?:imum)?(?: of)?|from|starting (?:at|from)|higher than"
    r"|greater than|bigger than|larger than|longer than"
    r"|(?:no|not) (?:less|lower|fewer|smaller) than|upwards of|exceeding|beyond) "
    r"|>=? ?|≥ ?"
    r"|高于|大于|超过|多于|至少|最少|最低|最小|不低于|不少于|不小于|起码|不下"
)
_ABOUT: Final = (
    r"(?:around|about|approx(?:imately|\.)?|roughly|circa|nearly|close to|near|somewhere around"
    r"|in the region of|something like|more or less|or so) "
    r"|~ ?|大约|大概|约|差不多|大致|在|接近|估计"
)
_EDGE: Final = r"(?:(?<![a-z])|(?![a-z]))"  # a Chinese word may begin right behind a Latin letter
_BEFORE: Final = re.compile(
    rf"(?:{_EDGE}(?P<price>{_PRICE_WORDS}))?"
    rf"(?:{_EDGE}(?:(?P<max>{_MAX})|(?P<min>{_MIN})|(?P<about>{_ABOUT}))"
    r"(?:(?<=[a-z] )(?:the |a )?(?:price of |budget of )?)?)?在?$"
)
_AFTER: Final = re.compile(
    r"(?P<max> ?(?:or (?:less|under|below|cheaper|lower|smaller)|and (?:under|below)|max(?:imum)?"
    r"|tops|at most)(?![a-z])"
    r"|(?:及|或)?以下|(?:以|之)内|之下|内(?![存衣裤部胆置搭饰裙增])|封顶|为止|打住)"
    r"|(?P<min>\+(?! ?\d)| ?(?:or (?:more|above|higher|over|up|better|bigger|larger|greater"
    r"|plus)|and (?:up|above|over|higher|more)|plus|upwards?|minimum)(?![a-z])"
    r"|(?:及|或)?以上|之上|起(?![床来亮飞重])|往上|朝上|开外)"
    r"|(?P<about> ?-?ish(?![a-z])| ?(?:or so|or thereabouts|more or less|approximately)(?![a-z])"
    r"|左右|上下|附近|前后|样子|差不多|出头|光景)"
)
_TAIL: Final = re.compile(
    r"(?: (?:budget|price range|price point|price|in total|each|a piece)(?![a-z])|(?:的)?(?:价位"
    r"|价格|预算|价钱)(?:的)?|之间|区间)+(?! ?[\d一二两三四五六七八九])"
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands around a number: text[start:end] with it, the bound, and whether a price was spoken of."""

    start: int
    end: int
    way: Way
    price: bool


def beside(text: str, start: int, end: int, money: bool) -> Beside:
    """The words that bound the number text[start:end] (its unit included). `money`: it may be a price."""
    way: Way = ""
    price = False
    before = _BEFORE.search(text, max(0, start - 48), start)
    if before is not None and any(before.groups()):
        price = money and before["price"] is not None
        way = _way_before(before)
        if price and not way and _is_budget(before["price"]):
            way = "budget"
        start = before.start() if money or before["price"] is None else before.end("price")
    after = _AFTER.match(text, end)
    if after is not None:
        behind: Way = "max" if after["max"] else "min" if after["min"] else "about"
        way, end = behind if way in ("", "about", "budget") else way, after.end()
    tail = _TAIL.match(text, end) if money else None
    if tail is not None:
        way = "budget" if way == "" and _is_budget(tail[0]) else way
        price, end = True, tail.end()
    return Beside(start, end, way, price)


def _way_before(found: re.Match[str]) -> Way:
    if found["about"] == "在":  # 价格在500到800之间
        return ""
    return "max" if found["max"] else "min" if found["min"] else "about" if found["about"] else ""


def _is_budget(words: str) -> bool:
    return "budget" in words or "预算" in words or "spend" in words
