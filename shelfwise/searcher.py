"""Search over one open generation: plan, encode, retrieve, relax, and hand out a slate."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import structlog

from shelfwise.answering import Answer, Answering, timed
from shelfwise.behaviour.profiles.facts import IndexFacts
from shelfwise.behaviour.profiles.prices import PriceBands
from shelfwise.beside import Beside
from shelfwise.catalog.base import ProductChange
from shelfwise.catalog.codec import decode
from shelfwise.errors import EncoderError, ShelfwiseError
from shelfwise.indexing import Terms, name_of, vectorised
from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.base import Encoder
from shelfwise.recommend.taste import Taste, Tastes
from shelfwise.retrieval.base import Change, IndexedProduct, Reader
from shelfwise.retrieval.compounds import Compounds
from shelfwise.retrieval.document import Documents
from shelfwise.retrieval.generations import Opened
from shelfwise.retrieval.highlight import Highlighter
from shelfwise.retrieval.labels import LOCALES
from shelfwise.retrieval.plan import Planner, PlanSettings
from shelfwise.retrieval.profile import CatalogueProfile
from shelfwise.retrieval.reasons import reason
from shelfwise.retrieval.suggest import Suggester
from shelfwise.retrieval.synonyms import Synonyms, default_rules, read_rules
from shelfwise.settings import SearchSettings, UnderstandingSettings
from shelfwise.slate import Slate
from shelfwise.types import Explanation, Facet, Filter, Product, Query, SlateItem, Suggestion
from shelfwise.understander import open_understander
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.kinds.model import KindModel

BATCH = 256  # live changes applied at once


class Searcher:
    """Everything that belongs to one generation. Threads may share it; `apply` brings it up to date."""

    def __init__(self, opened: Opened, encoder: Encoder | None, beside: Beside) -> None:
        folder = opened.generation.folder
        self.generation = opened.generation
        self.problems = opened.problems
        self.damaged = beside.damaged
        self.reader: Reader = opened.reader
        self.facts = IndexFacts(self.reader, PriceBands.open(folder))
        self.revision = opened.generation.manifest.revision
        self.encoder = encoder
        self._labels = labels = beside.labels
        analyzer = BilingualAnalyzer(Terms.read(folder))
        self.analyzer = analyzer
        frequency = self.reader.document_frequency
        rules = [*default_rules(), *(read_rules(beside.synonyms) if beside.synonyms.is_file() else [])]
        known = Synonyms(rules, analyzer), Compounds(analyzer, frequency)
        self._planners: Callable[[SearchSettings], Planner] = lambda settings: Planner(
            analyzer, *known, PlanSettings.of(settings), search=settings
        )
        self._suggester = Suggester.open(folder / "suggest")
        self.understander = open_understander(folder, analyzer, frequency, encoder, beside)
        self._profile = CatalogueProfile.open(folder / "profile")
        self._kinds = KindModel.open(folder / KindModel.name)
        self._answering = self._answers(beside.settings.search)
        self._highlighter = Highlighter(analyzer)
        self._documents = Documents(analyzer, labels, self._kinds.tokens)

    # --- answers ---------------------------------------------------------------------------------------------

    def search(self, query: Query, query_id: str, tastes: Tastes | None = None) -> Slate:
        """The page of products that answers a query. Raises InputError for filters that cannot be used.

        tastes: gives what the shopper likes; results that are so come a little earlier, and say so.
        """
        start = time.perf_counter()
        took: dict[str, float] = {}
        liked: Sequence[Taste] = ()
        degraded: tuple[str, ...] = ()
        if tastes is not None and query.sort == "relevance":
            with timed(took, "personal"):
                try:
                    liked = tastes()
                except ShelfwiseError:  # what is known of a shopper is out of reach: the search is not
                    degraded = ("personal",)
        answer = self._answering(query, took, tuple(taste.wish() for taste in liked))
        with timed(took, "present"):
            items = tuple(self._item(query, answer, place, liked) for place in range(len(answer.products)))
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
            degraded=(*answer.degraded, *self.damaged, *degraded),
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
        other.understander = self.understander.tuned(search, understanding)
        other._answering = other._answers(search)
        return other

    def _answers(self, settings: SearchSettings) -> Answering:
        encoded = self.generation.manifest.versions.get("encoder") != name_of(None)
        planner, encodes = self._planners(settings), self.encoder is not None
        parts = self.reader, self.understander, planner, self._profile, self._kinds
        return Answering(*parts, settings=settings, encodes=encodes, encoded=encoded)

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
            return vectorised(self._documents, self.encoder, products)
        except EncoderError as error:
            structlog.get_logger("shelfwise.searcher").warning("indexed_without_vectors", error=str(error))
            return vectorised(self._documents, None, products)

    def close(self) -> None:
        """Remove what the reader kept on disk. Searches that are under way come to their end."""
        self.reader.close()

    # --- presentation ----------------------------------------------------------------------------------------

    def _item(self, query: Query, answer: Answer, place: int, liked: Sequence[Taste]) -> SlateItem:
        match, product = answer.matches.items[place], answer.products[place]
        personal = (taste.line(product) for taste in liked) if query.explain else ()
        return SlateItem(
            product=product,
            score=match.score,
            position=query.page.offset + place,
            why=Explanation((*match.why, *filter(None, personal)), reason(match.why)),
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
