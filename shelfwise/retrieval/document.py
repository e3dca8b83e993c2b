"""A product as the index sees it: tokens by text field, keywords and numbers by filter field.

All languages of a product share its fields: the tokens of its Chinese and English titles both go to "title".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import chain, islice
from typing import Final

from shelfwise.catalog.codec import encode
from shelfwise.language.base import Analysis, Analyzer, Token
from shelfwise.language.codes import canonical_code
from shelfwise.language.spans import outer
from shelfwise.retrieval.base import CATEGORY_SEPARATOR, IndexedProduct
from shelfwise.retrieval.labels import LOCALES, Labels
from shelfwise.types import Attribute, Money, Product

WORD_FIELDS: Final = ("all", "title", "brand", "category", "attributes", "description", "tags")
GRAM_FIELDS: Final = ("title_grams", "text_grams")
CHARACTER_FIELDS: Final = ("title_characters",)
CODE_FIELDS: Final = ("codes",)
KIND_FIELDS: Final = ("kinds",)
TEXT_FIELDS: Final = WORD_FIELDS + GRAM_FIELDS + CHARACTER_FIELDS + CODE_FIELDS + KIND_FIELDS
COMBINED: Final = "all"
# How often each field's words stand in "all": BM25F (Robertson, Zaragoza and Taylor, CIKM 2004) by repetition.
SHARES: Final[Mapping[str, int]] = {"title": 3, "description": 2, "brand": 1, "category": 1, "attributes": 1, "tags": 1}

TAG: Final = re.compile(r"(<[a-zA-Z/!][^<>]{0,500}>)")

ENCODER_TEXT_VERSION: Final = 1
ENCODED_DESCRIPTION: Final = 200  # characters


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a product is indexed (characters, or items where it says so). What is longer is cut."""

    title: int = 1_000
    description: int = 8_000
    value: int = 300
    attributes: int = 400  # items
    variants: int = 200  # items
    tags: int = 100  # items
    category: int = 16  # items


class Documents:
    """Product → IndexedProduct, without the vector (see `encoder_text`).

    kinds: what kinds of thing a product is, as tokens, beside the names of its category.
    """

    def __init__(
        self,
        analyzer: Analyzer,
        labels: Labels | None = None,
        kinds: Callable[[Product], tuple[str, ...]] = lambda product: (),
        bounds: Bounds | None = None,
    ) -> None:
        self._labels = labels or Labels()
        self._kinds = kinds
        self._bounds = bounds or Bounds()
        self._long = analyzer.analyze
        self._short = lru_cache(maxsize=65_536)(analyzer.analyze)  # brands, categories and values repeat

    def __call__(self, product: Product) -> IndexedProduct:
        """The product's index form; `payload` is the product itself."""
        return IndexedProduct(
            id=product.id,
            text=self._text(product),
            keywords=keywords(product, self._bounds),
            numbers=numbers(product),
            vector=None,
            payload=encode(product),
        )

    def _text(self, product: Product) -> dict[str, tuple[str, ...]]:
        bounds = self._bounds
        titles = [self._long(text[: bounds.title]) for text in _titles(product, bounds)]
        descriptions = [self._long(text) for text in _descriptions(product, bounds)]
        categories = self._analyses(_category_texts(product, self._labels, bounds))
        attributes = self._analyses(_attribute_texts(product, self._labels, bounds))
        brand = self._analyses([product.brand] if product.brand else [])
        tags = self._analyses(product.tags[: bounds.tags])
        leaves = [kind(analysis.words) for analysis in self._analyses(_leaf_texts(product, self._labels))]
        codes = [*_own_codes(product, bounds), *_codes([*titles, *attributes, *descriptions])]
        words = {
            "title": _words(titles),
            "brand": _words(brand),
            "category": _words(categories),
            "attributes": _words(attributes),
            "description": _words(descriptions),
            "tags": _words(tags),
        }
        return {
            "all": tuple(chain.from_iterable(words[field] * share for field, share in SHARES.items())),
            **words,
            "title_grams": _grams(titles),
            "title_characters": tuple(character for one in titles for character in characters(one.grams)),
            "text_grams": _grams([*brand, *categories, *attributes, *tags, *descriptions]),
            "codes": tuple(dict.fromkeys(codes)),
            "kinds": tuple(dict.fromkeys((*leaves, *self._kinds(product)))),
        }

    def _analyses(self, texts: Iterable[str]) -> list[Analysis]:
        size = self._bounds.value
        return [self._short(text[:size]) for text in dict.fromkeys(texts)]


def keywords(product: Product, bounds: Bounds | None = None) -> dict[str, tuple[str, ...]]:
    """Filter values by field. A category path is given with every prefix, so that a parent finds its children."""
    bounds = bounds or Bounds()
    path = product.category[: bounds.category]
    fields: dict[str, list[str]] = {
        "brand": [product.brand] if product.brand else [],
        "category": [CATEGORY_SEPARATOR.join(path[: end + 1]) for end in range(len(path))],
        "tags": list(product.tags[: bounds.tags]),
        "language": [product.language] if product.language else [],
    }
    for key, attribute in _all_attributes(product, bounds):
        fields.setdefault(f"attributes.{key}", []).extend(_keyword_values(attribute))
    for key, sizes in _variant_numbers(product, bounds).items():
        fields.setdefault(f"attributes.{key}", []).extend(f"{size:g}" for size in sorted(sizes))
    cut = bounds.value
    return {
        field: tuple(dict.fromkeys(v[:cut] for v in values if v)) for field, values in fields.items() if any(values)
    }


def numbers(product: Product) -> dict[str, float]:
    """Numeric filter values by field; times are seconds since 1970. "discount" is the share taken off list price."""
    price = selling_price(product)
    listed = product.list_price
    found: dict[str, float | None] = {
        "price": float(price.amount) if price else None,
        "list_price": float(listed.amount) if listed else None,
        "discount": _discount(price, listed),
        "rating": product.rating.average if product.rating else None,
        "rating_count": float(product.rating.count) if product.rating else None,
        "available": float(is_available(product)),
        "released": product.released.timestamp() if product.released else None,
        "updated": product.updated.timestamp() if product.updated else None,
    }
    for key, attribute in _all_attributes(product, Bounds()):
        if isinstance(attribute.value, float | int) and not isinstance(attribute.value, bool):
            found.setdefault(f"attributes.{key}", float(attribute.value))
    return {field: value for field, value in found.items() if value is not None and abs(value) < float("inf")}


def selling_price(product: Product) -> Money | None:
    """The product's price, or else the lowest of its variants, available ones before others."""
    if product.price is not None:
        return product.price
    offers = [(not v.available, v.price.amount, v.price) for v in product.variants if v.price is not None]
    return min(offers, key=lambda offer: offer[:2])[2] if offers else None


def is_available(product: Product) -> bool:
    """Whether it can be bought: the product is available, and so is one of its variants if it has any."""
    return product.available and (not product.variants or any(variant.available for variant in product.variants))


def encoder_text(product: Product, size: int = 300) -> str:
    """The text that the product's vector is made of: title, what the title leaves out, start of the description.

    Facts stand in for a description that is missing. Short on purpose: what a product is stands at the beginning, and
    longer texts were no better on judged queries but slower. A pure function; raise ENCODER_TEXT_VERSION with it.
    """
    title = _squeeze(product.title)
    more = (product.brand, *product.category[-1:])
    named = [text for text in more if text and text.casefold() not in title.casefold()]
    rest = plain(product.description, ENCODED_DESCRIPTION)
    if not rest:
        facts = (a.value for a in product.attributes.values() if isinstance(a.value, str) and len(a.value) <= 40)
        rest = ", ".join(islice(facts, 6))
    return ". ".join(part for part in (title[:size], *named, rest) if part)[:size]


def plain(text: str, size: int) -> str:
    """Text without HTML, in at most `size` characters; time is linear in `size` whatever the text.

    >>> plain("<p>Soft &amp; warm</p><script>x()</script>", 100)
    'Soft & warm'
    """
    kept: list[str] = []
    hidden = False
    for position, part in enumerate(TAG.split(text[: 4 * size])):  # markup may take three quarters
        if position % 2 == 0:
            kept.append("" if hidden else part)
        elif re.match(r"</?(?:script|style)\b", part, re.IGNORECASE):
            hidden = not part.startswith("</")
        else:
            kept.append(" ")
    return _squeeze(unescape("".join(kept)))[:size]


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _words(analyses: Iterable[Analysis]) -> tuple[str, ...]:
    return tuple(token.text for analysis in analyses for token in analysis.words)


def _grams(analyses: Iterable[Analysis]) -> tuple[str, ...]:
    return tuple(token.text for analysis in analyses for token in analysis.grams)


def characters(grams: Sequence[Token]) -> Iterator[str]:
    """The single Chinese characters of a text, in order, from its overlapping pairs."""
    end = -1
    for gram in grams:
        yield from (gram.text if gram.start >= end else gram.text[1:]) if len(gram.text) > 1 else gram.text
        end = gram.end


def _codes(analyses: Iterable[Analysis]) -> Iterator[str]:
    return (token.text for analysis in analyses for token in analysis.codes)


def _titles(product: Product, bounds: Bounds) -> list[str]:
    titles = [product.title, *(t.title for t in product.translations.values())]
    titles += [v.title for v in product.variants[: bounds.variants]]
    return [text for text in dict.fromkeys(titles) if text]


def _descriptions(product: Product, bounds: Bounds) -> list[str]:
    texts = [product.description, *(t.description for t in product.translations.values())]
    return [plain(text, bounds.description) for text in dict.fromkeys(texts) if text]


def kind(words: Sequence[Token]) -> str:
    """What a product is, as one token: the words of its category's name.

    >>> kind([Token("phone", 0, 5), Token("case", 6, 11)])
    'phone_case'
    """
    return "_".join(token.text for token in outer(words))


def _leaf_texts(product: Product, labels: Labels) -> Iterator[str]:
    """What the innermost category is called, in every language."""
    if product.category:
        leaf = product.category[-1]
        yield leaf
        yield from filter(None, (labels.known_category(leaf, locale) for locale in LOCALES))
    for translation in product.translations.values():
        yield from translation.category[-1:]


def _category_texts(product: Product, labels: Labels, bounds: Bounds) -> Iterator[str]:
    path = product.category[: bounds.category]
    yield from path
    for locale in LOCALES:
        yield from filter(None, (labels.known_category(name, locale) for name in path))
    for translation in product.translations.values():
        yield from translation.category[: bounds.category]


def _attribute_texts(product: Product, labels: Labels, bounds: Bounds) -> Iterator[str]:
    for key, attribute in _all_attributes(product, bounds):
        yield from _attribute_values(key, attribute, labels)
    for translation in product.translations.values():
        yield from list(translation.attributes.values())[: bounds.attributes]


def _attribute_values(key: str, attribute: Attribute, labels: Labels) -> Iterator[str]:
    value = attribute.value
    if isinstance(value, bool):
        if value:  # "touchscreen: yes" is found by its name
            yield from (labels.field(f"attributes.{key}", locale) for locale in LOCALES)
    elif isinstance(value, float | int):
        if attribute.unit:
            yield f"{value:g} {attribute.unit}"
    else:
        for text in (value,) if isinstance(value, str) else value:
            yield text
            yield from filter(None, (labels.known_value(key, text, locale) for locale in LOCALES))


def _all_attributes(product: Product, bounds: Bounds) -> Iterator[tuple[str, Attribute]]:
    sources = [product.attributes, *(v.attributes for v in product.variants[: bounds.variants])]
    for attributes in sources:
        yield from list(attributes.items())[: bounds.attributes]


def _variant_numbers(product: Product, bounds: Bounds) -> dict[str, set[float]]:
    """Numbers that differ between variants (sizes): a product has one number a field, so these become keywords."""
    found: dict[str, set[float]] = {}
    for variant in product.variants[: bounds.variants]:
        for key, attribute in list(variant.attributes.items())[: bounds.attributes]:
            if isinstance(attribute.value, float | int) and not isinstance(attribute.value, bool):
                found.setdefault(key, set()).add(float(attribute.value))
    return {key: values for key, values in found.items() if len(values) > 1}


def _keyword_values(attribute: Attribute) -> Sequence[str]:
    value = attribute.value
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, float | int):
        return ()
    return (value,) if isinstance(value, str) else value


def _own_codes(product: Product, bounds: Bounds) -> Iterator[str]:
    for text in (product.id, *product.codes):
        yield canonical_code(text[: bounds.value])
    for variant in product.variants[: bounds.variants]:
        for text in (variant.id, *variant.codes):
            yield canonical_code(text[: bounds.value])


def _discount(price: Money | None, listed: Money | None) -> float | None:
    if price is None or listed is None or price.currency != listed.currency or listed.amount <= 0:
        return None
    return max(0.0, 1.0 - float(price.amount / listed.amount))
