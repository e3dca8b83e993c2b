"""What a catalogue looks like as a whole: which attributes can be facets, and where its prices lie.

A part of a generation. A text attribute can be a facet when it has between 2 and MOST_VALUES different values; how
many products have it says how useful it is. Price steps follow 1–2–5 between the cheapest and the dearest hundredth.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson

from shelfwise.errors import CorruptIndexError
from shelfwise.retrieval.base import FacetRequest, IndexedProduct
from shelfwise.types import Product

FILE: Final = "profile.json"
MOST_VALUES: Final = 200
MOST_FIELDS: Final = 20_000  # a hostile feed's attribute names are not collected without end
CHOSEN: Final = 5  # attributes offered for one result
ATTRIBUTES: Final = "attributes."


class CatalogueProfile:
    """Chooses which facets to count."""

    def __init__(self, facets: Sequence[str], price_bounds: Sequence[float]) -> None:
        self._facets = frozenset(facets)
        self.price_bounds = tuple(price_bounds)

    def standing(self) -> tuple[FacetRequest, ...]:
        """The facets of every result: category, brand, price, rating."""
        found = [FacetRequest("category", "tree", 50), FacetRequest("brand", "terms", 30)]
        if len(self.price_bounds) > 1:
            found.append(FacetRequest("price", "range", bounds=self.price_bounds))
        found.append(FacetRequest("rating", "range", bounds=(1, 2, 3, 4, 4.5)))
        return tuple(found)

    def fitting(self, products: Sequence[Product]) -> tuple[FacetRequest, ...]:
        """Attributes that most of these products have, and in which they differ."""
        values: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for product in products:
            for key, attribute in product.attributes.items():
                if f"{ATTRIBUTES}{key}" in self._facets:
                    values[key][str(attribute.value)] += 1
        least = max(2.0, 0.4 * len(products))
        useful = {key: sum(seen.values()) for key, seen in values.items() if len(seen) > 1}
        chosen = sorted((key for key, count in useful.items() if count >= least), key=lambda key: (-useful[key], key))
        return tuple(FacetRequest(f"{ATTRIBUTES}{key}", "terms", 15) for key in chosen[:CHOSEN])

    @classmethod
    def open(cls, folder: Path) -> CatalogueProfile:
        """The profile of a generation. Raises CorruptIndexError."""
        try:
            found = orjson.loads((folder / FILE).read_bytes())
            return cls(found["facets"], found["price_bounds"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CorruptIndexError(f"{folder / FILE}: {error}", hint="Index again.") from error


class CatalogueProfileBuilder:
    """Counts attribute values and prices over the products."""

    name = "profile"

    def __init__(self) -> None:
        self._values: dict[str, set[str]] = {}
        self._prices: list[float] = []

    def add(self, product: Product, indexed: IndexedProduct) -> None:
        """Counts one product."""
        for field, values in indexed.keywords.items():
            if not field.startswith(ATTRIBUTES):
                continue
            if field not in self._values and len(self._values) >= MOST_FIELDS:
                continue
            seen = self._values.setdefault(field, set())
            if len(seen) <= MOST_VALUES:
                seen.update(values)
        if "price" in indexed.numbers:
            self._prices.append(indexed.numbers["price"])

    def write(self, into: Path) -> None:
        """Writes the profile into a folder."""
        facets = sorted(field for field, seen in self._values.items() if 2 <= len(seen) <= MOST_VALUES)
        bounds = price_bounds(self._prices)
        (into / FILE).write_bytes(orjson.dumps({"facets": facets, "price_bounds": bounds}))


def price_bounds(prices: Sequence[float]) -> list[float]:
    """Round bounds that cut the prices in readable parts.

    >>> price_bounds([12, 30, 80, 150, 900, 4000])
    [0.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0]
    """
    if not prices:
        return []
    ordered = sorted(prices)
    low, high = ordered[len(ordered) // 100], ordered[-1 - len(ordered) // 100]
    steps = [m * 10.0**power for power in range(-1, 9) for m in (1, 2, 5)]
    return [0.0, *(step for step in steps if low < step < high)]
