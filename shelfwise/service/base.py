"""The contract of the service: what the HTTP API and the storefront need from a shop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from shelfwise.behaviour.base import Profile, Receipt
from shelfwise.catalog.base import Offer
from shelfwise.retrieval.labels import Labels
from shelfwise.settings import Settings
from shelfwise.slate import Recommendations, Slate
from shelfwise.types import Event, Facet, Product, Query, Review, Suggestion
from shelfwise.understanding.base import Understanding


class ShopView(Protocol):
    """A shop as the service sees it. Methods may be called from several threads at once.

    search raises InputError for filters that cannot be used and NoIndexError before the first index.
    understand gives what the text of a query means, without a search; it raises NoIndexError as well.
    upsert, patch and delete are durable when they return and visible to searches within a second.
    products leaves out unknown ids; state is another text after every change of what is served.
    patch gives how many offers were taken, and the ids not found. picture never leaves the pictures folder.
    record is durable when it returns; it raises StorageError and BusyError. profile gives an empty one of a stranger.
    forget and merge tell how many events there were; merge raises InputError for what cannot be one shopper.
    """

    @property
    def settings(self) -> Settings: ...

    @property
    def labels(self) -> Labels: ...

    def search(self, query: Query) -> Slate: ...

    def understand(self, query: Query) -> Understanding: ...

    def suggest(self, prefix: str, limit: int = 8) -> list[Suggestion]: ...

    def product(self, id: str) -> Product | None: ...

    def products(self, ids: Sequence[str]) -> list[Product]: ...

    def similar(self, id: str, limit: int = 8) -> Slate: ...

    def reviews(self, product: str, limit: int = 20, offset: int = 0) -> list[Review]: ...

    def upsert(self, products: Sequence[Product]) -> int: ...

    def patch(self, offers: Sequence[Offer]) -> tuple[int, tuple[str, ...]]: ...

    def delete(self, ids: Sequence[str]) -> int: ...

    def categories(self) -> Facet: ...

    def record(self, events: Event | Sequence[Event]) -> Receipt: ...

    def profile(self, shopper: str) -> Profile: ...

    def forget(self, shopper: str) -> int: ...

    def merge(self, visitor: str, customer: str) -> int: ...

    def status(self) -> dict[str, object]: ...

    def recommend(
        self,
        shopper: str | None = None,
        placement: str = "home",
        *,
        seeds: Sequence[str] = (),
        category: str | None = None,
        query: str | None = None,
        limit: int = 12,
        exclude: Sequence[str] = (),
        region: str | None = None,
    ) -> Recommendations: ...

    def picture(self, path: str) -> Path | None: ...

    def ready(self) -> bool: ...

    def state(self) -> str: ...
