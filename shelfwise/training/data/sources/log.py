"""Examples out of a log of searches: what shoppers clicked and bought after a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shelfwise.behaviour.formats.fields import instant
from shelfwise.behaviour.formats.ubi import UbiLine
from shelfwise.catalog.base import BadRow
from shelfwise.catalog.feeds.jsonl import JsonlReader
from shelfwise.catalog.getters import BadValue
from shelfwise.errors import InputError
from shelfwise.retrieval.document import encoder_text
from shelfwise.training.data.examples import Example
from shelfwise.types import EventKind, Product

GRADES: dict[EventKind, float] = {"purchase": 1.0, "cart": 0.75, "click": 0.5}  # in order of how sure they are
IMPRESSION = "impression"


class Log:
    """Lines of JSON with queries and events in the format of User Behavior Insights (UBI; github.com/o19s/ubi).

    A query line has `query_id` and `user_query`; an event has `action_name`, `query_id` and the product in
    `event_attributes.object.object_id` with its place in `event_attributes.position.ordinal`. Events of one text, in
    whatever case, are one example; a product's grade is that of the surest thing that anybody did: purchase 1, cart
    .75, click .5. An impression is a negative (0) only where a product further down the same page was clicked and
    nobody with that query acted on it: whoever clicked further down has passed over it ("click > skip above";
    Joachims, KDD 2002). The group is the query; `time` is that of the last event.

    Hazards. Position bias: shoppers click what stands at the top because it stands there, so a click says less about
    the product the higher it stood, and what was never shown has no say at all; a model trained on clicks learns the
    old ranking too. Texts of shoppers are personal data: keep files of examples as safely as the log.

    products: the catalogue. A product that it lacks is known by the description in its events, where they have one.
    """

    name = "log"

    def __init__(self, path: Path, products: Mapping[str, Product] | None = None) -> None:
        self._path = path
        self._products = products or {}
        self._notes: tuple[str, ...] = ()

    def examples(self) -> Iterator[Example]:
        """One a query that was clicked. Raises InputError when the log has no action that can be used."""
        log = _read(self._path)
        unknown: set[str] = set()
        made = 0
        for text, query in sorted(_by_text(log).items()):
            graded = {id: grade for id, grade in query.grades().items() if self._known(id, log, unknown)}
            if any(graded.values()):
                made += 1
                texts = tuple(self._text(id, log) for id in graded)
                yield Example(query.text, texts, tuple(graded.values()), text, self.name, query.last)
        self._notes = self._note(log, unknown)
        if not made:
            raise InputError(
                f"{self._path}: found no query with a click or purchase of a known product. {' '.join(self._notes)}"
            )

    def notes(self) -> tuple[str, ...]:
        """Which lines and products could not be used."""
        return self._notes

    def _known(self, id: str, log: _Log, unknown: set[str]) -> bool:
        if self._text(id, log):
            return True
        unknown.add(id)
        return False

    def _text(self, id: str, log: _Log) -> str:
        product = self._products.get(id) or self._products.get(log.others.get(id, ""))
        return encoder_text(product) if product else log.descriptions.get(id, "")

    def _note(self, log: _Log, unknown: set[str]) -> tuple[str, ...]:
        found = []
        if unknown:
            found.append(f"{self._path.name}: {len(unknown):,} products are not in the catalogue.")
        if log.bad:
            found.append(f"{self._path.name}: {log.bad:,} lines are not JSON objects, the first is line {log.first}.")
        if log.lost:
            found.append(f"{self._path.name}: {log.lost:,} events belong to no query with a text.")
        return tuple(found)


@dataclass(slots=True)
class _Query:
    """What happened after a query; for all queries of one text, what `merge` made of them."""

    text: str = ""
    done: dict[str, EventKind] = field(default_factory=dict)  # product → the surest action
    shown: dict[str, int] = field(default_factory=dict)  # product → position
    passed: set[str] = field(default_factory=set)
    last: float | None = None

    def act(self, id: str, action: EventKind, position: int | None) -> None:
        if action in GRADES:
            self.done[id] = max(action, self.done.get(id, action), key=GRADES.__getitem__)
        if position is not None:
            self.shown.setdefault(id, position)

    def see(self, time: float | None) -> None:
        if time is not None:
            self.last = time if self.last is None else max(time, self.last)

    def merge(self, page: _Query) -> None:
        """Add what happened on one page of results."""
        for id, action in page.done.items():
            self.act(id, action, None)
        lowest = max((page.shown[id] for id in page.done if id in page.shown), default=-1)
        self.passed |= {id for id, position in page.shown.items() if position < lowest}
        self.see(page.last)

    def grades(self) -> dict[str, float]:
        acted = {id: GRADES[action] for id, action in self.done.items()}
        return acted | dict.fromkeys(sorted(self.passed - acted.keys()), 0.0)


@dataclass(slots=True)
class _Log:
    """A log as read."""

    queries: dict[str, _Query] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)  # product → its other id
    bad: int = 0
    first: int = 0
    lost: int = 0


def _read(path: Path) -> _Log:
    log = _Log()
    for row in JsonlReader(whole=True).rows(path):
        if isinstance(row, BadRow):
            log.bad += 1
            log.first = log.first or row.row
        elif id := row.values.get("query_id"):
            _take(log, log.queries.setdefault(str(id), _Query()), UbiLine.of(row.values))
    log.lost = sum(len(query.done) for query in log.queries.values() if not query.text)
    return log


def _take(log: _Log, query: _Query, line: UbiLine) -> None:
    if not query.text and isinstance(line.text, str):
        query.text = " ".join(line.text.split())
    if line.kind is None or (line.kind not in GRADES and line.kind != IMPRESSION):
        return
    id = str(line.object.get("object_id") or "")
    if id:
        query.act(id, line.kind, line.ordinal if isinstance(line.ordinal, int) else None)
        query.see(_time(line.raw.get("timestamp")))
        if isinstance(said := line.object.get("description"), str) and said.strip():
            log.descriptions.setdefault(id, said.strip())
        if other := line.object.get("internal_id"):
            log.others.setdefault(id, str(other))


def _time(stamp: Any) -> float | None:
    """Seconds since 1970; None for what is no time."""
    try:
        return instant(stamp, "timestamp").timestamp()
    except BadValue:
        return None


def _by_text(log: _Log) -> dict[str, _Query]:
    """The queries with a text, those of one text merged."""
    found: dict[str, _Query] = {}
    for page in log.queries.values():
        if page.text:
            found.setdefault(page.text.casefold(), _Query(page.text)).merge(page)
    return found
