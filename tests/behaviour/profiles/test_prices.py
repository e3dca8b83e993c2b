"""Price bands: fifths of a category, its parent's where it is small, and files that are not what they should be."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from shelfwise.behaviour.profiles.prices import BANDS, FILE, NAME, PriceBands, PriceBandsBuilder
from shelfwise.errors import CorruptIndexError
from shelfwise.types import Money, Product


def product(category: tuple[str, ...], price: float | None) -> Product:
    return Product("p", "p", category=category, price=None if price is None else Money(Decimal(str(price)), "CNY"))


@pytest.fixture
def builder() -> PriceBandsBuilder:
    made = PriceBandsBuilder()
    for n in range(100):
        made.add(product(("A", "Big"), 1.0 + n), None)
    for n in range(5):
        made.add(product(("A", "Small"), 1_000.0 + n), None)
    made.add(product(("A",), None), None)
    return made


def test_bands_are_fifths_and_small_categories_take_their_parents(builder: PriceBandsBuilder) -> None:
    bands = builder.bands()
    assert Counter(bands.band(("A", "Big"), 1.0 + n) for n in range(100)) == dict.fromkeys(BANDS, 20)
    assert bands.band(("A", "Small"), 1_000.0) == "highest"
    assert bands.band(("unknown",), 50.0) == "middle"
    assert bands.band(("A", "Big"), None) is None
    assert PriceBands().band(("A",), 1.0) is None


def test_written_and_read(builder: PriceBandsBuilder, tmp_path: Path) -> None:
    assert PriceBands.open(tmp_path).band((), 1.0) is None  # a generation of before there were bands
    (tmp_path / NAME).mkdir()
    builder.write(tmp_path / NAME)
    read, made = PriceBands.open(tmp_path), builder.bands()
    assert [read.band(("A", "Big"), price) for price in (1, 33, 80)] == [
        made.band(("A", "Big"), price) for price in (1, 33, 80)
    ]


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"": 5}', b'{"": ["x"]}'])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / FILE).write_bytes(content)
    with pytest.raises(CorruptIndexError, match=FILE):
        PriceBands.open(tmp_path)


def test_an_empty_catalogue(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    PriceBandsBuilder().write(tmp_path / NAME)
    assert PriceBands.open(tmp_path).band((), 3.0) is None
