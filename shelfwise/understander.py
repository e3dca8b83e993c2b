"""The chain of understanding of one open generation, wired.

It runs in two halves: what words say is needed to search them; what needs the query's vector (intent, category) is
worked out while they are searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shelfwise.beside import Beside
from shelfwise.errors import EncoderError
from shelfwise.language.base import Analyzer, Encoder
from shelfwise.retrieval.centring import QueryCentre
from shelfwise.settings import SearchSettings, UnderstandingSettings
from shelfwise.types import Correction, Query
from shelfwise.understanding.base import Frequency, Step, Understanding
from shelfwise.understanding.carriers import CarriersStep
from shelfwise.understanding.category.model import CategoryBuilder, CategoryModel
from shelfwise.understanding.category.step import CategoryStep
from shelfwise.understanding.constraints.catalogue import CatalogueDictionary
from shelfwise.understanding.constraints.dictionary import DictionaryBuilder
from shelfwise.understanding.constraints.step import ConstraintsStep
from shelfwise.understanding.intent.step import IntentStep
from shelfwise.understanding.kinds.step import KindStep
from shelfwise.understanding.normalise import LanguageStep, NormaliseStep
from shelfwise.understanding.pipeline import LITERAL, Pipeline
from shelfwise.understanding.rewrite.step import RewriteStep
from shelfwise.understanding.rewrite.worth import Worth
from shelfwise.understanding.segment import SegmentationStep
from shelfwise.understanding.spelling.fixes import Corrector
from shelfwise.understanding.spelling.speller import Speller
from shelfwise.understanding.spelling.step import SpellingStep
from shelfwise.understanding.tagging.step import TaggerStep
from shelfwise.understanding.vector import VectorStep


def open_understander(
    folder: Path, analyzer: Analyzer, frequency: Frequency, encoder: Encoder | None, beside: Beside
) -> Understander:
    """The chain of a generation's folder. Raises CorruptIndexError."""
    settings = beside.settings
    dictionary = CatalogueDictionary.open(folder / DictionaryBuilder.name)
    wishes: list[Step] = [ConstraintsStep(analyzer, dictionary, currency=settings.shop.currency)]
    if beside.tagger is not None:
        wishes.append(TaggerStep(beside.tagger))
    options = settings.understanding
    rewrite: list[Step] = []
    if beside.rewriter is not None:
        worth = Worth(analyzer, frequency, words=options.rewrite_words, few=options.rewrite_few)
        rewrite.append(RewriteStep(beside.rewriter, worth))
    speller = Speller.open(folder / "spelling", frequency)
    words = word_steps(analyzer, speller, wishes, rewrite)
    meaning: list[Step] = []
    if encoder is not None:
        meaning.append(VectorStep(encoder, QueryCentre.open(folder / "centre")))
    if beside.intent is not None:
        meaning.append(IntentStep(beside.intent))
    meaning.append(CategoryStep(CategoryModel.open(folder / CategoryBuilder.name)))
    return Understander(words, meaning, settings.search, options)


def word_steps(
    analyzer: Analyzer, corrector: Corrector | None, wishes: Sequence[Step] = (), rewrite: Sequence[Step] = ()
) -> list[Step]:
    """The steps that read words: `wishes` come between spelling and carriers, `rewrite` before segmentation."""
    spelling = [] if corrector is None else [SpellingStep(analyzer, corrector)]
    silent: list[Step] = [NormaliseStep(), LanguageStep(), *spelling, *wishes, CarriersStep(analyzer)]
    return [*silent, *rewrite, SegmentationStep(analyzer), KindStep()]


class Understander:
    """Turns queries into what they mean. Threads may share it."""

    def __init__(
        self,
        words: Sequence[Step],
        meaning: Sequence[Step],
        search: SearchSettings,
        settings: UnderstandingSettings,
    ) -> None:
        self._halves = words, meaning
        self._settings = settings
        self.steps = (*words, *meaning)
        without = {*settings.without, *(() if search.typos else ("spelling",))}
        self._words = Pipeline(words, without)
        self._meaning = Pipeline(meaning, without, through=(EncoderError,))

    def tuned(self, search: SearchSettings, settings: UnderstandingSettings | None = None) -> Understander:
        """The same steps under other settings of search, and of understanding where these are given."""
        return Understander(*self._halves, search, settings or self._settings)

    def words(self, query: Query) -> Understanding:
        """What the words of a query say; a query to be searched as typed is read literally."""
        read = Understanding(query.text, dismissed=query.dismissed)
        return self._words(read, () if query.correct else LITERAL)

    def corrected(self, u: Understanding, query: Query) -> Understanding | None:
        """The same with corrections in place that were only offered; None where none were."""
        if u.did_you_mean is None or not query.correct:
            return None
        read = self.words(replace(query, text=u.did_you_mean))
        offered = tuple(fix for fix in u.fixes if not fix.silent)
        corrections = tuple(
            Correction(u.cleaned[fix.start : fix.end], fix.best.text, fix.best.confidence) for fix in offered
        )
        return read.but(original=u.original, corrections=corrections)

    def meaning(self, u: Understanding) -> Understanding:
        """`u` with its vector, and what follows from it. Raises EncoderError."""
        return self._meaning(u)
