"""What must not be shown: sold out, gone, for adults, bought already, on the page already, outside a category."""

from __future__ import annotations

import numpy as np

from shelfwise.recommend.base import CatalogTable, RecommendRequest
from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.types import Bool


def allowed(table: CatalogTable, request: RecommendRequest) -> Bool:
    """Products that any row of the request may show, Bool[m]: in stock, and for adults only where that is wanted."""
    return table.available if request.adult else table.available & ~table.adult


def hidden(request: RecommendRequest, *, bought: bool) -> frozenset[str]:
    """Ids that a row must not show: excluded ones, what the page is about, and what was bought unless `bought`."""
    return request.exclude.union(request.seeds, () if bought else request.profile.bought)


def within(table: CatalogTable, category: str) -> Bool:
    """Products of a category path or below it, Bool[m].

    >>> import numpy as np
    >>> from shelfwise.recommend.catalogue import table_of
    >>> from shelfwise.types import Product
    >>> within(table_of([Product("1", "a", category=("Home", "Lamps")), Product("2", "b")]), "Home").tolist()
    [True, False]
    """
    below = category + CATEGORY_SEPARATOR
    inside = np.array([path == category or path.startswith(below) for path in table.categories] + [False])
    return inside[table.category]  # −1 is the last
