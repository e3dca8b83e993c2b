"""The stages of one search over one open generation: understand, plan, encode, retrieve, relax."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

from shelfwise.catalog.codec import decode
from shelfwise.errors import EncoderError
from shelfwise.retrieval.base import FacetRequest, Match, Matches, Plan, Reader
from shelfwise.retrieval.plan import Planned, Planner
from shelfwise.retrieval.profile import CatalogueProfile
from shelfwise.retrieval.relax import relaxations
from shelfwise.settings import SearchSettings
from shelfwise.types import Float32, Product, Query, Relaxation
from shelfwise.understander import Understander
from shelfwise.understanding.base import Understanding

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

    encodes: whether there is an encoder. encoded: whether the generation was built with one.
    """

    def __init__(
        self,
        reader: Reader,
        understander: Understander,
        planner: Planner,
        profile: CatalogueProfile,
        settings: SearchSettings,
        *,
        encodes: bool,
        encoded: bool,
    ) -> None:
        self._reader = reader
        self._understander = understander
        self._planner = planner
        self._profile = profile
        self._settings = settings
        self._encodes = encodes
        self._encoded = encoded
        self._beside = ThreadPoolExecutor(thread_name_prefix="shelfwise-encode")  # its threads end with this object

    def __call__(self, query: Query, took: Took) -> Answer:
        """The answer; `took` gets the milliseconds of each stage. Raises InputError for filters that cannot be used."""
        mode = query.mode or self._settings.mode
        if mode == "dense" and not self._encodes:
            query = replace(query, mode="lexical")
        with timed(took, "understand"):
            u = self._understander.words(query)
        meaning, degraded = self._meaning(u, mode, took)
        with timed(took, "plan"):
            planned = self._planner.plan(u, query, facets=self._facets(query))
        if meaning is not None and u.reading.text:
            planned = planned.with_vector(_vector(meaning))
        run = _Run(self._reader, self._profile, query.facets is None and not self._settings.facets, took)
        try:
            matches = run(planned.plan)
        except EncoderError:
            planned, meaning, degraded = planned.with_vector(None), None, ("encoder",)
            matches = run(planned.plan)
        matches, relaxed, u = self._relaxed(planned, query, matches, run)
        if meaning is not None:
            found = meaning.result()
            u = found.but(constraints=u.constraints)
        return Answer(planned, u, matches, run.products, relaxed, degraded)

    def _relaxed(
        self, planned: Planned, query: Query, matches: Matches, run: _Run
    ) -> tuple[Matches, tuple[Relaxation, ...], Understanding]:
        """Where nothing was found: constraints as wishes, then a wider question; and what was given up."""
        u = planned.understanding
        steps: list[Relaxation] = []
        if matches.total or not self._settings.relax:
            near = _only_near(planned, matches) and query.page.offset == 0
            return matches, (Relaxation("words", planned.words),) if near else (), u
        for softer, step in softened(u):
            planned = self._planner.plan(softer, query, planned.plan.vector, self._facets(query))
            matches, u, steps = run(planned.plan), softer, [step]
            if matches.total:
                return matches, tuple(steps), u
        corrected = self._understander.corrected(u, query)
        wider = None if corrected is None else self._planner.plan(corrected, query)
        for relaxation, plan in relaxations(planned, wider, self._reader.document_frequency):
            kept = [step for step in steps if step.step in ("spelling", "constraint")]
            steps = [*kept, relaxation]  # each holds the one before
            matches = run(plan)
            if matches.total:
                break
        return matches, tuple(steps) if matches.total else (), u

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


class _Run:
    """Runs plans; `products` are those of the last page, decoded once."""

    def __init__(self, reader: Reader, profile: CatalogueProfile, fitting: bool, took: Took) -> None:
        self._reader, self._profile, self._fitting, self._took = reader, profile, fitting, took
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
def timed(took: Took, stage: str) -> Iterator[None]:
    """Adds the time spent inside to the stage's milliseconds."""
    start = time.perf_counter()
    yield
    took[stage] = took.get(stage, 0.0) + 1000 * (time.perf_counter() - start)
