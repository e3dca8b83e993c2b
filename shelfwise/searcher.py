"""Search over one open generation: plan, encode, retrieve, relax, and hand out a slate."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from shelfwise.catalog.base import ProductChange
from shelfwise.catalog.codec import decode
from shelfwise.errors import EncoderError
from shelfwise.indexing import Terms, name_of, vectorised
from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.base import Encoder
from shelfwise.retrieval.base import Change, FacetRequest, IndexedProduct, Match, Matches, Plan, Reader
from shelfwise.retrieval.centring import QueryCentre
from shelfwise.retrieval.compounds import Compounds
from shelfwise.retrieval.document import Documents
from shelfwise.retrieval.generations import Opened
from shelfwise.retrieval.highlight import Highlighter
from shelfwise.retrieval.labels import LOCALES, Labels
from shelfwise.retrieval.plan import Planned, Planner, PlanSettings
from shelfwise.retrieval.profile import CatalogueProfile
from shelfwise.retrieval.reasons import reason
from shelfwise.retrieval.relax import relaxations
from shelfwise.retrieval.suggest import Suggester
from shelfwise.retrieval.synonyms import Synonyms, default_rules, read_rules
from shelfwise.settings import SearchSettings, Settings, UnderstandingSettings
from shelfwise.slate import Slate
from shelfwise.types import Explanation, Facet, Filter, Float32, Product, Query, Relaxation, SlateItem, Suggestion
from shelfwise.understander import Understander, word_steps
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.spelling.speller import Speller
from shelfwise.understanding.vector import VectorStep

BATCH = 256  # live changes applied at once


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run of a query found, and the stages that were left out."""

    planned: Planned
    understanding: Understanding
    matches: Matches
    products: tuple[Product, ...]
    relaxed: tuple[Relaxation, ...]
    degraded: tuple[str, ...]


class Searcher:
    """Everything that belongs to one generation. Threads may share it; `apply` brings it up to date."""

    def __init__(
        self, opened: Opened, encoder: Encoder | None, labels: Labels, settings: Settings, synonyms: Path
    ) -> None:
        folder = opened.generation.folder
        self.generation = opened.generation
        self.problems = opened.problems
        self.reader: Reader = opened.reader
        self.revision = opened.generation.manifest.revision
        self._encoder = encoder
        self._settings = settings.search
        self._labels = labels
        analyzer = BilingualAnalyzer(Terms.read(folder))
        self.analyzer = analyzer
        frequency = self.reader.document_frequency
        rules = [*default_rules(), *(read_rules(synonyms) if synonyms.is_file() else [])]
        known = Synonyms(rules, analyzer), Compounds(analyzer, frequency)
        self._planners: Callable[[SearchSettings], Planner] = lambda settings: Planner(
            analyzer, *known, PlanSettings.of(settings), search=settings
        )
        self._planner = self._planners(settings.search)
        self._beside = ThreadPoolExecutor(thread_name_prefix="shelfwise-encode")  # its threads end with this object
        self._suggester = Suggester.open(folder / "suggest")
        words = word_steps(analyzer, Speller.open(folder / "spelling", frequency))
        meaning = [] if encoder is None else [VectorStep(encoder, QueryCentre.open(folder / "centre"))]
        self.understander = Understander(words, meaning, settings.search, settings.understanding)
        self._profile = CatalogueProfile.open(folder / "profile")
        self._highlighter = Highlighter(analyzer)
        self._documents = Documents(analyzer, labels)

    # --- answers ---------------------------------------------------------------------------------------------

    def search(self, query: Query, query_id: str) -> Slate:
        """The page of products that answers a query. Raises InputError for filters that cannot be used."""
        start = time.perf_counter()
        took: dict[str, float] = {}
        answer = self._answer(query, took)
        with _timed(took, "present"):
            items = tuple(self._item(query, answer, place) for place in range(len(answer.products)))
            facets = tuple(self.labelled(facet) for facet in answer.matches.facets)
        took["total"] = 1000 * (time.perf_counter() - start)
        return Slate(
            query_id=query_id,
            query=query,
            items=items,
            total=answer.matches.total,
            understanding=answer.understanding,
            facets=facets,
            relaxed=answer.relaxed,
            took=took,
            degraded=answer.degraded,
            generation=self.generation.name,
        )

    def understand(self, query: Query) -> Understanding:
        """What a query means; without its vector, intent and category where the encoder does not answer."""
        u = self.understander.words(query)
        try:
            return self.understander.meaning(u)
        except EncoderError:
            return u.but(failed=(*u.failed, "vector"))

    def similar(self, id: str, limit: int, query_id: str, filter: Filter | None = None) -> Slate:
        """Products near to one, nearest first. Raises NotFoundError for an unknown id."""
        matches = self.reader.similar(id, limit, filter)
        text = {"en": "Similar to what you are looking at", "zh": "与当前商品相似"}
        items = tuple(
            SlateItem(decode(match.payload), match.score, place, why=Explanation(match.why, text))
            for place, match in enumerate(matches.items)
        )
        return Slate(query_id, Query(""), items, matches.total, took=matches.took, generation=self.generation.name)

    def suggest(self, prefix: str, limit: int) -> list[Suggestion]:
        """Lines under the search field."""
        return self._suggester.suggest(prefix, limit)

    def tuned(self, search: SearchSettings, understanding: UnderstandingSettings | None = None) -> Searcher:
        """The same index, searched with other settings. Close only the original."""
        other = copy.copy(self)
        other._settings, other._planner = search, self._planners(search)
        other.understander = self.understander.tuned(search, understanding or UnderstandingSettings())
        return other

    # --- live changes ----------------------------------------------------------------------------------------

    def apply(self, changes: Iterator[ProductChange]) -> int:
        """Make the catalogue's changes visible; how many there were."""
        batch: list[ProductChange] = []
        count = 0
        for change in changes:
            batch.append(change)
            if len(batch) == BATCH:
                count += self._apply(batch)
                batch = []
        return count + (self._apply(batch) if batch else 0)

    def _apply(self, batch: Sequence[ProductChange]) -> int:
        whole = [change.product for change in batch if change.kind == "upsert" and change.product is not None]
        offers = [change.product for change in batch if change.kind == "offer" and change.product is not None]
        indexed = {one.id: one for one in (*self._vectorised(whole), *vectorised(self._documents, None, offers))}
        self.reader.apply([Change(change.kind, change.id, indexed.get(change.id)) for change in batch])
        for change in batch:
            if change.kind == "upsert" and change.product is not None:
                self._suggester.add(change.product)
            elif change.kind == "delete":
                self._suggester.remove(change.id)
        self.revision = max(self.revision, *(change.revision for change in batch))
        return len(batch)

    def _vectorised(self, products: Sequence[Product]) -> list[IndexedProduct]:
        """Products in index form; without vectors, found by words only, while the encoder does not answer."""
        try:
            return vectorised(self._documents, self._encoder, products)
        except EncoderError as error:
            structlog.get_logger("shelfwise.searcher").warning("indexed_without_vectors", error=str(error))
            return vectorised(self._documents, None, products)

    def close(self) -> None:
        """Remove what the reader kept on disk. Searches that are under way come to their end."""
        self.reader.close()

    # --- the stages ------------------------------------------------------------------------------------------

    def _answer(self, query: Query, took: dict[str, float]) -> Answer:
        if (query.mode or self._settings.mode) == "dense" and self._encoder is None:
            query = replace(query, mode="lexical")
        with _timed(took, "understand"):
            u = self.understander.words(query)
        with _timed(took, "plan"):
            planned = self._planner.plan(u, query, facets=self._facets(query))
        meaning, degraded = self._meaning(u, query, took)
        planned = planned.with_vector(_vector(meaning) if meaning is not None and u.reading.text else None)
        products: list[Product] = []

        def more(found: Sequence[Match]) -> tuple[FacetRequest, ...]:
            products[:] = [decode(match.payload) for match in found]
            return self._profile.fitting(products) if query.facets is None and not self._settings.facets else ()

        try:
            matches = self._run(planned.plan, more, took)
        except EncoderError:
            planned, meaning, degraded = planned.with_vector(None), None, ("encoder",)
            matches = self._run(planned.plan, more, took)
        relaxed: list[Relaxation] = []
        if matches.total == 0 and self._settings.relax:
            corrected = self.understander.corrected(u, query)
            wider = None if corrected is None else self._planner.plan(corrected, query)
            for relaxation, plan in relaxations(planned, wider, self.reader.document_frequency):
                relaxed = [*(step for step in relaxed if step.step == "spelling"), relaxation]  # each holds the last
                matches = self._run(plan, more, took)
                if matches.total:
                    break
        elif _only_near(planned, matches) and query.page.offset == 0:
            relaxed = [Relaxation("words", planned.words)]
        u = meaning.result() if meaning is not None else u
        return Answer(planned, u, matches, tuple(products), tuple(relaxed) if matches.total else (), degraded)

    def _run(
        self, plan: Plan, more: Callable[[Sequence[Match]], tuple[FacetRequest, ...]], took: dict[str, float]
    ) -> Matches:
        matches = self.reader.search(plan, more)
        for stage, milliseconds in matches.took.items():
            took[stage] = took.get(stage, 0.0) + milliseconds
        return matches

    def _meaning(
        self, u: Understanding, query: Query, took: dict[str, float]
    ) -> tuple[Future[Understanding] | None, tuple[str, ...]]:
        """What needs the encoder, under way while the words are searched; an answer without it says so."""
        mode = query.mode or self._settings.mode
        if mode == "lexical" or not u.text:
            return None, ()
        if self._encoder is None:
            missed = mode == "dense" or self.generation.manifest.versions.get("encoder") != name_of(None)
            return None, ("encoder",) if missed else ()
        return self._beside.submit(self._understood, u, took), ()

    def _understood(self, u: Understanding, took: dict[str, float]) -> Understanding:
        with _timed(took, "encode"):
            return self.understander.meaning(u)

    def _facets(self, query: Query) -> tuple[FacetRequest, ...]:
        names = query.facets if query.facets is not None else self._settings.facets
        standing = {request.field: request for request in self._profile.standing()}
        if not names and query.facets is None:
            return tuple(standing.values())
        return tuple(standing.get(name, FacetRequest(name)) for name in names)

    # --- presentation ----------------------------------------------------------------------------------------

    def _item(self, query: Query, answer: Answer, place: int) -> SlateItem:
        match, product = answer.matches.items[place], answer.products[place]
        return SlateItem(
            product=product,
            score=match.score,
            position=query.page.offset + place,
            why=Explanation(match.why, reason(match.why)),
            highlights=self._highlighter.highlight(product, answer.planned, query.locale),
        )

    def labelled(self, facet: Facet) -> Facet:
        """The facet with its names in each language; numbers have none."""
        labels = self._labels
        values = facet.values
        if facet.kind in ("terms", "tree"):
            values = tuple(
                replace(value, label={locale: labels.value(facet.field, value.value, locale) for locale in LOCALES})
                for value in values
            )
        return replace(facet, values=values, label={locale: labels.field(facet.field, locale) for locale in LOCALES})


def _vector(meaning: Future[Understanding]) -> Callable[[], Float32]:
    """The query's vector, waited for."""

    def wait() -> Float32:
        vector = meaning.result().vector
        if vector is None:
            raise EncoderError("The encoder gave no vector.")
        return vector

    return wait


def _only_near(planned: Planned, matches: Matches) -> bool:
    """Whether no product has a word of the query, so that all found are only the nearest in meaning."""
    asked = planned.plan.text is not None and planned.plan.sort == "relevance"
    return asked and bool(matches.items) and all(item.lexical is None for item in matches.items)


@contextmanager
def _timed(took: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    took[stage] = took.get(stage, 0.0) + 1000 * (time.perf_counter() - start)
