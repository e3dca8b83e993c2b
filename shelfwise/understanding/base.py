"""The contract of understanding: one object that a chain of steps fills in.

    normalise → language → spelling → constraints → carriers → segmentation → vector → intent → category → expansion

A step takes an `Understanding` and returns another with more in it; what earlier steps found stays. Places (`start`,
`end`) of constraints and of `silent` are places in `text`, places of fixes in `core` are those of `reading`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

from shelfwise.language.base import Analysis
from shelfwise.language.detect import Language
from shelfwise.types import Correction, Filter, Float32
from shelfwise.understanding.kinds.heads import Head
from shelfwise.understanding.spelling.fixes import Applied, Fix

Frequency: TypeAlias = Callable[[str, str], int]  # group ("words", "grams", "codes", "kinds"), token → products

Kind: TypeAlias = Literal[
    "product",  # the kind of thing asked for: laptop, 手机壳
    "brand",
    "model",
    "colour",
    "size",
    "capacity",
    "material",
    "compatible",  # what it must fit: "for iPhone 11", 苹果手机的充电线
    "audience",
    "occasion",
    "feature",  # any other fact that the catalogue has as an attribute: wireless, 防水
    "price",
    "rating",
    "recency",
    "quantity",
    "sort",
    "role",  # value "device" or "accessory": what kind of thing `product` is
]
NOTHING: Final = Analysis((), (), ())

Source: TypeAlias = Literal["rule", "catalogue", "model", "generator"]


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that the results must or should be, and the words text[start:end] that say so.

    value: canonical name, lower case: of what is the same in both languages the English one ("red", "apple",
        "elderly"), else as typed, folded ("tn-2110"). Empty for pure numbers.
    low, high, unit: bounds, both included, of price (unit: ISO currency or "" where none was said), rating, size,
        capacity, quantity and recency (a year); None is open.
    negated: the results must not be so.
    level: a wish without a number: price "low" (cheap, 便宜点的) or "high", rating "high" (评价好的), recency "new".
    confidence: how sure the reading is, 0 to 1.
    filter: the same in the catalogue's own fields; None where the catalogue has none that says it.
    hard: products that fail are left out, unless nothing would be left; otherwise those that pass are put higher.
    consumed: the words say nothing beside this and are not searched for ("under 500"); else they are ("red").
    """

    kind: Kind
    text: str
    start: int
    end: int
    value: str = ""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    level: str = ""
    negated: bool = False
    confidence: float = 1.0
    source: Source = "rule"
    filter: Filter | None = None
    hard: bool = False
    consumed: bool = False

    @property
    def key(self) -> str:
        """What a shopper who does not want it so names it by (Query.dismissed): the kind and the words.

        >>> Constraint("price", "Under  500", 0, 10, high=500).key
        'price:under 500'
        """
        return f"{self.kind}:{' '.join(self.text.casefold().split())}"


@dataclass(frozen=True, slots=True)
class CategoryGuess:
    """A category path that the query probably asks for; `confidence` between 0 and 1."""

    path: tuple[str, ...]
    confidence: float

    @property
    def key(self) -> str:
        """What a shopper who does not want it so names it by (Query.dismissed).

        >>> CategoryGuess(("Home", "Lamps"), 0.9).key
        'category:home > lamps'
        """
        return "category:" + " > ".join(self.path).casefold()


@dataclass(frozen=True, slots=True)
class Expansion:
    """Other words for words of the query; `approved` ones are searched, others only offered to the merchant."""

    words: str
    other: str
    weight: float
    source: str
    approved: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """What a step did: how long it took, how sure it is (None where that means nothing), what it changed."""

    step: str
    milliseconds: float
    changed: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What is searched of a query, with corrections in place: the sure ones in `text`, the unsure ones in `searched`
    as well. applied: the fixes of `searched` and their places in it."""

    text: str = ""
    searched: str = ""
    applied: tuple[Applied, ...] = ()


@dataclass(frozen=True, slots=True)
class Understanding:
    """What is known of a query.

    original: as typed. cleaned: without control characters, bounded. text: cleaned, sure corrections in place.
    fixes: what was found misspelt in `cleaned`; `sure` those that `text` has in place.
    silent: stretches of `text` that are not searched: turns of speech, and constraints that are consumed.
    core: `text` without `silent`: what names the goods; all of `text` when nothing else would be left.
    reading: `core` as it is searched. tokens: the analysis of its `searched` text without stop words.
    head: the thing that `reading.searched` asks for, and its place there; None where that cannot be told.
    rewrite: other words for the whole query, searched beside `reading` and never in its place; empty for none.
    intent: intent → probability; they add up to 1. Empty until known.
    vector: v_query of `core`, a unit row Float32[d]; None without an encoder. whole: that of all of `text`.
    dismissed: keys of readings that the shopper took back; the words of such a constraint are silent as well.
    failed: steps that could not be run.
    """

    original: str
    cleaned: str = ""
    text: str = ""
    language: Language = "en"
    tokens: Analysis = NOTHING
    corrections: tuple[Correction, ...] = ()
    did_you_mean: str | None = None
    fixes: tuple[Fix, ...] = ()
    sure: tuple[Fix, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    silent: tuple[tuple[int, int], ...] = ()
    core: str = ""
    reading: Reading = Reading()
    head: Head | None = None
    rewrite: str = ""
    intent: Mapping[str, float] = field(default_factory=dict)
    category: tuple[CategoryGuess, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    vector: Float32 | None = None
    whole: Float32 | None = None
    dismissed: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    failed: tuple[str, ...] = ()

    def but(self, **changes: object) -> Understanding:
        """The same with other values of some fields."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


NOT_READ: Final = Understanding("")


class Step(Protocol):
    """One step of the chain. It never raises for any text whatever, and bounds its own work."""

    name: str

    def __call__(self, u: Understanding) -> Understanding: ...


class Dictionary(Protocol):
    """What the catalogue calls things: finds names of brands, kinds, attribute values in a text."""

    def find(self, text: str, analysis: Analysis) -> list[Constraint]: ...
