"""Predictions of a shop: its log and catalogue in, a version among its models, what its shoppers will do out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from shelfwise.behaviour.base import EventLog
from shelfwise.behaviour.table import EventTable
from shelfwise.catalog.base import CatalogStore
from shelfwise.errors import InputError, NotFoundError
from shelfwise.language.models.card import Card
from shelfwise.language.models.names import store_of
from shelfwise.recommend.expected import MOST, Expected
from shelfwise.recommend.prediction import Predictions, Predictor, Report, report
from shelfwise.recommending import FOLDER
from shelfwise.types import Event

NAME: Final = "prediction"  # among the shop's models
DAYS: Final = 14.0
PAGE: Final = 1_000  # products asked at a time
LIMITS: Final = (
    "Made for one shop; another one's shoppers behave otherwise.",
    "Shoppers without a consent to a profile are neither learned from nor predicted.",
    "Seasons that the log has not seen are not known to it.",
)


class Predicting:
    """The predictions of a shop's folder. log, store: its own. clock: the time now.

    Nothing is kept in memory between calls: they read the log once each, and are meant to be made now and then.
    """

    def __init__(self, folder: Path, log: EventLog, store: CatalogStore, clock: Callable[[], datetime]) -> None:
        self._models = store_of(folder)
        self._expected = Expected(folder / FOLDER)
        self._log, self._store, self._clock = log, store, clock

    def fit(self, days: float = DAYS) -> tuple[str, Report | None]:
        """Fit on the log as it is and use that from now on: the version, and how true it is where the log reaches back
        far enough to tell. Raises InputError for a log that is too short."""
        table, paths = self._read()
        at = self._newest(table)
        predictor = Predictor.fit(table, paths, at, days)
        try:
            judged = report(table.where(table.time <= at), paths, days)
        except InputError:
            judged = None
        made: list[str] = []
        with self._models.create(NAME, made.append) as folder:
            self._card(table, predictor, judged).write(folder)
            predictor.save(folder)
        return self._models.promote(NAME, made[0]), judged

    def report(self, days: float = DAYS, seed: int = 0) -> Report:
        """How true predictions of the last `days` of the log are. Raises InputError for a log that is too short."""
        table, paths = self._read()
        return report(table.where(table.time <= self._newest(table)), paths, days, seed)

    def predict(self, at: datetime | None = None) -> Predictions:
        """What all known shoppers are expected to do from a moment on (now). Raises NotFoundError before `fit`."""
        if NAME not in self._models.names():
            raise NotFoundError(
                f"{self._models.root}: nothing was fitted yet.", hint="Do so with: shelfwise predict fit"
            )
        predictor = Predictor.load(self._models.folder(NAME))
        table, paths = self._read()
        return predictor.predict(table, paths, round((at or self._clock()).timestamp() * 1000))

    def likely_next(self, now: datetime, limit: int) -> list[tuple[str, float]]:
        """Shoppers who are most likely to come back soon, with the chance: for whom to prepare recommendations.

        Raises NotFoundError before `fit`.
        """
        found = self.predict(now)
        stay = 1 - found.chances["churn"]
        return [(found.shoppers[place], float(stay[place])) for place in found.first("churn", limit)]

    def expect(self, limit: int = MOST) -> int:
        """Write down who is likely to come back soon, so that running servers prepare their recommendations: how many.

        Raises NotFoundError before `fit`.
        """
        shoppers = [shopper for shopper, _ in self.likely_next(self._clock(), min(limit, MOST))]
        self._expected.write(shoppers)
        return len(shoppers)

    def _read(self) -> tuple[EventTable, Mapping[str, str]]:
        table = EventTable.of(self._events())
        return table, dict(self._paths(table))

    def _events(self) -> Iterator[Event]:
        for batch in self._log.read():
            for logged in batch:
                if logged.event.shopper:
                    yield logged.event

    def _paths(self, table: EventTable) -> Iterator[tuple[str, str]]:
        ids = iter(table.products)
        while page := list(islice(ids, PAGE)):
            for product in self._store.get(page):
                yield product.id, " > ".join(product.category)

    def _newest(self, table: EventTable) -> int:
        """The time of the newest event, but not later than now."""
        now = round(self._clock().timestamp() * 1000)
        return min(now, int(table.time[-1])) if len(table) else now

    def _card(self, table: EventTable, predictor: Predictor, judged: Report | None) -> Card:
        digest = hashlib.sha256(np.ascontiguousarray(table.time).tobytes() + table.kind.tobytes()).hexdigest()[:16]
        return Card(
            "prediction",
            method="logistic",
            recipe={"days": predictor.days, "time_to_purchase": predictor.time.name, **predictor.time.state()},
            data={"hash": digest, "events": len(table), "shoppers": len(table.shoppers)},
            made=self._clock().astimezone(UTC).isoformat(timespec="seconds"),
            metrics={} if judged is None else judged.as_json(),
            limits=LIMITS,
        )
