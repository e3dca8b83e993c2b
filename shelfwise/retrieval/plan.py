"""From what a shopper typed to what an engine runs.

A query becomes slots, one for each word that means something. A slot holds the word and everything that counts as
the same: corrections, synonyms, the word split or joined, the code it may be, its Chinese character pairs.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shelfwise.errors import SettingsError
from shelfwise.language.base import Analysis, Analyzer
from shelfwise.language.stopwords import without_stopwords
from shelfwise.retrieval.base import FacetRequest, FusionSettings, Plan, QueryVector, TextClause
from shelfwise.retrieval.compounds import Compounds
from shelfwise.retrieval.document import WORD_FIELDS
from shelfwise.retrieval.slots import Expander, SlotMaker, Weights, Word, hints
from shelfwise.settings import SearchSettings
from shelfwise.types import Query
from shelfwise.understanding.base import Understanding

NAMED: Final = (0.9, 0.1)  # weights of words and vectors when products are called by code: vectors know no codes
WORD_BOOSTS: Final[Mapping[str, float]] = {"all": 1.0}


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """Everything about the lexical half that can be tuned."""

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

    words: the word of each slot of the plan, in the same order, as typed or corrected.
    """

    plan: Plan
    understanding: Understanding
    words: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """What the encoder should read: the query as searched, and as its unknown words may read."""
        reading = self.understanding.reading
        return tuple(dict.fromkeys(text for text in (reading.text, reading.searched) if text))

    def with_vector(self, vector: QueryVector | None) -> Planned:
        """The same plan with the query's vector (see Plan)."""
        return dataclasses.replace(self, plan=dataclasses.replace(self.plan, vector=vector))


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
        vector: QueryVector | None = None,
        facets: tuple[FacetRequest, ...] = (),
    ) -> Planned:
        """The plan of an understood query; one without words lets all match."""
        words = self._content(u.reading.searched, u.tokens)
        mode = query.mode or self._search.mode
        clause = self._clause(u, words) if mode != "dense" and words else None
        plan = Plan(
            text=clause,
            vector=vector if mode != "lexical" and u.reading.text else None,
            filter=query.filters,
            facets=facets,
            fusion=self._fusion(clause, u),
            sort=query.sort,
            offset=query.page.offset,
            limit=query.page.limit,
            candidates=self._search.candidates,
            relevant=self._settings.relevant,
            explain=query.explain,
        )
        return Planned(plan, u, tuple(word.text for word in words) if clause else ())

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
        slots = self._slots.slots(read.searched, u.tokens, words, read.applied)
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
            hints=(*self._slots.kinds(words, slots), *hints(analyses)),
            coverage=self._search.coverage,
            partial=self._search.partial,
        )
