"""Measures in one spelling: 128 GB = 128gb = 128G, 15.6" = 15.6 inch = 15.6英寸, 500ml = 500毫升."""

from __future__ import annotations

import re
from functools import cache

from shelfwise.language.tables import read_rows

NUMBER = r"\d++(?:\.\d++)?+"
_GIGABYTES = frozenset({"16", "32", "64", "128", "256", "512"})  # 128G is a memory, 100g a weight
_TERABYTES = frozenset({"1", "2", "3", "4", "5", "6", "8", "10", "12", "14", "16", "18", "20"})


def measure_pattern() -> str:
    """The regular expression of a number with its unit over folded text; groups `number` and `unit`."""
    near = "|".join(re.escape(spelling) for spelling in _spellings("near"))
    joined = "|".join(re.escape(spelling) for spelling in _spellings("joined"))
    chinese = "|".join(
        spelling + (f"(?![{refused}])" if refused != "-" else "")
        for _, spelling, place, refused in sorted(read_rows("units.tsv", 4), key=lambda row: -len(row[1]))
        if place == "chinese"
    )
    latin = rf"(?:[ -]?(?:{near})|(?:{joined}))(?![a-z0-9])"
    return rf"(?<![a-z0-9.])(?P<number>{NUMBER})(?P<unit>{latin}| ?(?:{chinese})|\"|'')"


def canonical_measure(number: str, unit: str) -> str:
    """One spelling of a number and its unit, both as matched.

    >>> canonical_measure("15.60", " inch"), canonical_measure("500", "毫升"), canonical_measure("128", "g")
    ('15.6inch', '500ml', '128gb')
    """
    value = canonical_number(number)
    kept = _units()[unit.lstrip(" -")]
    if kept == "g" and value in _GIGABYTES:
        kept = "gb"
    elif unit == "t" and value not in _TERABYTES:
        kept = "t"
    return value + kept


def canonical_number(number: str) -> str:
    """A number without idle zeros behind the point.

    >>> canonical_number("1.80"), canonical_number("3.0"), canonical_number("2110")
    ('1.8', '3', '2110')
    """
    return number.rstrip("0").rstrip(".") if "." in number else number


@cache
def _units() -> dict[str, str]:
    units = {spelling: unit for unit, spelling, _, _ in read_rows("units.tsv", 4)}
    return {**units, '"': "inch", "''": "inch"}


def _spellings(place: str) -> list[str]:
    spellings = (row[1] for row in read_rows("units.tsv", 4) if row[2] == place)
    return sorted(spellings, key=lambda spelling: -len(spelling))
