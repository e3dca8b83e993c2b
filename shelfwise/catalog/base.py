"""The contracts of the catalogue: where products come from, and where they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from shelfwise.types import Money, Product, Review


@dataclass(frozen=True, slots=True)
class Row:
    """One raw row of a feed. `number` counts from 1 (line, item or record, as a person would count)."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was refused: where it is, what was found and what was expected."""

    file: str
    row: int
    column: str
    found: str
    expected: str


class FeedReader(Protocol):
    """Reads one format. Rows come one by one, in bounded memory; `start` passes over the rows before it.

    A row that cannot be read at all (bad JSON, invalid UTF-8) is yielded as a `BadRow` and reading goes on.
    """

    def rows(self, path: Path, start: int = 0) -> Iterator[Row | BadRow]: ...

    def columns(self, path: Path) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Offer:
    """A patch of the fast-moving part of a product; None leaves as it is."""

    id: str
    price: Money | None = None
    list_price: Money | None = None
    available: bool | None = None
    stock: int | None = None


@dataclass(frozen=True, slots=True)
class ProductChange:
    """One step of the catalogue's history. `revision` grows with every change; `product` is None for "delete".

    kind "offer": only price, list price, availability or stock differ, so text and vectors stay valid.
    """

    revision: int
    kind: Literal["upsert", "offer", "delete"]
    id: str
    product: Product | None


class CatalogStore(Protocol):
    """Keeps products and reviews durably. When a write returns, it is on disk; the same product twice counts once."""

    def upsert(self, products: Sequence[Product]) -> int: ...

    def patch(self, offers: Sequence[Offer]) -> tuple[int, tuple[str, ...]]: ...  # patched, ids not found

    def delete(self, ids: Sequence[str]) -> int: ...

    def get(self, ids: Sequence[str]) -> list[Product]: ...  # in the order asked; unknown ids are left out

    def products(self, after: str = "") -> Iterator[Product]: ...  # all, in order of id

    def count(self) -> int: ...

    def revision(self) -> int: ...

    def changes(self, since: int) -> Iterator[ProductChange]: ...  # the last state of each product changed since

    def add_reviews(self, reviews: Iterable[Review]) -> int: ...

    def reviews(self, product: str, limit: int = 20, offset: int = 0) -> list[Review]: ...

    def close(self) -> None: ...
