"""A catalogue as shoppers see it: columns that tastes are weighed against, and words to ask with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from shelfwise.errors import InputError
from shelfwise.types import Bool, Float64, Int32, Product

SEPARATOR: Final = " > "
VALUES: Final = 12  # attribute values of a product that count
ENGLISH: Final = re.compile(r"[A-Za-z][A-Za-z-]{2,}")
CHINESE: Final = re.compile(r"[\u4e00-\u9fff]{2,6}")


@dataclass(frozen=True, slots=True)
class Market:
    """m products that can be bought, in order of id.

    category: Int32[m], the leaf's place in `categories`; above: Int32[c], the place of the leaf's parent in `parents`.
    brand: Int32[m], the last place of `brands` for none. price: Float64[m], 0 where there is none. place_of_price:
    Float64[m], 0 (the cheapest of its category) to 1. rating: Float64[m], standardised; 0 for none. values: m × v,
    rows of length 1. consumable: Bool[c]. names: language → what shoppers call each category. titles: language →
    product's place → title.
    """

    ids: tuple[str, ...]
    places: Mapping[str, int]
    categories: tuple[str, ...]
    parents: tuple[str, ...]
    above: Int32
    category: Int32
    brands: tuple[str, ...]
    brand: Int32
    price: Float64
    place_of_price: Float64
    rating: Float64
    values: sparse.csr_matrix
    value_names: tuple[tuple[str, str], ...]
    consumable: Bool
    names: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, products: Iterable[Product], consumable: float) -> Market:
        """The market of a catalogue's available products. Raises InputError where there are fewer than two."""
        known = sorted((product for product in products if product.available), key=lambda product: product.id)
        if len(known) < 2:
            raise InputError(f"The catalogue has {len(known)} products that can be bought; shoppers need 2 at least.")
        ids = tuple(product.id for product in known)
        categories, category = _coded([SEPARATOR.join(product.category) for product in known])
        parents, above = _coded([SEPARATOR.join(path.split(SEPARATOR)[:-1]) for path in categories])
        brands, brand = _coded([product.brand or "\uffff" for product in known])
        price = np.array([float(product.price.amount) if product.price else 0.0 for product in known])
        values, value_names = _values(known)
        return cls(
            ids=ids,
            places={id: place for place, id in enumerate(ids)},
            categories=categories,
            parents=parents,
            above=above,
            category=category,
            brands=brands,
            brand=brand,
            price=price,
            place_of_price=_within(price, category),
            rating=_standard(known),
            values=values,
            value_names=value_names,
            consumable=_consumable(price, category, len(categories), consumable),
            names={language: _names(known, category, categories, language) for language in ("en", "zh")},
            titles={language: tuple(_title(product, language) for product in known) for language in ("en", "zh")},
        )


def _coded(texts: Sequence[str]) -> tuple[tuple[str, ...], Int32]:
    names, codes = np.unique(np.array(texts, dtype=object).astype(str), return_inverse=True)
    return tuple(str(name) for name in names), codes.astype(np.int32)


def _within(price: Float64, category: Int32) -> Float64:
    """The place of each price among those of its category, 0 to 1; the middle where there is one product only."""
    order = np.lexsort((price, category))
    sizes = np.bincount(category)
    starts = np.cumsum(sizes) - sizes
    rank = np.empty(len(price))
    rank[order] = np.arange(len(price)) - np.repeat(starts, sizes)
    return (rank + 0.5) / sizes[category]


def _standard(products: Sequence[Product]) -> Float64:
    stars = np.array([product.rating.average if product.rating else np.nan for product in products])
    known = ~np.isnan(stars)
    if not known.any() or np.std(stars[known]) == 0:
        return np.zeros(len(stars))
    return np.where(known, (np.nan_to_num(stars) - stars[known].mean()) / stars[known].std(), 0.0)


def _values(products: Sequence[Product]) -> tuple[sparse.csr_matrix, tuple[tuple[str, str], ...]]:
    """Texts and yes/no of attributes, those that at least two products share; rows of length 1."""
    found = [
        [(key, text) for key, attribute in product.attributes.items() for text in _texts(attribute.value)][:VALUES]
        for product in products
    ]
    count: dict[tuple[str, str], int] = {}
    for each in found:
        for value in dict.fromkeys(each):
            count[value] = count.get(value, 0) + 1
    places = {value: place for place, value in enumerate(sorted(value for value, n in count.items() if n > 1))}
    rows, columns = [], []
    for row, each in enumerate(found):
        known = [places[value] for value in dict.fromkeys(each) if value in places]
        rows += [row] * len(known)
        columns += known
    sizes = np.bincount(rows, minlength=len(products)) if rows else np.zeros(len(products))
    data = 1 / np.sqrt(sizes[rows]) if rows else np.zeros(0)
    return sparse.csr_matrix((data, (rows, columns)), shape=(len(products), max(1, len(places)))), tuple(places)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(str(part) for part in value)
    return (str(value),) if isinstance(value, str | bool) else ()


def _consumable(price: Float64, category: Int32, count: int, share: float) -> Bool:
    """The cheapest categories, by their middle price."""
    middle = np.array([np.median(price[category == code]) for code in range(count)])
    chosen = np.zeros(count, np.bool_)
    chosen[np.argsort(middle, kind="stable")[: int(share * count)]] = True
    return chosen


def _title(product: Product, language: str) -> str:
    translated = product.translations.get(language)
    if translated is not None:
        return translated.title
    return product.title if (product.language or "en") == language else ""


def _names(products: Sequence[Product], category: Int32, categories: Sequence[str], language: str) -> tuple[str, ...]:
    """What a category is called: the last step of its path in this language, where a product tells it; else ""."""
    found = [""] * len(categories)
    letters = CHINESE if language == "zh" else ENGLISH
    for product, code in zip(products, category.tolist(), strict=True):
        if not found[code]:
            translated = product.translations.get(language)
            path = translated.category if translated is not None and translated.category else product.category
            found[code] = path[-1] if path and letters.search(path[-1]) else ""
    return tuple(found)
