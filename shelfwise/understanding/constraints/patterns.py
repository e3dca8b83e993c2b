"""Sizes of clothes and shoes, quantities and years: what is said in fixed forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from shelfwise.understanding.base import Constraint
from shelfwise.understanding.constraints.numerals import WORDS, han

_SYSTEMS: Final = {"eu": "eu", "eur": "eu", "uk": "uk", "us": "us", "欧": "eu", "英": "uk", "美": "us"}
_NUMBER: Final = r"\d{1,2}(?:\.5)?"
_SIZED: Final = re.compile(
    rf"(?<![a-z0-9])(?:(?P<a>eu|uk|us)(?: (?:mens?|womens?|men's|women's))?(?: size)? ?(?P<an>{_NUMBER})"
    rf"|(?:in )?(?:shoe )?sizes? ?:?(?P<b1>eu|uk|us)? ?(?P<bn>{_NUMBER})(?:(?:-| to )(?P<bm>{_NUMBER}))?(?: ?(?P<b2>"
    rf"eu|uk|us)(?![a-z]))?"
    rf"|(?P<cn>{_NUMBER}) ?(?P<c>eu|uk|us)(?: size)?(?![a-z]))(?![a-z0-9.\"]|-\d| ?(?:inch|cm"
    rf"|mm|gb|ml|dollars|years?|yrs?|months?))"
    rf"|(?P<d>[欧英美])国?(?:尺?码(?P<dn>{_NUMBER})[码号]?|(?P<dm>{_NUMBER})码)|(?P<en>3[4-9]|4[0-8])号(?=.*[鞋靴])"
)
_LETTER: Final = r"x{1,5}[sl]|[2-6]xl|[2-6]xs"
_LETTERS: Final = re.compile(
    rf"(?<![a-z0-9-])(?:(?:in )?sizes? ?:?(?P<a>{_LETTER}|[sml]|small|medium|large|x-?large|extra (?:large"
    rf"|small)|one)(?![a-z0-9-])"
    rf"|(?P<b>{_LETTER})(?![a-z0-9-])(?!码|号)|(?P<c>{_LETTER}|[sml])[码号]"
    r"|(?P<d>small|medium|large|extra large|plus|king|queen|twin|one)[ -]sizes?d?(?![a-z])|(?P<e>king"
    r"|queen)[ -]bed(?![a-z]))"
    r"|(?<![a-z0-9-])(?P<g>small|medium|large)(?= (?:mens?|womens?|men's|women's|ladies|unisex)(?![a-z]))"
    r"|(?<=men's )(?P<h>small|medium|large)(?![a-z])|(?<=mens )(?P<i>small|medium|large)(?![a-z])"
    r"|(?P<f>加大码|特大码|大码(?!头)|均码|小码|中码|特大号|加大号|大号|中号|(?<!最)小号(?!手))"
)
LETTERS: Final = {
    **{
        "small": "s",
        "medium": "m",
        "large": "l",
        "x-large": "xl",
        "xlarge": "xl",
        "extra large": "xl",
        "extra small": "xs",
    },
    **{
        "plus": "plus size",
        "one": "one size",
        "大码": "plus size",
        "加大码": "plus size",
        "特大码": "plus size",
        "均码": "one size",
    },
    **{"小码": "s", "中码": "m", "小号": "s", "中号": "m", "大号": "l", "特大号": "xl", "加大号": "xl"},
    **{"xxl": "2xl", "xxxl": "3xl", "xxxxl": "4xl", "xxxxxl": "5xl"},
}
_NOT_LETTER: Final = re.compile(r"(?:iphone|pixel(?: \d)?|note|galaxy|xperia) ?$")
_DIMENSIONS: Final = re.compile(
    r"(?<![a-z0-9.])(?P<size>\d+(?:\.\d+)?(?: ?(?:cm|mm|m|米|厘米|inch|in|ft|\")? ?[x*] ?\d+(?:\.\d+)?){1,2}) ?(?P<"
    r"unit>cm|mm|m|米|厘米|inch|in|ft|\"|英寸|寸|毫米)(?![a-z0-9])"
)
_BARE_DIMENSIONS: Final = re.compile(r"(?<![a-z0-9.*])\d{2,3} ?[x*] ?\d{2,3}(?![a-z0-9.]| ?[x*])")
LEAST_SIDE: Final = 20.0  # of what is measured in centimetres; screens have more
MOST_SIDE: Final = 500.0
_DIMENSION_UNITS: Final = {
    "米": "m",
    "厘米": "cm",
    "毫米": "mm",
    "in": "inch",
    '"': "inch",
    "英寸": "inch",
    "寸": "inch",
}
_PAPER: Final = re.compile(
    r"(?<![a-z0-9])(?P<size>[ab][3-6])(?: size)?(?= ?(?:paper|envelopes?|laminat|frames?|notebooks?"
    r"|sheets?|printer|folders?|纸|打印|复印|文件|笔记本|本子|相框|信封|大小|尺寸))"
)

_COUNT: Final = "|".join(
    sorted((word for word in WORDS if " " not in word and word not in ("a", "one")), key=len, reverse=True)
)
_QUANTITY: Final = re.compile(
    rf"(?<![a-z0-9./-])(?:(?:packs?|sets?|box|boxes|case|bundle|lot|carton|bag) of (?:a )?(?P<a>\d+"
    rf"|{_COUNT}|dozen)(?![a-z0-9])"
    rf"|(?P<b>\d+|{_COUNT})[ -]?(?:packs?|pk|count|ct|pairs?|boxes|bottles|sets|pieces|pcs|units"
    rf"|rolls|cans|bags|cartons|sheets|tubes|bars|packets)(?![a-z])(?! (?:puzzle|jigsaw))(?: of(?![a-z]))?"
    r"|(?P<c>\d+) ?x ?(?=\d+(?:\.\d+)? ?(?:ml|g|l|kg|cl|oz)(?![a-z0-9]))"
    rf"|(?P<dozen>半打|(?:(?:half )?a |(?:\d+|{_COUNT}) )?dozens?)(?![a-z])(?: of(?![a-z]))?)"
)
_ZH_COUNT: Final = re.compile(
    r"(?<![第每单前一二两三四五六七八九十百千万几\d.a-z-])(?P<n>\d{1,4}|[两二三四五六七八九]?十?[一二三四五六七八九十两]"
    r")"
    r"(?P<unit>件(?![套式])|双(?![面肩层头人卡核色排门击向])|个(?![月人孔口小性头门])|[只支](?![持架能])"
    r"|条(?!纹)|张(?!力)"
    r"|本(?![田色地格子])|片(?!区)|包(?![邮间裹])|块(?![钱以内左多到\d])|把(?!手)|套(?![头件])"
    r"|床(?!头)|对(?!讲)|听(?!歌)"
    r"|[盒箱瓶罐袋台卷枚提桶副根组打部抽颗粒])(?:装)?(?![扣多到])"
)
_ONES: Final = frozenset("箱打提")

# What is counted, where it is no plain piece.
EN_UNITS: Final = {
    **dict.fromkeys(("pack", "packs", "pk", "packet", "packets", "bag", "bags"), "pack"),
    **dict.fromkeys(("box", "boxes", "case", "carton", "cartons"), "box"),
    **dict.fromkeys(("pair", "pairs"), "pair"),
    **dict.fromkeys(("bottle", "bottles"), "bottle"),
}
ZH_UNITS: Final = {
    **dict.fromkeys("包袋", "pack"),
    **dict.fromkeys("盒箱", "box"),
    **dict.fromkeys("双对", "pair"),
    "瓶": "bottle",
}
_YEAR: Final = r"20[0-3]\d"
_YEARS: Final = re.compile(
    rf"(?<![a-z0-9.-])(?:(?:released?|launched|made|from|model|models|model year|out)(?: (?P<since>after"
    rf"|since|from)| in|:)? (?P<a>{_YEAR})(?P<on> (?:onwards?|or (?:later|newer)|and (?:later"
    rf"|newer)))?"
    rf"|(?P<after>after|since|newer than|later than) (?P<b>{_YEAR})"
    rf"|(?P<c>{_YEAR})(?P<plus> (?:or|and) (?:later|newer)| onwards?)"
    rf"|(?:the )?(?P<d>{_YEAR})(?: new)? (?:model|models|version|edition|release|releases|lineup)(?![a-z])"
    rf"|(?P<e>{_YEAR})年?(?:春夏|秋冬|春秋|[春夏秋冬])?季?(?:最新|新)?(?:年)?(?:款|版|新品)(?:的)?(?:新款)?"
    rf"|(?P<f>{_YEAR})年?(?:(?:以"
    rf"|之)?后|以来|起)(?:(?:上市|发布|出|生产|推出)的)?|(?<!\d)(?P<h>[12]\d)(?:年新?款|款(?=[a-z\u3400-\u9fff]))"
    rf"|(?P<g>{_YEAR})年?(?:新款|上市的?|发布的?"
    rf"|出的|新出的?|最新款?|新上市的?))"
)


def patterns(text: str) -> Iterator[Constraint]:
    """The sizes, quantities and years of a folded text."""
    yield from _sizes(text)
    yield from _letters(text)
    yield from _quantities(text)
    yield from _years(text)


def _sizes(text: str) -> Iterator[Constraint]:
    for match in _SIZED.finditer(text):
        number = float(next(filter(None, (match[name] for name in ("an", "bn", "cn", "dn", "dm", "en")))))
        system = next(filter(None, (match[name] for name in ("a", "b1", "b2", "c", "d"))), "")
        unit = "eu" if match["en"] else _SYSTEMS.get(system, "")
        high = float(match["bm"] or number)
        if number <= high:
            yield Constraint("size", match[0], *match.span(), low=number, high=high, unit=unit, confidence=0.9)
    for match in _DIMENSIONS.finditer(text):
        size = re.sub(r"[^0-9.x]", "", match["size"].replace("*", "x"))
        unit = _DIMENSION_UNITS.get(match["unit"], match["unit"])
        yield Constraint("size", match[0], *match.span(), value=size, unit=unit, confidence=0.9)
    for match in _BARE_DIMENSIONS.finditer(text):
        if all(LEAST_SIDE <= float(side) <= MOST_SIDE for side in re.findall(r"\d+", match[0])):
            yield Constraint("size", match[0], *match.span(), value=re.sub(r"[^0-9]+", "x", match[0]), confidence=0.7)
    for match in _PAPER.finditer(text):
        yield Constraint("size", match[0], *match.span(), value=match["size"], confidence=0.8)


def _letters(text: str) -> Iterator[Constraint]:
    for match in _LETTERS.finditer(text):
        if match["b"] and _is_phone(match, text):
            continue
        size = next(filter(None, (match[name] for name in "abcdefghi")))
        value = LETTERS.get(size, size)
        yield Constraint("size", match[0], *match.span(), value=value, confidence=0.9)


def _is_phone(match: re.Match[str], text: str) -> bool:
    """Whether letters name a phone: iphone xs max, pixel 2 xl."""
    before = _NOT_LETTER.search(text, 0, match.start())
    return match["b"] == "xs" or before is not None or text.startswith(" max", match.end())


def _quantities(text: str) -> Iterator[Constraint]:
    for match in _QUANTITY.finditer(text):
        number = _counted(match["a"] or match["b"] or match["c"] or "", match["dozen"] or "")
        if number >= 2:
            yield _quantity(match, number, _unit(match[0]))
    for match in _ZH_COUNT.finditer(text):
        unit = match["unit"]
        found = (float(match["n"]),) * 2 if match["n"].isdigit() else han(match["n"])
        if found is None or found[0] != found[1] or (found[0] > 12 and not match["n"].isdigit()):
            continue
        number = found[0] * (12 if unit == "打" else 1)
        if number >= 2 or unit in _ONES:
            yield _quantity(match, number, ZH_UNITS.get(unit, "piece"))


def _quantity(match: re.Match[str], number: float, unit: str) -> Constraint:
    found = Constraint("quantity", match[0], *match.span(), low=number, high=number, confidence=0.8, consumed=True)
    return replace(found, unit=unit)


def _unit(words: str) -> str:
    """What an English quantity counts.

    >>> _unit("3 pairs of"), _unit("pack of 4"), _unit("a dozen")
    ('pair', 'pack', 'piece')
    """
    named = next((word for word in re.findall("[a-z]+", words) if word in EN_UNITS), "")
    return EN_UNITS.get(named, "piece")


def _counted(number: str, dozen: str) -> float:
    if dozen or number == "dozen":
        first = dozen.partition(" ")[0]
        times = 0.5 if first in ("half", "半打") else float(first) if first.isdigit() else WORDS.get(first, 1)
        return 12.0 * times
    return float(number) if number.isdigit() else float(WORDS[number])


def _years(text: str) -> Iterator[Constraint]:
    for match in _YEARS.finditer(text):
        year = float(next(filter(None, (match[name] for name in "abcdefgh"))))
        year += 2000 if year < 100 else 0
        open_end = any(match[name] for name in ("since", "on", "after", "plus", "f"))
        high = None if open_end else year
        yield Constraint("recency", match[0], *match.span(), low=year, high=high, confidence=0.9)
