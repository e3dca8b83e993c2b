"""The contract of retrieval: what is indexed, what is asked, what comes back.

An `Engine` builds immutable generations and opens them as a `Reader`. Engines know tokens, vectors, keywords and
numbers; they know nothing of languages or encoders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from shelfwise.types import Bool, Contribution, Facet, Filter, Float32, Int32, Product, Sort

CATEGORY_SEPARATOR = " > "


@dataclass(frozen=True, slots=True)
class IndexedProduct:
    """A product as an engine stores it.

    text: text field → tokens ("title", "title_grams", "codes", …; see retrieval/document.py).
    keywords: filter field → values ("brand", "category" with every prefix of the path, "attributes.color", …).
    numbers: filter field → number ("price", "rating", "released", "attributes.weight", "available" as 0 or 1 …).
    vector: unit row of d numbers, or None when the shop has no encoder.
    payload: the product itself, as given back with a match (JSON).
    """

    id: str
    text: Mapping[str, tuple[str, ...]]
    keywords: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, float]
    vector: Float32 | None
    payload: bytes


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to satisfy a slot: all its tokens, in order and near each other when there are several.

    `group` names the fields searched: "words", "codes" or "grams". `source` says where it came from.
    """

    tokens: tuple[str, ...]
    weight: float = 1.0
    group: str = "words"
    source: Literal["query", "synonym", "typo", "compound", "phonetic", "shape"] = "query"


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing that the shopper asked for, in one or more spellings; the best matching spelling counts.

    weight: what it counts beside the other slots: the thing itself more, what is only said of it less.
    """

    alternatives: tuple[Alternative, ...]
    required: bool = False
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class TextClause:
    """The lexical part of a plan. Score of a product = Σ over slots of w · max over alternatives of
    weight · (dis-max over fields of boost · BM25), plus what can only add to a match: w · `coverage` points a slot (of
    weight w) that matches, phrases, and the BM25 of `hints` (words inside words, pairs of characters, single
    characters, kinds).

    minimum_match: share of the slots that must match (0 < m ≤ 1), rounded down but at least one.
    partial: when fewer products match than there may be candidates, those that match any slot are candidates too.
    """

    slots: tuple[Slot, ...]
    fields: Mapping[str, Mapping[str, float]]  # group → field → boost
    minimum_match: float = 1.0
    tie_breaker: float = 0.1
    phrase_boost: float = 0.0
    phrase_fields: tuple[str, ...] = ()
    phrase_slop: int = 2
    hints: tuple[Alternative, ...] = ()
    coverage: float = 0.0
    partial: bool = False


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """What to count. `exclude_own` leaves out the filter on this same field (multi-select facets)."""

    field: str
    kind: Literal["terms", "histogram", "range", "tree"] = "terms"
    size: int = 20
    interval: float | None = None
    bounds: tuple[float, ...] = ()
    exclude_own: bool = True


Scale: TypeAlias = Literal["max", "minmax", "zscore"] | tuple[float, float]


@dataclass(frozen=True, slots=True)
class FusionSettings:
    """How the two rankings become one. See retrieval/fusion/.

    lexical_scale, dense_scale: how weighted fusion brings scores between 0 and 1: "max", "minmax" or "zscore" over the
    candidates, or a fixed (low, high).
    """

    method: Literal["weighted", "rrf"] = "weighted"
    lexical_weight: float = 0.5
    dense_weight: float = 0.5
    rrf_k: float = 60.0
    lexical_scale: Scale = "max"
    dense_scale: Scale = "minmax"
    feedback: float = 0.0  # weight of the nearness to the best candidates (feedback.py)
    feedback_depth: int = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """Results that pass `filter` had better come first; `weight` is added to their score, which is about 0 to 1."""

    filter: Filter
    weight: float


@dataclass(frozen=True, slots=True)
class Leaning:
    """Results with much (sign 1) or little (−1) of a number had better come first; the first of them gets `weight`."""

    field: str
    sign: float
    weight: float


@dataclass(frozen=True, slots=True)
class Mark:
    """Results whose text field has this token get `weight` on their score; below 0 they had better come last."""

    field: str
    token: str
    weight: float


QueryVector: TypeAlias = Float32 | Callable[[], Float32]
Wishes: TypeAlias = tuple[Wish | Leaning | Mark, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that an engine needs to answer. Without text and vector, all products that pass the filter match.

    vector, wishes: themselves, or what gives them when they are needed: the words are searched meanwhile. What it
    raises goes through to the caller.
    """

    text: TextClause | None = None
    vector: QueryVector | None = None
    filter: Filter | None = None
    facets: tuple[FacetRequest, ...] = ()
    fusion: FusionSettings = FusionSettings()
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 24
    candidates: int = 200  # how deep each of the two rankings is read before fusion
    wishes: Wishes | Callable[[], Wishes] = ()
    relevant: float = 0.0  # sorted by a column, matches below this share of the best score come after all others
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A product found: its fused score, the source scores (None where a source did not find it), and why."""

    id: str
    score: float
    lexical: float | None
    dense: float | None
    payload: bytes
    why: tuple[Contribution, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """A page of matches in order. `total` counts the whole match set, which facets are counted over:
    every product that the text matches, and the dense candidates."""

    items: tuple[Match, ...]
    total: int
    facets: tuple[Facet, ...]
    took: Mapping[str, float]  # stage → milliseconds


@dataclass(frozen=True, slots=True)
class Change:
    """A live change. "offer": only numbers and payload differ from what is indexed; "delete" needs only the id."""

    kind: Literal["upsert", "offer", "delete"]
    id: str
    product: IndexedProduct | None = None


MoreFacets: TypeAlias = Callable[[Sequence[Match]], Sequence[FacetRequest]]


class Reader(Protocol):
    """An open generation with its live changes. Safe to use from several threads.

    `more` of a search is shown the page and says which further facets to count over the same matches.
    """

    def search(self, plan: Plan, more: MoreFacets | None = None) -> Matches: ...

    def apply(self, changes: Sequence[Change]) -> None: ...  # visible to the next search when it returns

    def similar(self, id: str, limit: int, filter: Filter | None = None) -> Matches: ...

    def vector(self, id: str) -> Float32 | None: ...

    def document_frequency(self, group: str, token: str) -> int: ...

    def __len__(self) -> int: ...

    def close(self) -> None: ...


class Engine(Protocol):
    """Writes an engine's files into a folder, and opens them. The folder belongs to a generation (generations.py).

    An open folder is never written to: what live changes need goes to a temporary folder in `scratch`, by default the
    parent of `folder`, best on the same disk.
    """

    name: str

    def build(self, products: Iterable[IndexedProduct], into: Path) -> int: ...  # how many products

    def open(self, folder: Path, scratch: Path | None = None) -> Reader: ...


class GenerationPart(Protocol):
    """Something built beside the engine from the same pass over the products (suggestions, spelling)."""

    name: str

    def add(self, product: Product, indexed: IndexedProduct) -> None: ...

    def write(self, into: Path) -> None: ...


class DenseIndex(Protocol):
    """Nearest rows by inner product. `allowed` is None or a mask Bool[n]; recall must not suffer from it."""

    def search(self, vector: Float32, limit: int, allowed: Bool | None = None) -> tuple[Int32, Float32]: ...


class Fusion(Protocol):
    """Makes one score of two. Columns over the same n candidates; NaN where a source has no score."""

    def fuse(self, lexical: Float32, dense: Float32) -> Float32: ...
