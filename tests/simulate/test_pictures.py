from __future__ import annotations

import re
from dataclasses import replace

import pytest
from defusedxml.ElementTree import fromstring

from shelfwise.simulate.pictures import demo_pictures, kind_of, shapes
from shelfwise.simulate.products import demo_products
from shelfwise.simulate.specs import kinds
from shelfwise.types import Attribute

PRODUCTS = tuple(demo_products())


def test_pictures_are_small_well_formed_drawings_of_one_size() -> None:
    for product in PRODUCTS:
        text = demo_pictures(product)
        assert len(text.encode()) <= 4096
        drawing = fromstring(text)
        assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
        assert (drawing.get("width"), drawing.get("height")) == ("400", "400")


def test_nothing_is_left_to_fill_in_and_nothing_is_fetched() -> None:
    for product in PRODUCTS[::7]:
        text = demo_pictures(product)
        assert "$" not in text and "@" not in text
        assert "href" not in text and "<script" not in text
        assert set(re.findall(r"url\(([^)]*)\)", text)) <= {"#p"}


def test_every_kind_has_a_shape_and_there_are_many() -> None:
    assert {kind.draw for kind in kinds().values()} == set(shapes())
    assert len(shapes()) >= 20


def test_color_and_form_show() -> None:
    dress = next(product for product in PRODUCTS if kind_of(product).key == "dress")
    seen = set()
    for color in ("red", "blue"):
        for sleeve in ("long-sleeve", "sleeveless"):
            attributes = {**dress.attributes, "color": Attribute(color), "sleeve": Attribute(sleeve)}
            seen.add(demo_pictures(replace(dress, attributes=attributes)))
    assert len(seen) == 4


def test_a_larger_screen_is_drawn_larger() -> None:
    tv = next(product for product in PRODUCTS if kind_of(product).key == "tv")
    scales = []
    for inches in (43.0, 85.0):
        attributes = {**tv.attributes, "screen_size": Attribute(inches, "inch")}
        found = re.search(r"scale\(([\d.]+)\)", demo_pictures(replace(tv, attributes=attributes)))
        assert found
        scales.append(float(found[1]))
    assert scales[0] < scales[1] <= 1


def test_a_product_of_another_shop_has_no_picture() -> None:
    with pytest.raises(KeyError):
        demo_pictures(replace(PRODUCTS[0], category=("Boats",)))
