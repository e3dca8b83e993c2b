"""What is wrong with a catalogue: a report over all products, in bounded memory a product.

- titles that are missing, or that several products share
- near-duplicates (near_duplicates.py)
- price outliers in their category: |ln p − m| / (1.4826 · MAD) > 5, where m is the median of ln p in the category and
  MAD the median of |ln p − m|; robust, because the outliers themselves hardly move either (Iglewicz & Hoaglin 1993)
- attribute coverage: in each category, the share of products that have an attribute
- conflicts: one code on products of different brand or with prices far apart; one attribute with values of different
  types or in different units
- the mix of languages, and products without picture, price, category or description
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

import numpy as np

from shelfwise.catalog.base import CatalogStore
from shelfwise.catalog.near_duplicates import NearDuplicates
from shelfwise.catalog.quality_findings import (
    EXAMPLES,
    AttributeConflict,
    CodeConflict,
    Coverage,
    PriceOutlier,
    QualityReport,
    SharedTitle,
)
from shelfwise.types import Attribute, Float64, Product

Progress: TypeAlias = Callable[[int, int | None], None]

MIN_PRICES = 8  # fewer prices in a category say nothing about what is usual
OUTLIER = 5.0
FAR_APART = 3.0  # highest over lowest price of one code
MIN_COVERAGE = 0.02


def quality_report(store: CatalogStore, progress: Progress | None = None) -> QualityReport:
    """The report over all products of a store; `progress` is told how many were read, and of how many."""
    return report_on(_told(store, progress) if progress else store.products())


def report_on(products: Iterable[Product]) -> QualityReport:
    """The report over products, which are gone through once."""
    seen = _Seen()
    for product in products:
        seen.add(product)
    return seen.report()


def _told(store: CatalogStore, progress: Progress) -> Iterator[Product]:
    total = store.count()
    for number, product in enumerate(store.products(), 1):
        yield product
        if number % 500 == 0 or number == total:
            progress(number, total)


class _Seen:
    """What is remembered of products: numbers and short texts."""

    def __init__(self) -> None:
        self.count = 0
        self.missing = dict.fromkeys(("image", "price", "category", "description", "brand"), 0)
        self.languages: Counter[str] = Counter()
        self.titles: dict[str, list[str]] = defaultdict(list)
        self.prices: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
        self.codes: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
        self.in_category: Counter[str] = Counter()
        self.attributes: dict[str, Counter[str]] = defaultdict(Counter)
        self.types: dict[str, Counter[str]] = defaultdict(Counter)
        self.units: dict[str, Counter[str]] = defaultdict(Counter)
        self.near = NearDuplicates()

    def add(self, product: Product) -> None:
        """Take notes of one product."""
        self.count += 1
        found = (product.images, product.price, product.category, product.description, product.brand)
        for name, value in zip(self.missing, found, strict=True):
            self.missing[name] += not value
        self.languages[product.language or "unknown"] += 1
        self.titles[" ".join(product.title.lower().split())].append(product.id)
        category = " > ".join(product.category)
        price = float(product.price.amount) if product.price else 0.0
        if product.price and price > 0:
            self.prices[category, product.price.currency].append((product.id, price))
        brand = (product.brand or "").lower()
        for code in product.codes:
            self.codes[code if is_global(code) else f"{brand} {code}"].append((product.id, brand, price))
        self.in_category[category] += 1
        for key, attribute in product.attributes.items():
            self.attributes[category][key] += 1
            self.types[key][_type(attribute)] += 1
            if isinstance(attribute.value, float):
                self.units[key][attribute.unit or "no unit"] += 1
        self.near.add(product.id, product.title)

    def report(self) -> QualityReport:
        """What the notes say."""
        shared = [SharedTitle(title, tuple(ids[:10])) for title, ids in self.titles.items() if len(ids) > 1]
        shared.sort(key=lambda group: -len(self.titles[group.title]))
        near = self.near.pairs()
        outliers = sorted(price_outliers(self.prices), key=lambda outlier: -outlier.score)
        conflicts = code_conflicts(self.codes)
        return QualityReport(
            products=self.count,
            missing=self.missing,
            languages=dict(self.languages.most_common()),
            shared_titles=len(shared),
            shared_title_examples=tuple(shared[:EXAMPLES]),
            near_duplicates=len(near),
            near_duplicate_examples=tuple(near[:EXAMPLES]),
            price_outliers=len(outliers),
            price_outlier_examples=tuple(outliers[:EXAMPLES]),
            coverage=tuple(_coverage(self.in_category, self.attributes)),
            code_conflicts=len(conflicts),
            code_conflict_examples=tuple(conflicts[:EXAMPLES]),
            attribute_conflicts=tuple(_attribute_conflicts(self.types, self.units)),
        )


def robust_scores(prices: Float64) -> tuple[float, Float64]:
    """Median price, and each price's |ln p − median ln p| / (1.4826 · MAD).

    When more than half of the prices are the same the MAD is 0; then 10% off that price counts as one deviation.
    """
    logs = np.log(prices)
    median = float(np.median(logs))
    distance = np.abs(logs - median)
    deviation = max(1.4826 * float(np.median(distance)), float(np.log(1.1)))
    return float(np.exp(median)), distance / deviation


def price_outliers(prices: Mapping[tuple[str, str], list[tuple[str, float]]]) -> list[PriceOutlier]:
    """Prices far from what is usual; by category and currency."""
    found = []
    for (category, currency), rows in prices.items():
        if len(rows) < MIN_PRICES:
            continue
        median, scores = robust_scores(np.array([price for _, price in rows]))
        for index in np.flatnonzero(scores > OUTLIER):
            id, price = rows[index]
            score = round(float(scores[index]), 2)
            found.append(PriceOutlier(id, category, price, currency, round(median, 2), score))
    return found


def is_global(code: str) -> bool:
    """Whether a code is the same all over the world (EAN, UPC, ISBN); others are unique within a brand only."""
    return code.isdigit() and len(code) in (8, 12, 13, 14)


def code_conflicts(codes: Mapping[str, list[tuple[str, str, float]]]) -> list[CodeConflict]:
    """Codes whose products disagree."""
    found = []
    for code, rows in codes.items():
        if len(rows) < 2:
            continue
        ids = tuple(id for id, _, _ in rows)
        brands = {brand for _, brand, _ in rows if brand}
        prices = [price for _, _, price in rows if price > 0]
        if len(brands) > 1:
            found.append(CodeConflict(code, "brand", ids, tuple(sorted(brands))))
        if prices and max(prices) > FAR_APART * min(prices):
            found.append(CodeConflict(code, "price", ids, (str(min(prices)), str(max(prices)))))
    return found


def _type(attribute: Attribute) -> str:
    value = attribute.value
    names = {bool: "yes/no", str: "text", tuple: "texts"}
    return names.get(type(value), "number")


def _coverage(sizes: Counter[str], attributes: Mapping[str, Counter[str]]) -> Iterable[Coverage]:
    for category, size in sizes.most_common(EXAMPLES):
        for key, count in attributes[category].most_common(30):
            if count >= MIN_COVERAGE * size:
                yield Coverage(category, key, size, round(count / size, 4))


def _attribute_conflicts(
    types: Mapping[str, Counter[str]], units: Mapping[str, Counter[str]]
) -> Iterable[AttributeConflict]:
    for what, table in (("type", types), ("unit", units)):
        for key, counts in sorted(table.items(), key=lambda item: -sum(item[1].values())):
            if len(counts) > 1:
                yield AttributeConflict(key, what, dict(counts.most_common()))
