"""From what a shopper typed to what an engine runs.

A query becomes slots, one for each word that means something. A slot holds the word and everything that counts as
the same: corrections, synonyms, the word split or joined, the code it may be, its Chinese character pairs.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shelfwise.errors import SettingsError
from shelfwise.language.base import Analysis, Analyzer
from shelfwise.language.detect import detect
from shelfwise.language.stopwords import without_stopwords
from shelfwise.retrieval.base import FacetRequest, FusionSettings, Plan, QueryVector, TextClause
from shelfwise.retrieval.compounds import Compounds
from shelfwise.retrieval.document import WORD_FIELDS
from shelfwise.retrieval.slots import Expander, SlotMaker, Weights, Word, hints
from shelfwise.settings import SearchSettings
from shelfwise.types import Correction, Query
from shelfwise.understanding.spelling.fixes import Applied, Corrector, apply_fixes

NAMED: Final = (0.9, 0.1)  # weights of words and vectors when products are called by code: vectors know no codes
WORD_BOOSTS: Final[Mapping[str, float]] = {"all": 1.0}


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """Everything about the lexical half that can be tuned.

    sure: confidence from which a correction is searched; below it, it is only offered.
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
    sure: float = 0.45
    relevant: float = 0.6
    typos: bool = True
    max_characters: int = 512
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
        return cls(words=words, weights=weights, minimum_match=search.minimum_match, typos=search.typos)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what was understood on the way to it.

    text: the query as searched (bounded, corrected): what the encoder should read.
    words: the word of each slot of the plan, in the same order, as typed or corrected.
    guess: `text` as its unknown words may read: what the encoder should read as well.
    did_you_mean: the query with every correction in place, also those that were not sure enough to search.
    """

    plan: Plan
    text: str
    words: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    did_you_mean: str | None = None
    guess: str | None = None
    original: str = ""

    def with_vector(self, vector: QueryVector | None) -> Planned:
        """The same plan with the query's vector (see Plan)."""
        return dataclasses.replace(self, plan=dataclasses.replace(self.plan, vector=vector))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A query as typed but for sure corrections (`text`), and with its unknown words as they may read (`searched`).

    analysis, applied: of `searched`. sure: the corrections of `text`. offered: the query with all that may be shown.
    """

    text: str
    searched: str
    analysis: Analysis
    applied: tuple[Applied, ...] = ()
    sure: tuple[Applied, ...] = ()
    offered: str | None = None


class Planner:
    """Makes plans for one open index; everything it is given stays unchanged, so threads may share it."""

    def __init__(
        self,
        analyzer: Analyzer,
        synonyms: Expander | None = None,
        speller: Corrector | None = None,
        compounds: Compounds | None = None,
        settings: PlanSettings | None = None,
        *,
        search: SearchSettings | None = None,
    ) -> None:
        self._analyzer = analyzer
        self._speller = speller
        self._settings = settings or PlanSettings()
        self._search = search or SearchSettings()
        self._slots = SlotMaker(analyzer, synonyms, compounds, self._settings.weights)

    def plan(
        self,
        query: Query,
        vector: QueryVector | None = None,
        facets: tuple[FacetRequest, ...] = (),
        *,
        sure: float | None = None,
    ) -> Planned:
        """The plan of a query, for any text whatever; a text without words gives a plan that lets all match.

        `sure` overrides the confidence from which corrections are searched (relaxation lowers it).
        """
        original = clean(query.text, self._settings.max_characters)
        read = self._read(original, query.correct, sure)
        words = self._content(read.searched, read.analysis)
        mode = query.mode or self._search.mode
        clause = self._clause(read, words) if mode != "dense" and words else None
        plan = Plan(
            text=clause,
            vector=vector if mode != "lexical" and read.text else None,
            filter=query.filters,
            facets=facets,
            fusion=self._fusion(clause, read.text),
            sort=query.sort,
            offset=query.page.offset,
            limit=query.page.limit,
            candidates=self._search.candidates,
            relevant=self._settings.relevant,
            explain=query.explain,
        )
        return Planned(
            plan=plan,
            text=read.text,
            words=tuple(word.text for word in words) if clause else (),
            corrections=tuple(Correction(a.original, a.fix.best.text, a.fix.best.confidence) for a in read.sure),
            did_you_mean=read.offered,
            guess=read.searched if read.searched != read.text else None,
            original=original,
        )

    def _fusion(self, clause: TextClause | None, text: str) -> FusionSettings:
        """The shop's weights; for a query with the code of a few products, what these have in words is what counts.

        Meaning counts more for Chinese, where what is a word is a guess.
        """
        search = self._search
        if clause is not None and self._slots.names_products(clause.slots):
            return FusionSettings(search.fusion, *NAMED)
        dense = search.dense_weight if detect(text) == "en" else search.dense_weight_zh
        return FusionSettings(search.fusion, round(1 - dense, 6), dense, feedback=search.feedback)

    def _read(self, text: str, correct: bool, sure: float | None) -> _Reading:
        analysis = self._analyze(text)
        if self._speller is None or not correct or not self._settings.typos:
            return _Reading(text, text, analysis)
        fixes = self._speller.fixes(text, analysis)
        limit = self._settings.sure if sure is None else sure
        certain = [fix for fix in fixes if fix.best.confidence >= limit]
        shown = [fix for fix in fixes if not fix.silent]
        corrected, applied = apply_fixes(text, certain)
        searched, guessed = apply_fixes(text, [fix for fix in fixes if fix in certain or not fix.known])
        return _Reading(
            text=corrected,
            searched=searched,
            analysis=self._analyze(searched) if guessed else analysis,
            applied=guessed,
            sure=applied,
            offered=apply_fixes(text, shown)[0] if len(certain) < len(shown) else None,
        )

    def _analyze(self, text: str) -> Analysis:
        return without_stopwords(self._analyzer.analyze(text))

    def _content(self, text: str, analysis: Analysis) -> list[Word]:
        """The words asked for, each once."""
        unique: dict[str, Word] = {}
        for word in self._slots.words(text, analysis):
            unique.setdefault(word.token.text, word)
        return list(unique.values())[: self._settings.max_slots]

    def _clause(self, read: _Reading, words: list[Word]) -> TextClause:
        settings = self._settings
        analyses = (read.analysis, self._analyze(read.text)) if read.searched != read.text else (read.analysis,)
        slots = self._slots.slots(read.searched, read.analysis, words, read.applied)
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


def clean(text: str, size: int) -> str:
    r"""A query without control characters and runs of space, cut to `size` characters (at a space if one is near).

    >>> clean("  red\x00 \u200bshoes\n", 512)
    'red shoes'
    """
    bounded = text[: 8 * size]
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " if c.isspace() else "" for c in bounded)
    squeezed = " ".join(visible.split())
    if len(squeezed) <= size:
        return squeezed
    return re.sub(r" [^ ]{0,40}\Z", "", squeezed[:size])
