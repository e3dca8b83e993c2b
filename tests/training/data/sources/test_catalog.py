from __future__ import annotations

from collections import Counter

import pytest

from shelfwise.retrieval.document import encoder_text
from shelfwise.training.data.sources.catalog import SHARED, VALUES, Catalog
from shelfwise.types import Attribute, Product, Translation

MOUSE = Product(
    "m1",
    "Anker M-100 wireless mouse",
    description="<p>A quiet mouse for small hands.</p>",
    brand="Anker",
    category=("Computers", "Mice"),
    attributes={
        "color": Attribute("black"),
        "weight": Attribute(90.0, "g"),
        "buttons": Attribute(3.0),
        "wireless": Attribute(True),
        "package_type": Attribute("Blister"),
        "notes": Attribute("a text that is far too long to be a part of any query"),
        "usage": Attribute(("gaming", "n/a")),
    },
    codes=("M-100", "4006381333931"),
)


def asked(*products: Product) -> dict[str, str]:
    return {example.query: example.texts[0] for example in Catalog(products).examples()}


def test_the_pairs_of_a_product() -> None:
    pairs = asked(MOUSE)
    assert pairs.pop(MOUSE.title) == "A quiet mouse for small hands."
    assert set(pairs.values()) == {encoder_text(MOUSE)}
    made = {"Computers Mice", "Anker Mice", "Anker Mice black", "Anker Mice 90 g", "Anker Mice gaming", "Anker M-100"}
    assert set(pairs) == made


def test_all_are_positive_and_of_one_group() -> None:
    for example in Catalog([MOUSE]).examples():
        assert (example.grades, example.group, example.source) == ((1.0,), "m1", "catalog")


def test_parts_that_say_the_same_stand_once() -> None:
    product = Product("p", "x", brand="HP", category=("HP Notebooks",), attributes={"line": Attribute("hp notebooks")})
    assert set(asked(product)) == {"HP Notebooks"}


def test_other_languages_are_asked_in_too() -> None:
    zh = Translation("安克无线鼠标", "手感轻巧，静音按键。", ("电脑", "鼠标"), {"color": "黑色"})
    pairs = asked(Product("m2", "Anker mouse", brand="Anker", translations={"zh": zh}))
    assert set(pairs) == {"安克无线鼠标", "电脑 鼠标", "Anker 鼠标", "Anker 鼠标 黑色", "mouse", "Anker mouse"} - {
        "Anker mouse"
    }
    assert pairs["Anker 鼠标"] == encoder_text(Product("m2", "Anker mouse", brand="Anker"))


def test_the_title_in_another_language_has_both_pairs() -> None:
    zh = Translation("安克无线鼠标", "手感轻巧，静音按键。")
    found = Counter(example.query for example in Catalog([Product("m2", "Anker", translations={"zh": zh})]).examples())
    assert found == {"安克无线鼠标": 2}


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("HP VN568AA mounting kit", "mounting kit"),
        ("Epson Premium Luster photo paper", "photo paper"),
        ("Logitech case with zip", "case"),
        ("StarTech.com 6 ft Cable", None),
    ],
)
def test_words_in_small_letters_stand_for_a_category(title: str, kind: str | None) -> None:
    pairs = asked(Product("p", title, description="Something else."))
    assert [query for query in pairs if query != title] == ([kind] if kind else [])


def test_a_made_up_query_has_only_so_many_products() -> None:
    products = [Product(f"p{row}", f"Notebook {row}", category=("Notebooks",)) for row in range(SHARED + 5)]
    source = Catalog(products)
    assert len(list(source.examples())) == SHARED
    assert source.notes() == (f"5 of {SHARED + 5} products have nothing but a title.",)


def test_values_are_few_and_chosen_by_the_product_alone() -> None:
    attributes = {f"feature {row}": Attribute(f"value {'abcdefghij'[row] * 3}") for row in range(10)}
    turned = dict(reversed(attributes.items()))
    first = asked(Product("p", "T", brand="B", category=("C",), attributes=attributes))
    assert list(first) == list(asked(Product("p", "T", brand="B", category=("C",), attributes=turned)))
    assert sum("value" in query for query in first) == VALUES
    assert list(first) != list(asked(Product("q", "T", brand="B", category=("C",), attributes=attributes)))
