"""What searches look like over HTTP: the question, and the answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from shelfwise.service.wire import JsonNumber, ProductWire, Text, Wire, Yes
from shelfwise.service.wire_understanding import CorrectionWire, Dismissed, QueryText, UnderstoodOut
from shelfwise.types import Locale, Mode, Sort

PAGE_LIMIT = 100  # products
DEPTH = 9_900  # offset


FieldName = Annotated[str, Field(pattern=r"^[\w.-]{1,200}$", examples=["brand"])]
ShortFilter = Annotated[Text, Field(min_length=3, max_length=1_000, examples=["price:1000..5000"])]
Offset = Annotated[int, Field(ge=0, le=DEPTH, description="How many results to pass over.")]
Limit = Annotated[int, Field(ge=0, le=PAGE_LIMIT, description="How many results to give.")]


class SearchIn(Wire):
    """A search. `filters` is an object of field and condition; all must pass:
    {"brand": ["Nova", "Vega"], "price": [1000, 5000], "color": {"none": ["red"]}, "rating": {"min": 4},
    "storage": {"exists": true}, "or": [{…}, {…}], "not": {…}}.
    """

    q: QueryText = ""
    shopper: Annotated[Text, Field(max_length=200)] | None = None
    locale: Locale | None = None
    filters: dict[str, Any] | None = Field(default=None, examples=[{"brand": ["Nova"]}])
    facets: list[FieldName] | None = Field(default=None, max_length=30, description="Left out: the shop chooses.")
    sort: Sort = "relevance"
    offset: Annotated[Offset, JsonNumber] = 0
    limit: Annotated[Limit, JsonNumber] = 24
    mode: Mode | None = None
    correct: Yes = Field(default=True, description="False searches the text exactly as typed.")
    dismissed: Dismissed = ()
    explain: Yes = True


class ContributionWire(Wire):
    """What one part added to the score of a stage."""

    stage: str
    name: str
    value: float
    detail: str


class WhyWire(Wire):
    """Why a product stands where it stands; `reason` is a sentence by language."""

    contributions: list[ContributionWire]
    reason: dict[str, str]


class HitWire(Wire):
    """A product in its place. Highlights are texts in parts: [text, matched]."""

    product: ProductWire
    score: float
    position: int
    propensity: float
    why: WhyWire
    highlights: dict[str, list[tuple[str, bool]]]


class FacetValueWire(Wire):
    """A value, how many matches have it, and its name by language."""

    value: str
    count: int
    selected: bool
    label: dict[str, str]
    low: float | None
    high: float | None


class FacetWire(Wire):
    """Counts over all matches."""

    field: str
    kind: Literal["terms", "histogram", "range", "tree"]
    values: list[FacetValueWire]
    label: dict[str, str]
    low: float | None
    high: float | None


class RelaxationWire(Wire):
    """What was dropped because nothing matched."""

    step: str
    dropped: list[str]


class SearchOut(Wire):
    """A page of results. `understanding` is what the text was taken to mean; `took` is in milliseconds by stage;
    `degraded` names parts that did not take part.
    """

    query_id: str
    total: int
    items: list[HitWire]
    facets: list[FacetWire]
    corrections: list[CorrectionWire]
    did_you_mean: str | None
    understanding: UnderstoodOut
    relaxed: list[RelaxationWire]
    took: dict[str, float]
    degraded: list[str]
    generation: str


class ProductsOut(Wire):
    """A page of the catalogue."""

    total: int
    products: list[ProductWire]


class SuggestionWire(Wire):
    """A line under the search field; `parts` is its text as [text, matched]."""

    kind: Literal["query", "product", "category", "brand"]
    text: str
    score: float
    id: str | None
    parts: list[tuple[str, bool]]


class SuggestOut(Wire):
    """What a shopper may be about to type."""

    suggestions: list[SuggestionWire]
