"""User Behavior Insights (UBI): lines of JSON with queries and events, as OpenSearch and Elasticsearch keep them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shelfwise.behaviour.formats.base import (
    FROM_ZERO,
    KIND_OF,
    NAME_OF,
    PLAIN,
    Entry,
    Reading,
    checked,
    id_of,
    line,
    person_of,
    refused,
    single,
)
from shelfwise.behaviour.formats.fields import (
    consent_of,
    instant,
    name,
    number,
    properties_of,
    stamp,
    table,
    whole,
    words,
)
from shelfwise.behaviour.table import KINDS
from shelfwise.catalog.base import BadRow
from shelfwise.catalog.feeds.jsonl import JsonlReader
from shelfwise.catalog.feeds.opening import lines
from shelfwise.catalog.getters import BadValue
from shelfwise.types import Event, EventKind

APPLICATION = "shelfwise"
_ZERO = re.compile(rb'"ordinal"\s*:\s*0\s*[,}]')
_APPLICATION = re.compile(rb'"application"\s*:\s*"([^"]*)"')


@dataclass(frozen=True, slots=True)
class UbiLine:
    """A query or an event of UBI, as its fields are named in the specification.

    kind: None for actions that are no kind of event here. text: what was searched. ordinal: the place in the results,
    from 0 or from 1 as the application counts. attributes: `event_attributes` of an event, `query_attributes` of a
    query. object: `event_attributes.object`. raw: the whole line.
    """

    raw: Mapping[str, Any]
    action: str
    kind: EventKind | None
    query_id: Any
    text: Any
    attributes: Mapping[str, Any]
    object: Mapping[str, Any]
    ordinal: Any

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> UbiLine:
        """The fields of a line."""
        action = raw.get("action_name")
        attributes = table(raw.get("query_attributes") if action is None else raw.get("event_attributes"))
        typed = raw.get("message") if raw.get("message_type") == "QUERY" else None
        return cls(
            raw,
            action="search" if action is None else str(action),
            kind="search" if action is None else KIND_OF["ubi"].get(str(action).lower()),
            query_id=raw.get("query_id"),
            text=raw.get("user_query") or typed,
            attributes=attributes,
            object=table(attributes.get("object")),
            ordinal=table(attributes.get("position")).get("ordinal"),
        )


def is_action(raw: Mapping[str, Any]) -> bool:
    """Whether a line is not data but says where the next one goes (`{"index": {"_index": "ubi_events"}}`)."""
    return len(raw) == 1 and isinstance(raw.get("index", raw.get("create")), dict)


class UbiFormat:
    """Lines of JSON in the format of UBI 1.3 (github.com/o19s/ubi), plain or with a bulk request's index lines.

    A query (a line with `user_query` and no `action_name`) is a search; the events "search" of the same `query_id`
    are the same search and count once. The shopper is `user_id`, else `client_id`. An event without a placement that
    has a `query_id` happened in the results: "search". Where an application has an ordinal 0 anywhere in the file,
    its positions count from 0, and 1 is added to them.

    UBI has no fields for money, quantity, placement, device and consent. They are written into, and read from,
    `event_attributes` (`query_attributes`) under these names, beside `event_id` and `properties`.
    """

    name = "ubi"
    writes = frozenset(KINDS)

    def __init__(self, reading: Reading = PLAIN) -> None:
        self._reading = reading

    def read(self, path: Path, start: int = 0) -> Iterator[Entry]:
        """What each line of data came to."""
        from_zero = _from_zero(path)
        before: Mapping[str, Any] = {}
        for row in JsonlReader(whole=True).rows(path, max(start - 1, 0)):  # the line before may hold an id
            if isinstance(row, BadRow):
                before = {}
                if row.row > start:
                    yield Entry(row.row, bad=(row,))
            elif is_action(row.values):
                before = row.values
            elif row.number > start:
                yield self._entry(path.name, row.number, UbiLine.of(row.values), before, from_zero)
                before = {}

    def _entry(
        self, file: str, row: int, found: UbiLine, before: Mapping[str, Any], from_zero: frozenset[str]
    ) -> Entry:
        if found.kind is None:
            return Entry(row, passed=found.action)
        if found.kind == "search" and not found.text:
            return Entry(row, passed="search without a text")
        application = str(found.raw.get("application"))
        shift = application in from_zero and found.ordinal is not None
        try:
            event = self._event(found, found.kind, before, shift)
        except BadValue as bad:
            return refused(file, row, bad)
        notes = [f"{application}: {FROM_ZERO}"] if shift else []
        return dataclasses.replace(
            checked(file, row, [event], notes=notes),
            person=person_of(found.raw.get("client_id"), found.raw.get("user_id")),
        )

    def _event(self, found: UbiLine, kind: EventKind, before: Mapping[str, Any], shift: bool) -> Event:
        raw, inside = found.raw, found.attributes
        query_id = name(found.query_id, "query_id")
        ordinal = whole(found.ordinal, "event_attributes.position.ordinal")
        value = inside.get("value", inside.get("dwell_time") if kind == "dwell" else None)
        place = inside.get("placement") if "placement" in inside else "search" if query_id else None
        quantity = whole(inside.get("quantity"), "event_attributes.quantity")
        return Event(
            id=self._id(found, before, query_id),
            kind=kind,
            shopper=name(raw.get("user_id"), "user_id") or name(raw.get("client_id"), "client_id") or "",
            time=instant(raw.get("timestamp"), "timestamp"),
            product=name(found.object.get("object_id"), "event_attributes.object.object_id"),
            query_id=query_id,
            position=None if ordinal is None else ordinal + shift,
            value=number(value, "event_attributes.value"),
            quantity=1 if quantity is None else quantity,
            text=self._text(found),
            placement=name(place, "event_attributes.placement"),
            device=name(inside.get("device"), "event_attributes.device"),
            consent=consent_of(inside.get("consent"), "event_attributes.consent", self._reading.consent),
            properties=self._properties(found),
        )

    def _id(self, found: UbiLine, before: Mapping[str, Any], query_id: str | None) -> str:
        if given := name(found.attributes.get("event_id"), "event_attributes.event_id"):
            return given
        if found.kind == "search" and query_id:
            return id_of("ubi", "search", query_id)  # the query and the events that repeat it
        return name(table(next(iter(before.values()), None)).get("_id"), "_id") or id_of("ubi", found.raw)

    def _text(self, found: UbiLine) -> str | None:
        if found.kind in ("search", "reformulation"):
            return words(found.text, "user_query")
        return words(found.raw.get("message"), "message") if found.kind == "review" else None

    def _properties(self, found: UbiLine) -> dict[str, Any]:
        session = found.raw.get("session_id") or found.attributes.get("session_id")
        given = table(found.attributes.get("properties"))
        return properties_of({"session": session} | dict(given) if session else given)

    def parts(self, event: Event) -> list[Event]:
        """UBI has one product an event."""
        return single(event)

    def write(self, events: Iterable[Event]) -> Iterator[bytes]:
        """Two lines an event: where it goes in a bulk request, and what it says."""
        for event in events:
            for each in single(event):
                index = "ubi_queries" if each.kind == "search" else "ubi_events"
                yield line({"index": {"_index": index, "_id": each.id}})
                yield line(_query(each) if each.kind == "search" else _told(each))


def _from_zero(path: Path) -> frozenset[str]:
    """The applications of a file that count positions from 0."""
    found: set[str] = set()
    for each in lines(path):
        if isinstance(each, bytes) and b"ordinal" in each and _ZERO.search(each):
            application = _APPLICATION.search(each)
            found.add(application[1].decode("utf-8", "replace") if application else "None")
    return frozenset(found)


def _common(event: Event) -> dict[str, Any]:
    properties = dict(event.properties)
    session = properties.pop("session", None)
    more = {
        "event_id": event.id,
        "placement": event.placement,
        "value": event.value,
        "quantity": event.quantity if event.quantity != 1 else None,
        "device": event.device,
        "consent": event.consent,
        "properties": properties or None,
    }
    # The placement is written even when there is none: it would be read as "search".
    inside = {key: value for key, value in more.items() if value is not None or key == "placement"}
    common = {"application": APPLICATION, "query_id": event.query_id, "client_id": event.shopper}
    if session is not None:
        common["session_id"] = str(session)
    return {**common, "timestamp": stamp(event.time), "inside": inside}


def _query(event: Event) -> dict[str, Any]:
    common = _common(event)
    inside = common.pop("inside")
    if event.product is not None:
        inside["object"] = {"object_id": event.product}
    if event.position is not None:
        inside["position"] = {"ordinal": event.position}
    return {**common, "user_query": event.text, "query_attributes": inside}


def _told(event: Event) -> dict[str, Any]:
    common = _common(event)
    inside = common.pop("inside")
    if event.product is not None:
        inside["object"] = {"object_id": event.product, "object_id_field": "id"}
    inside["position"] = {} if event.position is None else {"ordinal": event.position}
    message: dict[str, Any] = {}
    if event.text is not None:
        message = {"message_type": "QUERY" if event.kind == "reformulation" else "REVIEW", "message": event.text}
    return {"action_name": NAME_OF["ubi"][event.kind], **common, **message, "event_attributes": inside}
