"""Names in brackets."""

from __future__ import annotations

import pytest

from shelfwise.types import Product
from shelfwise.understanding.expansion.brackets import Brackets, bracketed


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Smart Uninterruptible Power Supply (UPS)", [("ups", "uninterruptible power supply")]),
        ("东芝（Toshiba）移动硬盘", [("toshiba", "东芝")]),
        ("Laptop stand (black)", []),
        ("Power Supply (UPS)", []),  # the letters are not those of the words
        ("Cable (2 m)", []),
        ("全新东芝硬盘盒(Toshiba)", []),  # too long for a name
        ("", []),
    ],
)
def test_what_counts(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(bracketed(text)) == pairs


def test_enough_products_must_say_so() -> None:
    brackets = Brackets()
    for number in range(3):
        brackets.add(Product(str(number), "Cable", description="Low smoke zero halogen (LSZH) sheath"))
    for number in range(2):
        brackets.add(Product(f"x{number}", "Power over ethernet (PoE) switch, power over ethernet (PoE)"))
    found = list(brackets.candidates())
    assert [(each.words, each.other) for each in found] == [("lszh", "low smoke zero halogen")]
    assert found[0].evidence[0] == "in 3 products"
    assert not found[0].one_way
