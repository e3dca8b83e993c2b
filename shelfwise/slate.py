"""The answer to a search, as it leaves the shop."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from shelfwise.types import Correction, Facet, Product, Query, Relaxation, SlateItem
from shelfwise.understanding.base import NOT_READ, Understanding


@dataclass(frozen=True, slots=True)
class Slate:
    """An answer: a page of products in order, and everything needed to understand and to learn from it."""

    query_id: str
    query: Query
    items: tuple[SlateItem, ...]
    total: int
    understanding: Understanding = NOT_READ
    facets: tuple[Facet, ...] = ()
    relaxed: tuple[Relaxation, ...] = ()
    took: Mapping[str, float] = dataclasses.field(default_factory=dict)  # stage → milliseconds
    degraded: tuple[str, ...] = ()
    generation: str = ""

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """Words that were read differently."""
        return self.understanding.corrections

    @property
    def did_you_mean(self) -> str | None:
        """The query with every correction in place, also those that were not sure enough to search."""
        return self.understanding.did_you_mean

    @property
    def products(self) -> tuple[Product, ...]:
        """The products alone, in order."""
        return tuple(item.product for item in self.items)


@dataclass(frozen=True, slots=True)
class RecommendedRow:
    """Recommendations under one heading. `key` names the recipe ("for_you", "bought_together", …); `title` is by
    locale; each item says in `why.reason` why it is there."""

    key: str
    title: Mapping[str, str]
    items: tuple[SlateItem, ...]


@dataclass(frozen=True, slots=True)
class Recommendations:
    """The rows of one placement, in order; no product is in two of them. Events go back to it by `query_id`."""

    query_id: str
    placement: str
    shopper: str | None
    rows: tuple[RecommendedRow, ...]
    took: Mapping[str, float] = dataclasses.field(default_factory=dict)  # stage → milliseconds
    degraded: tuple[str, ...] = ()

    @property
    def products(self) -> tuple[Product, ...]:
        """The products of all rows, in order."""
        return tuple(item.product for row in self.rows for item in row.items)
