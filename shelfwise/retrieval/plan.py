"""From what a shopper typed to what an engine runs.

A query becomes slots, one for each word that means something. A slot holds the word and everything that counts as
the same: corrections, synonyms, the word split or joined, the code it may be, its Chinese character pairs.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, get_args

from shelfwise.errors import EncoderError, SettingsError
from shelfwise.language.base import Analysis, Analyzer
from shelfwise.language.spans import outer
from shelfwise.language.stopwords import without_stopwords
from shelfwise.retrieval.base import (
    CATEGORY_SEPARATOR,
    Alternative,
    FacetRequest,
    FusionSettings,
    Leaning,
    Mark,
    Plan,
    Slot,
    TextClause,
    Wish,
    Wishes,
)
from shelfwise.retrieval.compounds import Compounds
from shelfwise.retrieval.document import WORD_FIELDS
from shelfwise.retrieval.slots import Expander, SlotMaker, Weights, Word, hints
from shelfwise.settings import SearchSettings
from shelfwise.types import And, AnyOf, Filter, Float32, Query, Sort
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.kinds.heads import Head
from shelfwise.understanding.kinds.model import made_for
from shelfwise.understanding.segment import SAID_OF

NAMED: Final = (0.9, 0.1)  # weights of words and vectors when products are called by code: vectors know no codes
WISH: Final = 0.15  # what the fulfilment of one wish adds to a score of about 1
REWRITE: Final = 0.4  # weight of a rewritten query's words
LIKELY: Final = 0.6  # probability from which a guessed category is wished for
LEVELS: Final[Mapping[tuple[str, str], tuple[str, float]]] = {
    ("price", "low"): ("price", -1.0),
    ("price", "high"): ("price", 1.0),
    ("rating", "high"): ("rating", 1.0),
    ("recency", "new"): ("released", 1.0),
}
WORD_BOOSTS: Final[Mapping[str, float]] = {"all": 1.0}


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """Everything about plans that can be tuned.

    head: weight of the words that name the thing asked for, in a Chinese sentence. accessory: what a product that is
        made for that thing loses.
    """

    words: Mapping[str, float] = field(default_factory=lambda: dict(WORD_BOOSTS))
    grams: Mapping[str, float] = field(default_factory=lambda: {"title_grams": 0.5, "text_grams": 0.2})
    characters: Mapping[str, float] = field(default_factory=lambda: {"title_characters": 1.0})
    codes: Mapping[str, float] = field(default_factory=lambda: {"codes": 2.0})
    kinds: Mapping[str, float] = field(default_factory=lambda: {"kinds": 2.0})
    weights: Weights = field(default_factory=Weights)
    minimum_match: float = 0.67
    tie_breaker: float = 1.0  # fields add up
    phrase_boost: float = 0.3
    phrase_fields: tuple[str, ...] = ("title",)
    phrase_slop: int = 2
    head: float = 2.0
    accessory: float = 0.15
    relevant: float = 0.6
    max_slots: int = 32

    @classmethod
    def of(cls, search: SearchSettings) -> PlanSettings:
        """The plan settings of a shop. Raises SettingsError for a boost on an unknown field."""
        for name in search.words:
            if name not in WORD_FIELDS:
                near = difflib.get_close_matches(name, WORD_FIELDS, 1, 0.4)
                known = f"Did you mean {near[0]!r}?" if near else f"Known fields: {', '.join(WORD_FIELDS)}."
                raise SettingsError(f"search.words: unknown field {name!r}.", hint=known)
        weights = Weights(synonym=search.synonym_weight)
        words = {**WORD_BOOSTS, **search.words}
        return cls(words=words, weights=weights, minimum_match=search.minimum_match)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what it was made of.

    words: the word of each slot of the plan, in the same order, as typed or corrected. wishes: those that the words
        make; the plan's may wait for the meaning too.
    """

    plan: Plan
    understanding: Understanding
    words: tuple[str, ...] = ()
    wishes: Wishes = ()

    def with_meaning(self, meaning: Callable[[], Understanding], weight: float = 0.0) -> Planned:
        """The same plan with what the meaning of the query adds once it is known: its vector, and the wish for its
        category, of this weight."""

        def wishes() -> Wishes:
            return (*self.wishes, *category_wish(meaning(), weight))

        def vector() -> Float32:
            found = meaning().vector
            if found is None:
                raise EncoderError("The encoder gave no vector.")
            return found

        return dataclasses.replace(self, plan=dataclasses.replace(self.plan, vector=vector, wishes=wishes))

    def without_meaning(self) -> Planned:
        """The same plan for words alone."""
        return dataclasses.replace(self, plan=dataclasses.replace(self.plan, vector=None, wishes=self.wishes))


class Planner:
    """Makes plans for one open index; everything it is given stays unchanged, so threads may share it."""

    def __init__(
        self,
        analyzer: Analyzer,
        synonyms: Expander | None = None,
        compounds: Compounds | None = None,
        settings: PlanSettings | None = None,
        *,
        search: SearchSettings | None = None,
    ) -> None:
        self._analyzer = analyzer
        self._settings = settings or PlanSettings()
        self._search = search or SearchSettings()
        self._slots = SlotMaker(analyzer, synonyms, compounds, self._settings.weights)

    def plan(
        self,
        u: Understanding,
        query: Query,
        facets: tuple[FacetRequest, ...] = (),
        wishes: Wishes = (),
    ) -> Planned:
        """The plan of an understood query; one without words lets all match. wishes: more than those of the words."""
        words = self._content(u.reading.searched, u.tokens)
        mode = query.mode or self._search.mode
        clause = self._clause(u, words) if mode != "dense" and words else None
        wishes = (*wishes_of(u, WISH), *self._not_made_for(u.head), *wishes)
        plan = Plan(
            text=clause,
            filter=_together(query.filters, u),
            facets=facets,
            fusion=self._fusion(clause, u),
            sort=_sort(query, u),
            wishes=wishes,
            offset=query.page.offset,
            limit=query.page.limit,
            candidates=self._search.candidates,
            relevant=self._settings.relevant,
            explain=query.explain,
        )
        return Planned(plan, u, tuple(word.text for word in words) if clause else (), wishes)

    def _fusion(self, clause: TextClause | None, u: Understanding) -> FusionSettings:
        """The shop's weights; for a query with the code of a few products, what these have in words is what counts.

        Meaning counts more for Chinese, where what is a word is a guess.
        """
        search = self._search
        if clause is not None and self._slots.names_products(clause.slots):
            return FusionSettings(search.fusion, *NAMED)
        dense = search.dense_weight if u.language == "en" else search.dense_weight_zh
        return FusionSettings(search.fusion, round(1 - dense, 6), dense, feedback=search.feedback)

    def _analyze(self, text: str) -> Analysis:
        return without_stopwords(self._analyzer.analyze(text))

    def _content(self, text: str, analysis: Analysis) -> list[Word]:
        """The words asked for, each once."""
        unique: dict[str, Word] = {}
        for word in self._slots.words(text, analysis):
            unique.setdefault(word.token.text, word)
        return list(unique.values())[: self._settings.max_slots]

    def _clause(self, u: Understanding, words: list[Word]) -> TextClause:
        settings, read = self._settings, u.reading
        analyses = (u.tokens, self._analyze(read.text)) if read.searched != read.text else (u.tokens,)
        slots = self._weighed(self._slots.slots(read.searched, u.tokens, words, read.applied), words, u)
        return TextClause(
            slots=slots,
            fields={
                "words": settings.words,
                "grams": settings.grams,
                "characters": settings.characters,
                "codes": settings.codes,
                "kinds": settings.kinds,
            },
            minimum_match=settings.minimum_match,
            tie_breaker=settings.tie_breaker,
            phrase_boost=settings.phrase_boost,
            phrase_fields=settings.phrase_fields,
            phrase_slop=settings.phrase_slop,
            hints=(*self._slots.kinds(words, slots), *self._more(u), *hints(analyses)),
            coverage=self._search.coverage,
            partial=self._search.partial,
        )

    def _weighed(self, slots: tuple[Slot, ...], words: list[Word], u: Understanding) -> tuple[Slot, ...]:
        """In a Chinese sentence the slots of the thing asked for count more than those of what is said of it.

        Bare keywords and English queries are better without, as docs/benchmarks.md says.
        """
        head = u.head
        if head is None or u.language == "en" or not (u.silent or SAID_OF in u.text):
            return slots
        weight = self._settings.head
        return tuple(
            dataclasses.replace(slot, weight=weight)
            if word.token.start < head.end and head.start < word.token.end
            else slot
            for slot, word in zip(slots, words, strict=True)
        )

    def _more(self, u: Understanding) -> tuple[Alternative, ...]:
        """Words that a generator gave beside those of the query: they add to matches and find nothing by themselves."""
        given = [(u.rewrite, REWRITE), *((e.other, e.weight) for e in u.expansions if e.approved)]
        found = {
            token.text: weight for text, weight in reversed(given) for token in outer(self._analyze(text).words) if text
        }
        asked = {token.text for token in u.tokens.words}
        return tuple(
            Alternative((word,), weight, source="synonym") for word, weight in found.items() if word not in asked
        )

    def _not_made_for(self, head: Head | None) -> Wishes:
        """Who asks for a device wants no case for it."""
        if head is None:
            return ()
        return (Mark("kinds", made_for(head.kind), -self._settings.accessory * head.sure),)


def _together(filters: Filter | None, u: Understanding) -> Filter | None:
    """The filters of the query and of its hard constraints."""
    hard = [c.filter for c in u.constraints if c.hard and c.filter is not None]
    given = list(filters.filters) if isinstance(filters, And) else [] if filters is None else [filters]
    every = tuple(dict.fromkeys([*given, *hard]))
    return None if not every else every[0] if len(every) == 1 else And(every)


def _sort(query: Query, u: Understanding) -> Sort:
    """The order chosen by hand, or else the one that the text asks for."""
    if query.sort != "relevance":
        return query.sort
    asked = (c.value for c in u.constraints if c.kind == "sort")
    return next((sort for name in asked for sort in get_args(Sort) if sort == name), "relevance")


def wishes_of(u: Understanding, weight: float) -> Wishes:
    """Constraints that are no filters: what passes them had better come first, by `weight` and how sure they are."""
    found: list[Wish | Leaning] = []
    for one in u.constraints:
        if one.filter is not None and not one.hard:
            found.append(Wish(one.filter, weight * one.confidence))
        elif (one.kind, one.level) in LEVELS and not one.negated:
            field, sign = LEVELS[one.kind, one.level]
            found.append(Leaning(field, sign, weight * one.confidence))
    return tuple(dict.fromkeys(found))  # of "red or blue" each has the filter of both


def category_wish(u: Understanding, weight: float) -> Wishes:
    """Products of the category that a query most probably asks for had better come first."""
    if not u.category or u.category[0].confidence < LIKELY or weight <= 0:
        return ()
    best = u.category[0]
    return (Wish(AnyOf("category", (CATEGORY_SEPARATOR.join(best.path),)), weight * best.confidence),)
