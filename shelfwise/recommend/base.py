"""The contracts of recommending: who asks, what may be shown, and where candidates come from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self

from shelfwise.behaviour.base import Profile
from shelfwise.behaviour.table import EventTable
from shelfwise.types import Bool, Candidates, Float32, Int32, Int64


@dataclass(frozen=True, slots=True)
class CatalogTable:
    """The shop's m products as columns, in one order; what a product lacks is −1, NaN, 0 or "".

    categories: paths joined by " > ", `category` the place of each product's own (deepest) there. `brand` likewise.
    price, list_price: in the shop's currency. released: milliseconds since 1970. vectors: unit rows of the encoder
    (m × d), None without one. rating: mean stars, of `ratings` people (None: not told).
    """

    ids: tuple[str, ...]
    categories: tuple[str, ...]
    brands: tuple[str, ...]
    category: Int32
    brand: Int32
    price: Float32
    list_price: Float32
    available: Bool
    adult: Bool
    released: Int64
    vectors: Float32 | None = None
    titles: tuple[str, ...] = ()
    rating: Float32 | None = None
    ratings: Int32 | None = None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class RecommendRequest:
    """Who asks, when and where. `seeds` are the products it is about: the product of the page, the cart's.

    query: the text that was searched, if any. exclude: products that must not come (on the page already). region: a
    shop's own name of a part of the world. adult: whether products for adults may be shown.
    """

    profile: Profile
    at: datetime
    placement: str = "home"
    seeds: tuple[str, ...] = ()
    category: str | None = None
    query: str | None = None
    region: str | None = None
    exclude: frozenset[str] = frozenset()
    adult: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Why a product came: the generator, and the product, category or words it goes back to."""

    generator: str
    because: str | None = None


class CandidateGenerator(Protocol):
    """A source of candidates. Fitted on a log and a catalogue, kept in a folder, kept current by `update`.

    generate gives at most `limit` products, the best first, with one column of scores named like the generator; the
    scores of one generator can be compared with each other only. A shopper, a product or a shop of which nothing is
    known gets few or no candidates, never an error. `because` says what a product of the last candidates goes back to.
    update takes events that came after fitting, new shoppers and new products among them, without a new fit; products
    that the catalogue no longer has are not given.
    """

    name: str

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self: ...

    def update(self, events: EventTable, catalog: CatalogTable) -> None: ...

    def generate(self, request: RecommendRequest, limit: int) -> Candidates: ...

    def because(self, request: RecommendRequest, product: str) -> Source: ...

    def save(self, folder: Path) -> None: ...

    @classmethod
    def load(cls, folder: Path) -> Self: ...


@dataclass(frozen=True, slots=True)
class Row:
    """Recommendations of one generator or blend under one heading: title by locale, products, why each is there."""

    key: str
    title: Mapping[str, str]
    ids: tuple[str, ...]
    scores: Mapping[str, Float32]
    sources: tuple[Source, ...]
    propensity: tuple[float, ...] = ()
    properties: Mapping[str, str] = dataclasses.field(default_factory=dict)
