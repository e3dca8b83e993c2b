"""What stands behind a number: a currency, a unit of measure, stars, people's ages, things that are counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

from shelfwise.language.tables import read_rows

Sort = Literal["price", "rating", "size", "capacity", "feature", "quantity", "shoe", "other"]

SIGNS: Final = {
    **dict.fromkeys(("$", "us$", "usd"), "USD"),
    **dict.fromkeys(("£", "gbp"), "GBP"),
    **dict.fromkeys(("€", "eur"), "EUR"),
    **dict.fromkeys(("¥", "rmb", "cny", "人民币"), "CNY"),
    **dict.fromkeys(("hk$", "hkd"), "HKD"),
}
CURRENCIES: Final = {
    **SIGNS,
    **dict.fromkeys(("dollar", "dollars", "buck", "bucks", "美元", "美金", "刀"), "USD"),
    **dict.fromkeys(("quid", "pound", "pounds", "pound sterling", "英镑"), "GBP"),
    **dict.fromkeys(("euro", "euros", "欧元", "欧"), "EUR"),
    **dict.fromkeys(
        ("yuan", "kuai", "元", "块", "块钱", "圆", "人民币", "元人民币", "软妹币", "块大洋", "大洋", "米刀"), "CNY"
    ),
    **dict.fromkeys(("港币", "港元"), "HKD"),
    **dict.fromkeys(("yen", "jpy", "日元", "円"), "JPY"),
}
SIZES: Final = frozenset({"inch", "cm", "mm", "m", "ft"})
CAPACITIES: Final = frozenset({"gb", "mb", "tb", "l", "ml", "mah", "kg", "g", "oz", "lb", "jin"})
STARS: Final = ("stars", "star", "颗星", "星级", "星", "分")
COUNTED: Final = "counted.txt"
_REFUSED: Final = {"斤": "顶", "欧": "码版洲美式莱米泊姆若"}  # what a unit does not stand before
_OF_NETWORKS: Final = frozenset({2.0, 2.4, 3.0, 4.0, 5.0, 6.0})  # 5g is no weight
_MEMORY: Final = re.compile(r" ?(?:内存|运存|显存|运行|存储|移动|硬盘|固态|u盘|ssd|hdd|ram|memory|rom)")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a unit says: its sort and its canonical name."""

    sort: Sort
    unit: str = ""


@cache
def spellings() -> dict[str, Measured]:
    """Every spelling of a unit, folded, and what it says."""
    found = {name: Measured("other") for name in _counted()}
    for unit, spelling, _, _ in read_rows("units.tsv", 4):
        found[spelling] = Measured(_sort(unit), unit)
    found |= {'"': Measured("size", "inch"), "''": Measured("size", "inch"), "斤装": Measured("capacity", "jin")}
    found |= {name: Measured("rating", "") for name in STARS}
    found |= {name: Measured("price", code) for name, code in CURRENCIES.items() if name != "$"}
    found["gigs"] = Measured("capacity", "gb")
    found["码"] = Measured("shoe", "eu")
    return found


@cache
def pattern() -> str:
    """The regular expression of a unit right behind a number, over folded text; group `unit` holds it."""
    rows = {spelling: (place, refused) for _, spelling, place, refused in read_rows("units.tsv", 4)}
    parts = []
    for name in sorted(spellings(), key=lambda name: (-len(name), name)):
        place, refused = rows.get(name, ("near", "-"))
        if not name.isascii():
            refused = _REFUSED.get(name, refused)
            parts.append(re.escape(name) + (f"(?![{refused}])" if refused != "-" else ""))
        elif name[-1].isalnum():
            parts.append(("" if place == "joined" else "[ -]?") + re.escape(name) + "(?![a-z0-9])")
        else:
            parts.append(re.escape(name))
    return f"(?P<unit>{'|'.join(parts)})"


def measured(number: float, unit: str, after: str) -> Measured:
    """What a unit says behind a number; `after` is the text behind it.

    >>> measured(128, "g", ""), measured(5, "g", " phone"), measured(8, "g", "内存")
    (Measured(sort='capacity', unit='gb'), Measured(sort='other', unit=''), Measured(sort='capacity', unit='gb'))
    """
    name = unit.lstrip(" -")
    found = spellings()[name]
    if name == "g":
        if number in (16, 32, 64, 128, 256, 512) or _MEMORY.match(after):
            return Measured("capacity", "gb")
        if number in _OF_NETWORKS:
            return Measured("other")
    if unit == "t" and number > 20:
        return Measured("other")  # no disk is as large
    if name == "块" and number < 10 and not re.match(r"钱|以|左|的|内|上|多|到|-|~|$", after):
        return Measured("other")  # 三块香皂
    return found


def _sort(unit: str) -> Sort:
    if unit in ("pack", "pcs"):
        return "quantity"
    return "size" if unit in SIZES else "capacity" if unit in CAPACITIES else "feature"


def _counted() -> list[str]:
    file = resources.files("shelfwise.understanding.constraints") / "data" / COUNTED
    lines = (line for line in file.read_text("utf-8").splitlines() if not line.startswith("#"))
    return [name.strip() for line in lines for name in line.split(",")]
