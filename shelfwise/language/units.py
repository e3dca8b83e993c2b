"""Measures in one spelling: 128 GB = 128gb = 128G, 15.6" = 15.6 inch = 15.6英寸, 500ml = 500毫升, 10 x 15 cm."""

from __future__ import annotations

import re
from functools import cache

from shelfwise.language.tables import read_rows

_NUMBER = r"\d++(?:\.\d++)?+"
_GIGABYTES = frozenset({"16", "32", "64", "128", "256", "512"})  # 128G is a memory, 100g a weight
_TERABYTES = frozenset({"1", "2", "3", "4", "5", "6", "8", "10", "12", "14", "16", "18", "20"})
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


@cache
def measure_pattern() -> str:
    """The regular expression, over folded text, of a number with its unit; groups `number` and `unit`.

    A unit ends where no letter or digit follows, or where the next measure does (1.5m2.0m); the lookahead for that
    is bounded, to keep hostile text linear.
    """
    near = "|".join(map(re.escape, _spellings("near")))
    joined = "|".join(map(re.escape, _spellings("joined")))
    chinese = "|".join(_chinese())
    small = r"(?!0\d)\d{1,3}(?:\.\d++)?+"  # 15g041m and 32l3863db are model numbers
    again = rf"(?=(?:{small}(?:{near}|{joined}|{chinese})){{1,3}}+(?![a-z0-9]))"
    latin = rf"(?:[ -]?(?:{near})|(?:{joined}))(?:(?![a-z0-9])|{again})"
    return rf"(?P<number>{_NUMBER})(?P<unit>{latin}| ?(?:{chinese})|\"|'')"


def size_pattern() -> str:
    """The regular expression of numbers multiplied: 1920x1080, 10 x 15, 210*297*5; group `size`."""
    return rf"(?P<size>{_NUMBER}(?: ?[x*] ?{_NUMBER}){{1,3}}+)(?P<sized>[ -]?(?:mm|cm|m|g|ml|inch|\"))?+(?![a-z0-9])"


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


def canonical_size(size: str) -> str:
    """One spelling of multiplied numbers.

    >>> canonical_size("10 x 15.0"), canonical_size("1200*600")
    ('10x15', '1200x600')
    """
    return "x".join(map(canonical_number, _NUMBERS.findall(size)))


def canonical_number(number: str) -> str:
    """A number without idle zeros behind the point.

    >>> canonical_number("1.80"), canonical_number("3.0"), canonical_number("2110")
    ('1.8', '3', '2110')
    """
    return number.rstrip("0").rstrip(".") if "." in number else number


def numbers(text: str) -> list[tuple[str, int, int]]:
    """The numbers in a text, each in one spelling and with its bounds."""
    return [(canonical_number(match[0]), *match.span()) for match in _NUMBERS.finditer(text)]


@cache
def _units() -> dict[str, str]:
    units = {spelling: unit for unit, spelling, _, _ in read_rows("units.tsv", 4)}
    return {**units, '"': "inch", "''": "inch"}


def _spellings(place: str) -> list[str]:
    spellings = (row[1] for row in read_rows("units.tsv", 4) if row[2] == place)
    return sorted(spellings, key=lambda spelling: -len(spelling))


def _chinese() -> list[str]:
    rows = sorted((row for row in read_rows("units.tsv", 4) if row[2] == "chinese"), key=lambda row: -len(row[1]))
    return [spelling + (f"(?![{refused}])" if refused != "-" else "") for _, spelling, _, refused in rows]
