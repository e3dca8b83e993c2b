"""Reasons: every sentence exists in both languages, and says what is so."""

from __future__ import annotations

import re
from decimal import Decimal
from importlib import resources

import pytest

from shelfwise.recommend.base import Source
from shelfwise.recommend.reasons import LOCALES, off, reason, sentences, shortened, titled
from shelfwise.types import Locale, Money, Product, Translation

LAMP = Product("1", "Lamp", translations={"zh": Translation("台灯")})
BULB = Product("2", "Bulb", price=Money(Decimal(80), "CNY"), list_price=Money(Decimal(100), "CNY"))
FORMS = [(name, form) for name, forms in sentences().items() for form in forms]


def category(path: str, locale: Locale) -> str:
    return {"en": "Home", "zh": "家居"}[locale]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_every_sentence_is_there_in_both_languages_and_names_its_subject(name: str, form: str) -> None:
    texts = sentences()[name][form]
    assert set(texts) == set(LOCALES)
    for text in texts.values():
        assert set(re.findall(r"{(\w+)}", text)) <= {form}
        assert text == text.strip()


@pytest.mark.parametrize("name", [*sentences(), "a_new_one"])
@pytest.mark.parametrize("because", [None, "1", "Home > Lamps", "reading lamp", "gone"])
def test_whatever_a_source_says_there_is_a_reason(name: str, because: str | None) -> None:
    made = reason(Source(name, because), BULB, {"1": LAMP}, category)
    assert set(made) == set(LOCALES)
    assert all(made.values())
    assert not [text for text in made.values() if "{" in text]


def test_titles_are_in_the_language_of_the_sentence() -> None:
    made = reason(Source("bought_together", "1"), BULB, {"1": LAMP}, category)
    assert made == {"en": "Often bought with Lamp", "zh": "经常与台灯一起购买"}


def test_what_is_off_is_told_as_it_is_now() -> None:
    assert reason(Source("on_sale"), BULB, {}, category)["en"] == "20% off"
    assert reason(Source("on_sale"), LAMP, {}, category)["en"] == "On sale"
    assert off(Product("3", "x", price=Money(Decimal(80), "CNY"), list_price=Money(Decimal(100), "EUR"))) == 0


def test_long_titles_are_cut_between_words() -> None:
    assert (
        shortened("An unusually long title of a lamp with many words", "en")
        == "An unusually long title of a lamp with…"
    )
    assert len(shortened("很" * 90, "zh")) == 21
    assert shortened("short", "en") == "short"


def test_headings_name_what_the_row_goes_back_to() -> None:
    title = {"en": "Because of {product} in {category} for {query}", "zh": "{product}"}
    made = titled(title, {"product": "1", "category": "Home", "query": "lamp"}, {"1": LAMP}, category)
    assert made == {"en": "Because of Lamp in Home for lamp", "zh": "台灯"}


def test_chinese_speaks_to_shoppers_in_one_way() -> None:
    rooms = resources.files("shelfwise")
    files = ("recommend/reasons.toml", "recommend/placements/placements.toml", "behaviour/profiles/explain.toml")
    for file in files:
        assert "你" not in rooms.joinpath(file).read_text("utf-8"), file
