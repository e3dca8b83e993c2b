"""Why a product is there, as one short sentence in each language; the sentences stand in `reasons.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from shelfwise.recommend.base import Source
from shelfwise.types import Locale, Product

LOCALES: Final[tuple[Locale, ...]] = ("en", "zh")
FILE: Final = Path(__file__).with_name("reasons.toml")
ANY: Final = "any"
PLAIN: Final = "plain"
LONGEST: Final = {"en": 40, "zh": 20}  # characters of a title inside a sentence
CategoryName = Callable[[str, Locale], str]


@cache
def sentences() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Generator → what the reason goes back to → locale → sentence."""
    return tomllib.loads(FILE.read_text("utf-8"))


def reason(source: Source, product: Product, known: Mapping[str, Product], category: CategoryName) -> dict[str, str]:
    """The sentence of each language.

    known: the products that sources go back to. category: the name of a category path in a language.

    >>> reason(Source("popular"), Product("1", "Lamp"), {}, lambda path, locale: path)["en"]
    'Popular in this shop'
    >>> because = Source("bought_together", "2")
    >>> reason(because, Product("1", "Bulb"), {"2": Product("2", "Lamp")}, lambda path, locale: path)["en"]
    'Often bought with Lamp'
    """
    forms = sentences().get(source.generator, {})
    subject = _subject(source, product, known, forms)
    texts = forms.get(subject) or sentences()[ANY].get(subject) or forms.get(PLAIN) or sentences()[ANY][PLAIN]
    if subject == "percent":
        return {locale: texts[locale].format(percent=off(product)) for locale in LOCALES}
    names = {locale: _named(subject, source.because or "", known, category, locale) for locale in LOCALES}
    return {locale: texts[locale].format(**{subject: names[locale]}) for locale in LOCALES}


def _subject(source: Source, product: Product, known: Mapping[str, Product], forms: Mapping[str, object]) -> str:
    """What the reason goes back to: a product, a category, words, the price, or nothing."""
    if "percent" in forms and off(product):
        return "percent"
    if source.because is None or source.because == product.id:
        return PLAIN
    if source.because in known:
        return "product"
    return "query" if "query" in forms else "category" if "category" in forms else PLAIN


def _named(subject: str, because: str, known: Mapping[str, Product], category: CategoryName, locale: Locale) -> str:
    if subject == "product":
        return short_title(known[because], locale)
    return category(because, locale) if subject == "category" else shortened(because, locale)


def short_title(product: Product, locale: Locale) -> str:
    """A product's title in a language, as short as a sentence needs it."""
    translation = product.translations.get(locale)
    return shortened((translation.title if translation else "") or product.title, locale)


def shortened(text: str, locale: Locale) -> str:
    """A text cut at a word where it is too long for a sentence.

    >>> shortened("A very long title of a lamp that goes on and on", "en")
    'A very long title of a lamp that goes…'
    """
    longest = LONGEST[locale]
    if len(text) <= longest:
        return text
    cut = text[:longest]
    head = cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut
    return head.rstrip(" ,;-，、") + "…"


def off(product: Product) -> int:
    """What is off the list price, in whole per cent; 0 where it is not on sale.

    >>> from decimal import Decimal
    >>> from shelfwise.types import Money
    >>> off(Product("1", "Lamp", price=Money(Decimal(75), "CNY"), list_price=Money(Decimal(100), "CNY")))
    25
    """
    price, before = product.price, product.list_price
    if price is None or before is None or price.currency != before.currency or before.amount <= price.amount:
        return 0
    return int(100 * (1 - price.amount / before.amount))


def titled(
    title: Mapping[str, str], subject: Mapping[str, str], known: Mapping[str, Product], category: CategoryName
) -> dict[str, str]:
    """A row's heading in each language, with what the row goes back to in its place.

    >>> titled({"en": "More in {category}"}, {"category": "Home > Lamps"}, {}, lambda path, locale: path[-5:])
    {'en': 'More in Lamps'}
    """
    made: dict[str, str] = {}
    for locale in LOCALES:
        if locale in title:
            text = title[locale]
            if "product" in subject and subject["product"] in known:
                text = text.replace("{product}", short_title(known[subject["product"]], locale))
            if "category" in subject:
                text = text.replace("{category}", category(subject["category"], locale))
            if "query" in subject:
                text = text.replace("{query}", shortened(subject["query"], locale))
            made[locale] = text
    return made
