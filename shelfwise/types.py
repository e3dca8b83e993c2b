"""The vocabulary: what passes between rooms.

Every class is frozen and slotted. Data is checked where it enters (feeds, API, commands) and trusted inside;
inside rooms it is columnar (NumPy), these objects appear only at the edges.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Float32: TypeAlias = npt.NDArray[np.float32]
Float64: TypeAlias = npt.NDArray[np.float64]
Int32: TypeAlias = npt.NDArray[np.int32]
Int64: TypeAlias = npt.NDArray[np.int64]
Bool: TypeAlias = npt.NDArray[np.bool_]

Locale: TypeAlias = Literal["en", "zh"]
Mode: TypeAlias = Literal["hybrid", "lexical", "dense"]
Sort: TypeAlias = Literal["relevance", "price", "-price", "-rating", "-newest"]
Value: TypeAlias = str | float | bool | tuple[str, ...]

# --- products ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's main unit (yuan, dollars; not cents)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A typed fact: text, number, yes/no or several texts; numbers may carry a unit ("GB", "cm")."""

    value: Value
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """Mean of the ratings on a scale of 1 to 5, and how many there are."""

    average: float
    count: int


@dataclass(frozen=True, slots=True)
class Variant:
    """One buyable form of a product (a size, a colour). What is None or empty is as in the product."""

    id: str
    title: str = ""
    attributes: Mapping[str, Attribute] = dataclasses.field(default_factory=dict)
    price: Money | None = None
    available: bool = True
    stock: int | None = None
    images: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Translation:
    """A product's texts in another language. `attributes` holds values as shown to people, by attribute key."""

    title: str
    description: str = ""
    category: tuple[str, ...] = ()
    attributes: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Product:
    """What a shop sells. `codes` are exact identifiers: EAN, SKU, MPN. `category` is a path from the root."""

    id: str
    title: str
    description: str = ""
    brand: str | None = None
    category: tuple[str, ...] = ()
    attributes: Mapping[str, Attribute] = dataclasses.field(default_factory=dict)
    price: Money | None = None
    list_price: Money | None = None
    available: bool = True
    stock: int | None = None
    images: tuple[str, ...] = ()
    url: str = ""
    rating: Rating | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    translations: Mapping[str, Translation] = dataclasses.field(default_factory=dict)
    released: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What a buyer wrote about a product; `rating` is 1 to 5."""

    id: str
    product: str
    rating: int
    text: str
    language: str
    author: str = ""
    time: datetime | None = None


# --- filters -------------------------------------------------------------------------------------------------
# Fields: "price", "rating", "available", "brand", "category" (a path joined by " > ", a parent matches its
# children), "tags", "language", "released", "id" and "attributes.<key>".


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The field has at least one of the values."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """The field has every one of the values."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The field has none of the values (a product without the field passes)."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """low ≤ field ≤ high; None leaves an end open. A product without the field does not pass."""

    field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Exists:
    """The product has the field."""

    field: str


@dataclass(frozen=True, slots=True)
class And:
    """Every filter passes."""

    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one filter passes."""

    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The filter does not pass."""

    filter: Filter


Filter: TypeAlias = AnyOf | AllOf | NoneOf | Range | Exists | And | Or | Not

# --- a search ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the ranking: `offset` results are passed over, then `limit` are given."""

    offset: int = 0
    limit: int = 24


@dataclass(frozen=True, slots=True)
class Query:
    """What a shopper asks. `facets` None lets the shop choose; `filters` None lets everything pass.

    `correct` False searches the text as typed ("search for … instead"). `dismissed` names readings of the text that the
    shopper took back (`Constraint.key`, `CategoryGuess.key` of understanding/base.py).
    """

    text: str
    shopper: str | None = None
    locale: Locale | None = None
    filters: Filter | None = None
    facets: tuple[str, ...] | None = None
    sort: Sort = "relevance"
    page: Page = Page()
    mode: Mode | None = None
    correct: bool = True
    dismissed: tuple[str, ...] = ()
    explain: bool = True


@dataclass(frozen=True, slots=True)
class Candidates:
    """Columns over n products: ids, and a score from each source that found them (NaN where it did not)."""

    ids: tuple[str, ...]
    scores: Mapping[str, Float32]


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of an explanation: `value` is what this part added to the score of `stage`."""

    stage: str
    name: str
    value: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a product stands where it stands: per stage and field, in order of size, and as a sentence."""

    contributions: tuple[Contribution, ...] = ()
    reason: Mapping[str, str] = dataclasses.field(default_factory=dict)  # locale → one short sentence


@dataclass(frozen=True, slots=True)
class Highlight:
    """A text cut into parts; the parts flagged True matched the query."""

    parts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class SlateItem:
    """A product in its place. `propensity` is the probability with which the policy put it there."""

    product: Product
    score: float
    position: int
    propensity: float = 1.0
    why: Explanation = Explanation()
    highlights: Mapping[str, Highlight] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many of the matches have it. `low`/`high` bound a numeric bucket."""

    value: str
    count: int
    selected: bool = False
    label: Mapping[str, str] = dataclasses.field(default_factory=dict)
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts over the whole match set. Kinds: terms, histogram, range, tree (category paths)."""

    field: str
    kind: Literal["terms", "histogram", "range", "tree"]
    values: tuple[FacetValue, ...]
    label: Mapping[str, str] = dataclasses.field(default_factory=dict)
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that the search read differently, and how sure it is (0 to 1)."""

    original: str
    corrected: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A step taken because nothing matched: what was dropped, and in whose favour."""

    step: str
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line under the search field."""

    kind: Literal["query", "product", "category", "brand"]
    text: str
    score: float
    id: str | None = None
    parts: tuple[tuple[str, bool], ...] = ()


# --- behaviour -----------------------------------------------------------------------------------------------

EventKind: TypeAlias = Literal[
    "search",
    "reformulation",
    "impression",
    "view",
    "click",
    "dwell",
    "favourite",
    "unfavourite",
    "cart",
    "uncart",
    "purchase",
    "return",
    "rating",
    "review",
]
Consent: TypeAlias = Literal["personal", "anonymous", "none"]


@dataclass(frozen=True, slots=True)
class Event:
    """What a shopper did, or was shown.

    `id` is made where the event is made: the same id twice counts once. `time` is aware and says when it happened
    there. `shopper` is a pseudonym of a customer or a visitor. `value` is money for a purchase or a return (the whole
    line, in the shop's currency), stars for a rating or a review (1 to 5), seconds for a dwell. `text` is what was
    searched, or the words of a review. `slate` are the products an impression showed, the first of them at `position`
    (counted from 1); an impression of one product may say it in `product`. `query_id` names the answer that the event
    goes back to, `placement` where on the shop's pages ("search", "home", "product", "cart", …).

    consent: "personal" may form a profile; "anonymous" is kept without the shopper, for counts; "none" is not kept.
    """

    id: str
    kind: EventKind
    shopper: str
    time: datetime
    product: str | None = None
    query_id: str | None = None
    position: int | None = None
    value: float | None = None
    quantity: int = 1
    text: str | None = None
    slate: tuple[str, ...] = ()
    placement: str | None = None
    device: str | None = None
    consent: Consent = "personal"
    properties: Mapping[str, Value] = dataclasses.field(default_factory=dict)
