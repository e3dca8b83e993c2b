"""Measures in one spelling."""

from __future__ import annotations

import re

import pytest

from shelfwise.language.tables import read_rows
from shelfwise.language.units import canonical_measure, canonical_number, canonical_size, measure_pattern, size_pattern

MEASURE = re.compile(measure_pattern())


@pytest.mark.parametrize(
    ("spellings", "expected"),
    [
        (["128gb", "128 gb", "128-gb", "128g", "128 gigabyte"], "128gb"),
        (["15.6inch", '15.6"', "15.6''", "15.6英寸", "15.6寸", "15.6 inches", "15.60 inch", "15.6in"], "15.6inch"),
        (["2kg", "2 kilograms", "2公斤", "2千克", "2.0kg"], "2kg"),
        (["500ml", "500毫升", "500 ml"], "500ml"),
        (["1.5l", "1.5升", "1.5 liter", "1.5 litres"], "1.5l"),
        (["10000mah", "10000毫安", "10000 毫安时"], "10000mah"),
        (["1tb", "1t", "1 terabyte"], "1tb"),
        (["100t"], "100t"),
        (["1000 mbit/s", "1000mbps"], "1000mbps"),
        (["80gsm", "80 g/m2"], "80gsm"),
        (["3吨"], "3ton"),
    ],
)
def test_spellings(spellings: list[str], expected: str) -> None:
    for spelling in spellings:
        match = MEASURE.fullmatch(spelling)
        assert match, spelling
        assert canonical_measure(match["number"], match["unit"]) == expected


@pytest.mark.parametrize(
    "text", ["3米白色", "5升降", "2克力", "10 mx", "2 in 1", "8寸头", "7 gbx", "12", "1.5瓦片", "15g041m", "32l3863db"]
)
def test_no_measure(text: str) -> None:
    assert MEASURE.match(text) is None


@pytest.mark.parametrize(("size", "expected"), [("1920x1080", "1920x1080"), ("10 x 15.0", "10x15"), ("1*2*3", "1x2x3")])
def test_sizes(size: str, expected: str) -> None:
    match = re.fullmatch(size_pattern(), size)
    assert match
    assert canonical_size(match["size"]) == expected


@pytest.mark.parametrize(
    ("number", "expected"), [("3.0", "3"), ("3.10", "3.1"), ("100", "100"), ("0.50", "0.5"), ("0", "0")]
)
def test_numbers(number: str, expected: str) -> None:
    assert canonical_number(number) == expected


def test_every_unit_of_the_table_is_read() -> None:
    for unit, spelling, place, _ in read_rows("units.tsv", 4):
        assert place in {"near", "joined", "chinese"}
        match = MEASURE.fullmatch("8" + spelling)
        assert match, spelling
        assert canonical_measure("8", match["unit"]) == "8" + unit
