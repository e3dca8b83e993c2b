"""The stages of one search over one open generation: understand, plan, encode, retrieve, relax."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from shelfwise.catalog.codec import decode
from shelfwise.errors import EncoderError
from shelfwise.retrieval.base import FacetRequest, Match, Matches, Plan, Reader, Wishes
from shelfwise.retrieval.plan import WISH, Planned, Planner
from shelfwise.retrieval.profile import CatalogueProfile
from shelfwise.retrieval.relax import relaxations
from shelfwise.settings import SearchSettings
from shelfwise.types import Product, Query, Relaxation
from shelfwise.understander import Understander
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.kinds.model import KindModel

LIKELY: Final = 0.8  # probability of a category from which a page without it has missed what was asked
KEPT: Final = ("spelling", "constraint")  # steps that wider questions keep
Took: TypeAlias = dict[str, float]  # stage → milliseconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run of a query found, and the stages that were left out."""

    planned: Planned
    understanding: Understanding
    matches: Matches
    products: tuple[Product, ...]
    relaxed: tuple[Relaxation, ...]
    degraded: tuple[str, ...]


class Answering:
    """Answers queries. Threads may share it.

    kinds: product → what kind of thing it is. encodes: whether there is an encoder. encoded: whether the generation
    was built with one.
    """

    def __init__(
        self,
        reader: Reader,
        understander: Understander,
        planner: Planner,
        profile: CatalogueProfile,
        kinds: KindModel,
        *,
        settings: SearchSettings,
        encodes: bool,
        encoded: bool,
    ) -> None:
        self._reader = reader
        self._understander = understander
        self._planner = planner
        self._profile = profile
        self._kinds = kinds
        self._settings = settings
        self._encodes = encodes
        self._encoded = encoded
        self._beside = ThreadPoolExecutor(thread_name_prefix="shelfwise-encode")  # its threads end with this object

    def __call__(self, query: Query, took: Took, wishes: Wishes = ()) -> Answer:
        """The answer; `took` gets the milliseconds of each stage. wishes: more than those of the query's words.

        Raises InputError for filters that cannot be used.
        """
        mode = query.mode or self._settings.mode
        if mode == "dense" and not self._encodes:
            query = replace(query, mode="lexical")
        with timed(took, "understand"):
            u = self._understander.words(query)
        meaning, degraded = self._meaning(u, mode, took)
        with timed(took, "plan"):
            planned = self._plan(u, query, meaning, wishes)
        fitting = query.facets is None and not self._settings.facets
        run = _Run(self._reader, self._profile, fitting, took, wishes)
        try:
            found = _Found(planned, run(planned.plan), run.products)
        except EncoderError:
            planned, meaning, degraded = planned.without_meaning(), None, ("encoder",)
            found = _Found(planned, run(planned.plan), run.products)
        found = self._checked(found, query, meaning, run)
        read = found.planned.understanding
        whole = read if meaning is None else meaning.result().but(constraints=read.constraints)
        return Answer(found.planned, whole, found.matches, found.products, found.relaxed, degraded)

    def _plan(self, u: Understanding, query: Query, meaning: Future[Understanding] | None, wishes: Wishes) -> Planned:
        planned = self._planner.plan(u, query, self._facets(query), wishes)
        return planned.with_meaning(meaning.result, WISH) if meaning is not None and u.reading.text else planned

    def _checked(self, found: _Found, query: Query, meaning: Future[Understanding] | None, run: _Run) -> _Found:
        """What was found; where that is nothing, what is found with constraints as wishes, or by a wider question."""
        if not self._settings.relax:
            return found
        if found.matches.total and not self._misses(self._first(found), meaning):
            near = _only_near(found.planned, found.matches) and not query.page.offset
            return replace(found, relaxed=(Relaxation("words", found.planned.words),)) if near else found
        last = found
        for softer, step in softened(found.planned.understanding):
            planned = self._plan(softer, query, meaning, run.wishes)
            last = _Found(planned, run(planned.plan), run.products, (step,))
            if last.matches.total and not self._misses(self._first(last), meaning):
                return last
        return found if found.matches.total else self._wider(last, query, run)

    def _first(self, found: _Found) -> _Found:
        """The first page, which decides for all pages whether constraints hold."""
        plan = found.planned.plan
        if not plan.offset or not any(c.hard and c.filter for c in found.planned.understanding.constraints):
            return found
        run = _Run(self._reader, self._profile, False, {})
        return replace(found, matches=run(replace(plan, offset=0, facets=())), products=run.products)

    def _misses(self, found: _Found, meaning: Future[Understanding] | None) -> bool:
        """Whether constraints left none of the things asked for, only others: under 500 there may be no laptop.

        Things are told by the likeliest category; by their kind among its siblings, or where no category is likely.
        """
        u = found.planned.understanding
        if not found.products or not any(c.hard and c.filter for c in u.constraints):
            return False
        guesses = meaning.result().category if meaning is not None else ()
        path = guesses[0].path if guesses and guesses[0].confidence >= LIKELY else None
        if path is None and u.head is None:
            return False

        def near(product: Product) -> bool:
            return path is None or product.category[:-1] == path[:-1]

        return not any(
            product.category == path or (u.head is not None and near(product) and self._is(product, u.head.kind))
            for product in found.products
        )

    def _is(self, product: Product, kind: str) -> bool:
        found, lexicon = self._kinds(product), self._kinds.lexicon
        return found is not None and (kind in lexicon.all(found.kind) or found.kind in lexicon.all(kind))

    def _wider(self, found: _Found, query: Query, run: _Run) -> _Found:
        corrected = self._understander.corrected(found.planned.understanding, query)
        wider = None if corrected is None else self._planner.plan(corrected, query)
        steps = list(found.relaxed)
        for relaxation, plan in relaxations(found.planned, wider, self._reader.document_frequency):
            steps = [*(step for step in steps if step.step in KEPT), relaxation]  # each holds the one before
            found = replace(found, matches=run(plan), products=run.products)
            if found.matches.total:
                return replace(found, relaxed=tuple(steps))
        return replace(found, relaxed=())

    def _meaning(self, u: Understanding, mode: str, took: Took) -> tuple[Future[Understanding] | None, tuple[str, ...]]:
        """What needs the encoder, under way while the words are searched; an answer without it says so."""
        if mode == "lexical" or not u.text:
            return None, ()
        if not self._encodes:
            return None, ("encoder",) if mode == "dense" or self._encoded else ()
        return self._beside.submit(self._understood, u, took), ()

    def _understood(self, u: Understanding, took: Took) -> Understanding:
        with timed(took, "encode"):
            return self._understander.meaning(u)

    def _facets(self, query: Query) -> tuple[FacetRequest, ...]:
        names = query.facets if query.facets is not None else self._settings.facets
        standing = {request.field: request for request in self._profile.standing()}
        if not names and query.facets is None:
            return tuple(standing.values())
        return tuple(standing.get(name, FacetRequest(name)) for name in names)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a plan found, and what was given up for it."""

    planned: Planned
    matches: Matches
    products: tuple[Product, ...]
    relaxed: tuple[Relaxation, ...] = ()


class _Run:
    """Runs plans; `products` are those of the last page, decoded once. wishes: those that all its plans share."""

    def __init__(
        self, reader: Reader, profile: CatalogueProfile, fitting: bool, took: Took, wishes: Wishes = ()
    ) -> None:
        self._reader, self._profile, self._fitting, self._took = reader, profile, fitting, took
        self.wishes = wishes
        self.products: tuple[Product, ...] = ()

    def __call__(self, plan: Plan) -> Matches:
        matches = self._reader.search(plan, self._more)
        for stage, milliseconds in matches.took.items():
            self._took[stage] = self._took.get(stage, 0.0) + milliseconds
        return matches

    def _more(self, found: Sequence[Match]) -> tuple[FacetRequest, ...]:
        self.products = tuple(decode(match.payload) for match in found)
        return self._profile.fitting(list(self.products)) if self._fitting else ()


def softened(u: Understanding) -> Iterator[tuple[Understanding, Relaxation]]:
    """The same with ever fewer hard constraints, the least sure first; what was hard becomes a wish."""
    hard = sorted((c for c in u.constraints if c.hard and c.filter), key=lambda c: (c.confidence, -c.start))
    for count in range(1, len(hard) + 1):
        soft = hard[:count]
        constraints = tuple(replace(c, hard=False) if c in soft else c for c in u.constraints)
        yield u.but(constraints=constraints), Relaxation("constraint", tuple(c.text for c in soft))


def _only_near(planned: Planned, matches: Matches) -> bool:
    """Whether no product has a word of the query, so that all found are only the nearest in meaning."""
    asked = planned.plan.text is not None and planned.plan.sort == "relevance"
    return asked and bool(matches.items) and all(item.lexical is None for item in matches.items)


@contextmanager
def timed(took: Took, stage: str) -> Iterator[None]:
    """Adds the time spent inside to the stage's milliseconds."""
    start = time.perf_counter()
    yield
    took[stage] = took.get(stage, 0.0) + 1000 * (time.perf_counter() - start)
