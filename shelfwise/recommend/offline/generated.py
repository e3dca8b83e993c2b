"""A generator's lists for shoppers of a log, asked as a shop would ask: request by request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

import numpy as np

from shelfwise.behaviour.base import Profile, Touch
from shelfwise.behaviour.table import KINDS, EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest
from shelfwise.recommend.interactions import STRENGTH, Interactions
from shelfwise.recommend.offline.base import Task
from shelfwise.recommend.offline.lists import Progress
from shelfwise.recommend.offline.splits import moment_of, time_split
from shelfwise.types import Candidates, EventKind, Int32, Int64

TOUCHES: Final = 100  # of a profile


class Ranker(Protocol):
    """What of a generator is measured."""

    name: str

    def generate(self, request: RecommendRequest, limit: int) -> Candidates: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class LogTask:
    """A task on a log: what generators are fitted on, and who is asked for, with a request each."""

    task: Task
    events: EventTable
    catalog: CatalogTable
    requests: tuple[RecommendRequest, ...]


def log_task(events: EventTable, catalog: CatalogTable, *, share: float = 0.8) -> LogTask:
    """Fit on what came before the moment that parts the touches; see `time_split`, whose errors it raises."""
    moment = moment_of(Interactions.of_events(events, catalog.ids), share)
    task = time_split(events, catalog.ids, share=share)
    before = events.where(events.time < moment)
    at = datetime.fromtimestamp(moment / 1000, UTC)
    return LogTask(task, before, catalog, tuple(requests_of(before, task.histories.shoppers, at)))


def requests_of(
    events: EventTable, shoppers: Sequence[str], at: datetime, placement: str = "home"
) -> Iterator[RecommendRequest]:
    """A request for each of the shoppers, who did what the table says before `at`.

    The profile holds what was touched and bought; interests, searches and vectors are not in a table of events.
    """
    places = {name: place for place, name in enumerate(events.shoppers)}
    order = np.argsort(events.shopper, kind="stable")  # each shopper's in order of time
    starts = np.searchsorted(events.shopper[order], np.arange(len(events.shoppers) + 1))
    for shopper in shoppers:
        place = places[shopper]
        rows = order[starts[place] : starts[place + 1]]
        yield RecommendRequest(_profile(shopper, events, rows, at), at, placement)


def generated_lists(
    generator: Ranker, given: LogTask, k: int = 20, progress: Progress = lambda done, total: None
) -> Int32:
    """Int32[u, k], codes of the catalogue; products of the history are left out unless the task says otherwise."""
    places = {id: place for place, id in enumerate(given.catalog.ids)}
    found = np.full((len(given.requests), k), -1, np.int32)
    histories, again = given.task.histories, given.task.seen_again
    for row, request in enumerate(given.requests):
        seen = set() if again else set(histories.product[histories.starts[row] : histories.starts[row + 1]].tolist())
        ids = generator.generate(request, k + len(seen)).ids
        codes = [code for id in ids if (code := places.get(id, -1)) >= 0 and code not in seen][:k]
        found[row, : len(codes)] = codes
        progress(row + 1, len(given.requests))
    return found


def _profile(shopper: str, events: EventTable, rows: Int64, at: datetime) -> Profile:
    touches: list[Touch] = []
    bought: dict[str, list[datetime]] = {}
    for row in rows.tolist():
        kind: EventKind = KINDS[events.kind[row]]
        if events.product[row] < 0 or kind not in STRENGTH:
            continue
        time = datetime.fromtimestamp(events.time[row] / 1000, UTC)
        touches.append(Touch(events.products[events.product[row]], kind, time))
        if kind == "purchase":
            bought.setdefault(touches[-1].product, []).append(time)
    return Profile(
        shopper,
        at,
        events=len(rows),
        first=touches[0].time if touches else None,
        last=touches[-1].time if touches else None,
        purchases=sum(map(len, bought.values())),
        recent=tuple(touches[::-1][:TOUCHES]),
        bought={product: tuple(times) for product, times in bought.items()},
    )
