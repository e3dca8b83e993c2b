"""The terms of a catalogue."""

from __future__ import annotations

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.spans import outer
from shelfwise.language.terms import catalogue_terms
from shelfwise.types import Attribute, Product, Translation


def product(number: int, **fields: object) -> Product:
    return Product(id=str(number), title="", **fields)  # type: ignore[arg-type]


def test_catalogue_terms() -> None:
    products = [
        product(1, brand="晨曦", category=("数码配件", "手机/平板壳"), tags=("热销",)),
        product(2, brand="Lumo", attributes={"color": Attribute("星空蓝"), "size": Attribute(3.0)}),
        *(product(n, attributes={"color": Attribute(("曜石黑", "black"))}, tags=("的",)) for n in range(3, 6)),
        product(7, translations={"zh": Translation("标题", category=("無線耳機",), attributes={"brand": "Type-C"})}),
        product(8, category=("Type-C数据线",)),
    ]
    terms = catalogue_terms(products)
    assert terms == sorted(["晨曦", "数码配件", "手机", "平板壳", "曜石黑", "无线耳机", "type-c数据线"])
    words = BilingualAnalyzer(terms).analyze("曜石黑无线耳机").words
    assert [token.text for token in outer(words)] == ["曜石黑", "无线耳机"]


def test_no_products_no_terms() -> None:
    assert catalogue_terms([]) == []
