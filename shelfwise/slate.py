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
