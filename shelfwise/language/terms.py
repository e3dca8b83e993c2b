"""The words of a catalogue that a Chinese dictionary does not know: brands, categories, kinds of product."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from shelfwise.language.chinese import HAN
from shelfwise.language.normalise import fold
from shelfwise.language.stopwords import is_stopword
from shelfwise.types import Product

MOST = 50_000  # terms kept, the most frequent first

_TERM = re.compile(rf"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?[{HAN}]{{1,8}}")
_SPLIT = re.compile(r"[\s/、，,;；|>&·()（）\[\]【】]+")
_LEAST_SHARED = 3  # an attribute value or tag of fewer products names nothing general


def catalogue_terms(products: Iterable[Product]) -> list[str]:
    """Chinese (and mixed: Type-C数据线) terms for a `BilingualAnalyzer`, sorted; a shop keeps them as a text file.

    Brands and category names count from the first product on, tags and text attributes from the third.
    """
    certain: Counter[str] = Counter()
    shared: Counter[str] = Counter()
    for product in products:
        certain.update(set(_terms(_names(product))))
        shared.update(set(_terms(_values(product))))
    certain.update({term: count for term, count in shared.items() if count >= _LEAST_SHARED})
    most = sorted(certain.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    return sorted(term for term, _ in most)


def _names(product: Product) -> Iterator[str]:
    yield product.brand or ""
    yield from product.category
    for translation in product.translations.values():
        yield from translation.category
        yield translation.attributes.get("brand", "")


def _values(product: Product) -> Iterator[str]:
    yield from product.tags
    for attribute in product.attributes.values():
        values = attribute.value if isinstance(attribute.value, tuple) else (attribute.value,)
        yield from (value for value in values if isinstance(value, str))
    for translation in product.translations.values():
        yield from translation.attributes.values()


def _terms(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for piece in _SPLIT.split(fold(text[:200])):
            if len(piece) > 1 and _TERM.fullmatch(piece) and not is_stopword(piece):
                yield piece
