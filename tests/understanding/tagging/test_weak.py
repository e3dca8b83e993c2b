"""Labels that a catalogue gives its own titles."""

from __future__ import annotations

import pytest

from shelfwise.types import Attribute, Product
from shelfwise.understanding.tagging.weak import weak_labels


def _of(title: str, brand: str | None = None, **attributes: str) -> list[tuple[str, str]]:
    product = Product("1", title, brand=brand, attributes={key: Attribute(value) for key, value in attributes.items()})
    (found,) = weak_labels([product])
    assert found.text == title
    return [(title[span.start : span.end], span.kind) for span in found.spans]


@pytest.mark.parametrize(
    ("title", "brand", "expected"),
    [
        ("HP TN-2110 Toner cartridge", "hp", [("HP", "brand"), ("TN-2110", "model"), ("Toner cartridge", "product")]),
        ("小米无线鼠标 XM2102", "小米", [("小米", "brand"), ("鼠标", "product"), ("XM2102", "model")]),
        ("Graphite mouse", "Graphi", [("mouse", "product")]),
        ("mouse 2m 16GB 1920x1080 USB3 4k", None, [("mouse", "product")]),
        ("", "HP", []),
    ],
)
def test_brands_kinds_and_codes(title: str, brand: str | None, expected: list[tuple[str, str]]) -> None:
    assert _of(title, brand) == expected


def test_values_of_attributes_that_the_title_names() -> None:
    found = _of("Dark Red hub 16 GB", None, printing_colours="Red", memory_capacity="16 GB", case_colour="Dark red")
    assert found == [("Dark Red", "colour"), ("hub", "product"), ("16 GB", "capacity")]


def test_of_overlapping_labels_the_brand_counts() -> None:
    assert _of("Monitor Audio speaker", "Monitor Audio") == [("Monitor Audio", "brand"), ("speaker", "product")]
