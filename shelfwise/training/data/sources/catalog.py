"""Examples out of the catalogue itself: what describes a product beside the product's text."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from shelfwise.retrieval.document import encoder_text, plain
from shelfwise.training.data.examples import Example
from shelfwise.types import Attribute, Product

DESCRIPTION = 500  # characters of a description
VALUES = 3  # queries of values a product
VALUE = 30  # characters of a value that can stand in a query
SHARED = 10  # products that one made-up query may have; more say nothing about any of them
_CODE = re.compile(r"^(?=.*\d)(?=.*[A-Za-z])[\w./+-]{4,24}$")
_LETTERS = re.compile(r"[^\W\d_]{2}|[\u4e00-\u9fff]")
_WORD = r"(?!(?:with|for|and|the|from)\b)[a-z/-]{3,}"
_KIND = re.compile(rf"(?<!\S){_WORD}(?: {_WORD}){{0,2}}(?!\S)")
_SAYS_NOTHING = frozenset({"n/a", "na", "none", "yes", "no", "y", "n", "unspecified", "other", "not available"})


class Catalog:
    """Pairs of grade 1, each with a product's text (see `encoder_text`) unless it says otherwise:

    - a title → the start of its description;
    - queries made up as shoppers write them: brand, category and a value of an attribute ("HP notebook silver");
    - the category with its parent; brand and category;
    - brand and model number ("Brother TN-2110");
    - the title in another language, and made-up queries of its words.

    The group is the product. A made-up query that SHARED products have already is given to no more. Where a product has
    no category, the words in small letters of its title stand for it ("HP VN568AA mounting kit").

    Hazard: other products fit a made-up query too; what trains on in-batch negatives should filter false ones.
    """

    name = "catalog"

    def __init__(self, products: Iterable[Product]) -> None:
        self._products = products
        self._notes: tuple[str, ...] = ()

    def examples(self) -> Iterator[Example]:
        """In the order of the products; none of a product that says no more than its title."""
        asked: Counter[str] = Counter()
        products = silent = 0
        for product in self._products:
            products += 1
            pairs = list(_pairs(product, asked))
            silent += not pairs
            for query, text in pairs:
                yield Example(query, (text,), (1.0,), product.id, self.name)
        self._notes = (f"{silent:,} of {products:,} products have nothing but a title.",) if silent else ()

    def notes(self) -> tuple[str, ...]:
        """How many products gave no example."""
        return self._notes


@dataclass(frozen=True, slots=True)
class _View:
    """A product in one language."""

    title: str
    description: str
    category: tuple[str, ...]
    values: list[str]


def _pairs(product: Product, asked: Counter[str]) -> Iterator[tuple[str, str]]:
    """A product's pairs; `asked` counts how many products had a made-up query so far."""
    text = encoder_text(product)
    views = list(_views(product))
    for view in views:
        description = plain(view.description, DESCRIPTION)
        if description and description.casefold() not in view.title.casefold():
            yield view.title, description
    for view in views[1:]:
        if view.title != product.title:
            yield view.title, text
    made = [query for view in views for query in _queries(product.brand or "", view)]
    unique = {query.casefold(): query for query in reversed([*made, *_models(product)])}
    for key, query in reversed(unique.items()):
        if key != product.title.casefold() and asked[key] < SHARED:
            asked[key] += 1
            yield query, text


def _views(product: Product) -> Iterator[_View]:
    category = product.category or tuple(_KIND.findall(product.title)[:1])
    yield _View(product.title, product.description, category, _values(product))
    for each in product.translations.values():
        yield _View(each.title, each.description, each.category, [v for v in each.attributes.values() if _fits(v)])


def _queries(brand: str, view: _View) -> Iterator[str]:
    """What shoppers may ask for a product."""
    if view.category:
        kind = view.category[-1]
        yield _joined(*view.category[-2:])
        if brand:
            yield _joined(brand, kind)
        yield from (_joined(brand, kind, value) for value in view.values[:VALUES])


def _models(product: Product) -> Iterator[str]:
    model = product.attributes.get("model")
    codes = [*product.codes, model.value if model and isinstance(model.value, str) else ""]
    return (_joined(product.brand or "", code) for code in dict.fromkeys(codes) if _CODE.match(code))


def _joined(*parts: str) -> str:
    """Parts with a blank between, none that an earlier one has already.

    >>> _joined("HP", "HP notebook", "silver")
    'HP notebook silver'
    """
    kept: list[str] = []
    for part in parts:
        folded = part.casefold()
        kept = [each for each in kept if each.casefold() not in folded]
        if part and not any(folded in each.casefold() for each in kept):
            kept.append(part)
    return " ".join(kept)


def _values(product: Product) -> list[str]:
    """Values that can stand in a query, in an order that follows from the product's id alone."""
    found = [(key, text) for key, each in product.attributes.items() if not _quiet(key) for text in _said(each)]
    found.sort(key=lambda pair: hashlib.blake2b(f"{product.id}\0{pair[0]}".encode(), digest_size=8).digest())
    return list(dict.fromkeys(text for _, text in found))


def _said(attribute: Attribute) -> Iterator[str]:
    value = attribute.value
    if isinstance(value, bool):
        return
    if isinstance(value, float | int):
        if attribute.unit:
            yield f"{value:g} {attribute.unit}"
        return
    for text in (value,) if isinstance(value, str) else value:
        if _fits(text):
            yield text


def _fits(text: str) -> bool:
    """Whether a value can stand in a query."""
    return len(text) <= VALUE and bool(_LETTERS.search(text)) and text.casefold() not in _SAYS_NOTHING


@cache
def _quiet(key: str) -> bool:
    return key == "model" or any(part in key.casefold() for part in _quiet_parts())


@cache
def _quiet_parts() -> tuple[str, ...]:
    text = (resources.files("shelfwise.training.data") / "quiet_attributes.txt").read_text("utf-8")
    return tuple(line for line in text.split("\n") if line and not line.startswith("#"))
