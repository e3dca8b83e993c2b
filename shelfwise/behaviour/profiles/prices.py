"""Dear or cheap for what it is: a price as a band of the prices of its category.

A part of a generation of the index: counted over the catalogue when it is indexed, read by profiles.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from shelfwise.errors import CorruptIndexError
from shelfwise.types import Product

BANDS: Final = ("lowest", "low", "middle", "high", "highest")
FEWEST: Final = 20  # prices from which a category has bands of its own; below, those of its parent count
SEPARATOR: Final = " > "
FILE: Final = "bands.json"
NAME: Final = "prices"
_SHARES: Final = tuple(place / len(BANDS) for place in range(1, len(BANDS)))


class PriceBands:
    """Four cuts a category, at a fifth, two fifths … of its prices; "" is the whole catalogue.

    >>> bands = PriceBands({"": (10.0, 20.0, 50.0, 100.0), "Phones": (200.0, 400.0, 800.0, 1600.0)})
    >>> bands.band(("Phones", "Cases"), 150.0), bands.band(("Food",), 150.0), bands.band((), None)
    ('lowest', 'highest', None)
    """

    def __init__(self, cuts: Mapping[str, Sequence[float]] | None = None) -> None:
        self._cuts = {path: tuple(each) for path, each in (cuts or {}).items()}

    def band(self, category: Sequence[str], price: float | None) -> str | None:
        """The band of a price in the deepest category that has bands; None without a price or any bands."""
        if price is None:
            return None
        for end in range(len(category), -1, -1):
            cuts = self._cuts.get(SEPARATOR.join(category[:end]))
            if cuts is not None:
                return BANDS[bisect_left(cuts, price)]
        return None

    @classmethod
    def open(cls, folder: Path) -> PriceBands:
        """The bands of a generation's folder; none in one of before there were bands. Raises CorruptIndexError."""
        file = folder / NAME / FILE
        if not file.exists():
            return cls()
        try:
            found = orjson.loads(file.read_bytes())
            return cls({path: tuple(map(float, cuts)) for path, cuts in found.items()})
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise CorruptIndexError(f"{file}: {error}", hint="Index again.") from error


class PriceBandsBuilder:
    """Gathers the prices of a catalogue, category by category.

    >>> from decimal import Decimal
    >>> from shelfwise.types import Money
    >>> builder = PriceBandsBuilder()
    >>> for n in range(1, 101):
    ...     builder.add(Product(str(n), "pen", category=("Pens",), price=Money(Decimal(n), "CNY")), None)
    >>> builder.bands().band(("Pens",), 20.0), builder.bands().band(("Pens",), 21.0)
    ('lowest', 'low')
    """

    name = NAME

    def __init__(self) -> None:
        self._prices: dict[str, array[float]] = {}

    def add(self, product: Product, indexed: object) -> None:
        """Counts one product."""
        if product.price is None:
            return
        price = float(product.price.amount)
        for end in range(len(product.category) + 1):
            self._prices.setdefault(SEPARATOR.join(product.category[:end]), array("d")).append(price)

    def bands(self) -> PriceBands:
        """The bands of what was counted."""
        return PriceBands(self._cuts())

    def write(self, into: Path) -> None:
        """Writes the bands into a folder."""
        (into / FILE).write_bytes(orjson.dumps(self._cuts()))

    def _cuts(self) -> dict[str, list[float]]:
        known = {path: each for path, each in self._prices.items() if len(each) >= FEWEST or path == ""}
        return {path: np.quantile(each, _SHARES, method="inverted_cdf").tolist() for path, each in known.items()}
