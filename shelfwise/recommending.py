"""Recommendations of one shop: catalogue, log, profiles and fitted generators, kept current and put together."""

from __future__ import annotations

import copy
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import structlog

from shelfwise.answering import timed
from shelfwise.audience import Audience
from shelfwise.behaviour.base import Profile
from shelfwise.behaviour.table import EventTable
from shelfwise.catalog.base import CatalogStore
from shelfwise.errors import ShelfwiseError
from shelfwise.recommend.asking import Ask, checked
from shelfwise.recommend.base import CandidateGenerator, CatalogTable, RecommendRequest, Row
from shelfwise.recommend.catalogue import LiveCatalog, VectorOf
from shelfwise.recommend.expected import Expected
from shelfwise.recommend.fitting import Fitted, FittedGenerators, Opened, Part, Progress
from shelfwise.recommend.following import CATALOGUE, CatalogFollower
from shelfwise.recommend.generators.because_searched import BecauseSearched
from shelfwise.recommend.generators.registry import GENERATORS, KINDS, LIGHT, TRAINED
from shelfwise.recommend.learnt import WEIGHTS, keep_weights, learnt_blend
from shelfwise.recommend.placements.blending import ReciprocalRanks
from shelfwise.recommend.placements.page import Kitchen
from shelfwise.recommend.placements.recipes import read_recipes
from shelfwise.recommend.prepared import Prepared
from shelfwise.recommend.reading import events_of
from shelfwise.recommend.rows import present, still_there
from shelfwise.recommend.taste import Tastes, tastes
from shelfwise.retrieval.labels import Labels
from shelfwise.searcher import Searcher
from shelfwise.settings import RecommendSettings
from shelfwise.slate import Recommendations
from shelfwise.types import Locale, Page, Query

FOLDER: Final = "recommend"  # in the shop's folder
SEARCHES: Final = 2_000  # whose results are kept, as long as what is open
PAUSE: Final = timedelta(seconds=5)  # between two updates of the generators


@dataclass(frozen=True, slots=True)
class _Open:
    """What is served. cursor: the log's number up to which generators know it. served: what was `current` then.
    stale: the catalogue has other products than the generators know."""

    catalog: LiveCatalog
    kitchen: Kitchen
    damaged: Mapping[str, str]
    revision: int
    index: str
    cursor: int
    served: str | None
    updated: datetime
    stale: bool = False


class Recommender:
    """Makes the rows of placements. Threads may share it; what it needs is opened by the first call.

    searcher: the open index, whose vectors are taken; it raises where there is none that can be opened.
    """

    def __init__(
        self,
        folder: Path,
        settings: RecommendSettings,
        store: CatalogStore,
        audience: Audience,
        searcher: Callable[[], Searcher],
        *,
        labels: Labels,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self._settings, self._audience, self._searcher = settings, audience, searcher
        self._labels, self._clock, self._ids = labels, clock, ids
        self._recipes = read_recipes(folder / settings.placements, GENERATORS)
        self.kinds = [kind for kind in KINDS if kind.name not in settings.without]
        self.trained = folder / FOLDER / "trained"  # what commands of their own trained, by name
        self.fitted = FittedGenerators(folder / FOLDER)
        self.prepared = Prepared(settings.prepared)
        self.expected = Expected(folder / FOLDER)
        self._catalogue = CatalogFollower(store, self._vectors)
        self._lock = threading.RLock()
        self._open: _Open | None = None

    # --- answers ---------------------------------------------------------------------------------------------

    def recommend(self, ask: Ask) -> Recommendations:
        """The rows that answer. Raises InputError for what cannot be asked."""
        start, took = time.perf_counter(), dict[str, float]()
        ask = checked(ask)
        with timed(took, "open"):
            open_ = self._opened()
        rows, failed = self._rows(open_, ask, took)
        with timed(took, "present"):
            shown = present(rows, self._catalogue.products.get, self._category)
        took["total"] = 1000 * (time.perf_counter() - start)
        degraded = (*open_.damaged, *failed)
        return Recommendations(self._ids(), ask.placement, ask.shopper, shown, took, degraded)

    def prepare(self, shoppers: Sequence[str], placement: str = "home", limit: int = 12) -> int:
        """Make rows before they are asked for; how many shoppers had none ready."""
        open_, made = self._opened(), 0
        for shopper in shoppers:
            took: dict[str, float] = {}
            self._rows(open_, checked(Ask(shopper, placement, limit=limit)), took)
            made += "rows" in took
        return made

    def tastes(self, shopper: str | None) -> Tastes | None:
        """What gives the tastes of a shopper to a search; None for nobody, or where the settings want none."""
        weight = self._settings.search_weight
        if not shopper or not weight:
            return None
        return lambda: tastes(self._audience.profile(shopper), weight)

    def forget(self, shopper: str) -> None:
        """Let go of rows that were made for a shopper whom the log has forgotten, and expect them no more."""
        self.prepared.forget(shopper)
        self.expected.keep(self._audience.log.last)

    def _rows(self, open_: _Open, ask: Ask, took: dict[str, float]) -> tuple[Sequence[Row], tuple[str, ...]]:
        now = self._clock()
        with timed(took, "log"):
            last = self._audience.log.last(ask.shopper) if ask.shopper else 0
        key = ask.shopper if last else None, replace(ask, shopper=None)
        state = last, open_.served, open_.index
        rows = self.prepared.get(key, state, now)
        if rows is not None:
            return still_there(rows, open_.catalog), ()
        with timed(took, "profile"):
            profile = self._audience.profile(ask.shopper) if ask.shopper and last else Profile("", now)
        failed: dict[str, None] = {}
        with timed(took, "rows"):
            kitchen = replace(open_.kitchen, failed=lambda name, error: self._failed(failed, name, error))
            rows = kitchen.page(
                self._recipes[ask.placement], _request(ask, profile, now, self._settings.adult), ask.limit
            )
        if not failed:
            self.prepared.put(key, state, now, rows)
        return rows, tuple(failed)

    def _failed(self, failed: dict[str, None], name: str, error: Exception) -> None:
        failed[name] = None
        structlog.get_logger("shelfwise.recommending").warning("generator_failed", generator=name, error=repr(error))

    def _category(self, path: str, locale: Locale) -> str:
        return self._labels.value("category", path, locale)

    # --- fitting ---------------------------------------------------------------------------------------------

    def fit(self, progress: Progress = lambda done, total: None) -> str:
        """Fit all generators of the settings on log and catalogue, and serve them; the generation's name."""
        self._opened()
        self.catch_up()
        open_, now = self._opened(), self._clock()
        about = Fitted(
            "", now.isoformat(), self._audience.log.cursor(), open_.revision, versions={"index": open_.index}
        )
        catalog, table = open_.catalog, open_.catalog.table
        parts: dict[str, Part] = {
            CATALOGUE: lambda folder, events: catalog.save(folder),
            WEIGHTS: lambda folder, events: keep_weights(folder, self.kinds, events, table),
        }
        trained = [kind for kind in self._trained() if (self.trained / kind.name).is_dir()]
        parts |= {kind.name: partial(_copied, self.trained / kind.name) for kind in trained}
        kinds = [*self.kinds, *trained]
        name = self.fitted.fit(kinds, about, self._events_until, table, now=now, parts=parts, progress=progress)
        self.catch_up()
        return name

    def known(self) -> tuple[EventTable, CatalogTable]:
        """The log and the catalogue as generators are fitted on them: for those that are trained on their own."""
        self._opened()
        self.catch_up()
        return self._events_until(self._audience.log.cursor()), self._opened().catalog.table

    def kept(self) -> Opened:
        """What is on disk of the newest fit, whatever is served, and what is wrong with it."""
        return self.fitted.open([*self.kinds, *self._trained()])

    def _trained(self) -> list[type[CandidateGenerator]]:
        return [kind for kind in TRAINED if kind.name not in self._settings.without]

    def _events_until(self, cursor: int) -> EventTable:
        return self._events(0, cursor)

    def _events(self, since: int, until: int) -> EventTable:
        """At most as many of the newest events as the settings say."""
        return events_of(self._audience.log, max(since, until - self._settings.events), until)

    # --- staying current -------------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Follow the catalogue, a newer index, newer generators, and the log. Nothing to do before the first use."""
        with self._lock:
            open_ = self._open
            if open_ is None:
                return
            if self._index() != open_.index:
                self._open = self._made(None)
            elif self.fitted.numbered.current() != open_.served:
                self._open = self._made(self._changed(open_))
            else:
                self._open = self._updated(self._changed(open_))

    def _updated(self, open_: _Open) -> _Open:
        """With generators that know the newest events and products; now and then, for it takes a while."""
        now, cursor = self._clock(), self._audience.log.cursor()
        behind = cursor > open_.cursor or open_.stale
        if not behind or timedelta() <= now - open_.updated < PAUSE:
            return open_
        events = self._events(open_.cursor, cursor)
        brought = self._brought(open_.kitchen.generators, events, open_.catalog.table)
        kitchen = replace(open_.kitchen, generators=brought)
        return replace(open_, kitchen=kitchen, cursor=cursor, updated=now, stale=False)

    def _brought(
        self, generators: Mapping[str, CandidateGenerator], events: EventTable, table: CatalogTable
    ) -> dict[str, CandidateGenerator]:
        """Copies of the generators, brought up to date; requests under way keep the old ones."""
        new = {}
        for name, generator in generators.items():
            new[name] = copy.copy(generator)
            try:
                new[name].update(events, table)
            except Exception as error:
                self._failed({}, name, error)
                new[name] = generator
        return new

    def _opened(self) -> _Open:
        if self._open is None:
            with self._lock:
                if self._open is None:
                    self._open = self._made(None)
        return self._open

    def _made(self, before: _Open | None) -> _Open:
        """What is to be served; the catalogue is that of `before`, if it is given."""
        served = self.fitted.numbered.current()
        opened = self.kept()
        index = before.index if before else self._index()
        catalog, revision = (before.catalog, before.revision) if before else self._catalogue.open(opened)
        cursor = self._audience.log.cursor()
        events = self._events(opened.fitted.cursor if opened.fitted else cursor, cursor)
        generators = self._brought(opened.generators, events, catalog.table)
        missing = [kind for kind in self.kinds if kind.name in LIGHT and kind.name not in generators]
        if missing:
            events = self._events_until(cursor)
            generators |= {kind.name: kind().fit(events, catalog.table) for kind in missing}
        if BecauseSearched.name not in self._settings.without:
            generators[BecauseSearched.name] = BecauseSearched(lru_cache(SEARCHES)(self._found))
        kitchen = Kitchen(generators, catalog, ReciprocalRanks(), learnt_blend(opened))
        return _Open(catalog, kitchen, opened.damaged, revision, index, cursor, served, self._clock())

    def _changed(self, open_: _Open) -> _Open:
        """With the catalogue's changes in the table."""
        revision, stale = self._catalogue.replay(open_.catalog, open_.revision)
        return replace(open_, revision=revision, stale=open_.stale or stale)

    def _found(self, text: str, limit: int) -> tuple[str, ...]:
        query = Query(text, facets=(), page=Page(0, limit), explain=False)
        return tuple(product.id for product in self._searcher().search(query, "").products)

    def _vectors(self) -> VectorOf:
        try:
            return self._searcher().reader.vector
        except ShelfwiseError:
            return lambda id: None

    def _index(self) -> str:
        try:
            return self._searcher().generation.name
        except ShelfwiseError:
            return ""


def _copied(source: Path, folder: Path, events: EventTable) -> None:
    """A part of a generation that was trained before. Events: those of the fit, which it does not see."""
    shutil.copytree(source, folder)


def _request(ask: Ask, profile: Profile, now: datetime, adult: bool) -> RecommendRequest:
    seeds = ask.seeds or (profile.cart if ask.placement == "cart" else ())
    return RecommendRequest(
        profile, now, ask.placement, seeds, ask.category, ask.query, ask.region, frozenset(ask.exclude), adult
    )
