from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from shelfwise.simulate.judgments import asks, demo_judgments, language_of
from shelfwise.simulate.pictures import kind_of
from shelfwise.simulate.products import demo_products
from shelfwise.simulate.specs import kinds
from shelfwise.types import Attribute, Money

PRODUCTS = {product.id: product for product in demo_products()}
JUDGED = {judged.query: judged for judged in demo_judgments(PRODUCTS.values())}


def grade(query: str, id: str) -> int | None:
    return JUDGED[query].grades.get(id)


def test_there_are_enough_queries_in_both_languages() -> None:
    languages = Counter(judged.language for judged in JUDGED.values())
    assert len(JUDGED) >= 120 and languages["zh"] >= 60 and languages["en"] >= 60
    assert len(tuple(demo_judgments(PRODUCTS.values()))) == len(JUDGED)


def test_judgments_are_of_existing_products_and_every_query_has_a_best_answer() -> None:
    for judged in JUDGED.values():
        assert set(judged.grades) <= set(PRODUCTS)
        assert set(judged.grades.values()) <= {0, 1, 2, 3}
        assert 3 in judged.grades.values(), judged.query


def test_queries_name_only_kinds_that_exist() -> None:
    for ask in asks():
        for key in ("kinds", "near", "not"):
            assert set(ask.get(key, ())) <= set(kinds()), ask["texts"]


def test_a_case_for_the_phone_is_not_the_phone() -> None:
    assert grade("iphone 13", "apple-iphone-13") == 3
    assert grade("iphone 13 手机壳", "apple-iphone-13") == 0
    answers = [PRODUCTS[id] for id, grade in JUDGED["iphone 13 手机壳"].grades.items() if grade == 3]
    assert answers and all(product.attributes["compatible"].value == "iPhone 13" for product in answers)


def test_paper_notebooks_and_notebook_computers_are_told_apart() -> None:
    computers = {id for id, grade in JUDGED["笔记本电脑"].grades.items() if grade == 3}
    paper = {id for id, grade in JUDGED["A5笔记本"].grades.items() if grade > 0}
    assert {kind_of(PRODUCTS[id]).key for id in computers} == {"laptop", "gaming_laptop"}
    assert {kind_of(PRODUCTS[id]).key for id in paper} == {"paper_notebook"}


def test_grades_follow_from_facts() -> None:
    dress = next(p for p in PRODUCTS.values() if kind_of(p).key == "dress" and p.attributes["color"].value == "red")
    blue = replace(dress, attributes={**dress.attributes, "color": Attribute("blue")})
    for product, expected in ((dress, 3), (blue, 1)):
        judged = {j.query: j for j in demo_judgments([product])}
        assert judged["red dress"].grades[product.id] == expected
    phone = PRODUCTS["phone-0010"]
    for amount, expected in ((1999, 3), (2001, 1)):
        changed = replace(phone, price=Money(Decimal(amount), "CNY"))
        judged = {j.query: j for j in demo_judgments([changed])}
        assert judged["phone under 2000 yuan"].grades[phone.id] == expected


def test_misspelt_queries_have_the_judgments_of_the_right_ones() -> None:
    assert JUDGED["phone cace"].grades == JUDGED["phone case"].grades
    assert JUDGED["空挑"].grades == JUDGED["空调"].grades


def test_language_of() -> None:
    assert language_of("usb 数据线") == "zh"
    assert language_of("usb cable") == "en"
