"""User events of Vertex AI Search for commerce (Google's Retail API v2), one JSON object a line."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shelfwise.behaviour.formats.base import (
    KIND_OF,
    NAME_OF,
    PLAIN,
    Entry,
    Reading,
    checked,
    id_of,
    line,
    part_id,
    person_of,
    refused,
)
from shelfwise.behaviour.formats.fields import (
    consent_of,
    foreign,
    instant,
    money,
    name,
    number,
    properties_of,
    shares,
    stamp,
    table,
    tables,
    whole,
    words,
)
from shelfwise.behaviour.validate import MAX_ID
from shelfwise.catalog.base import BadRow
from shelfwise.catalog.feeds.jsonl import JsonlReader
from shelfwise.catalog.getters import BadValue
from shelfwise.catalog.values import Unusable
from shelfwise.types import Event, EventKind, Value

PAGES = {"home-page-view": "home", "category-page-view": "category", "shopping-cart-page-view": "cart"}
_PAGE_OF = {placement: page for page, placement in PAGES.items()}
# What an event says here and the Retail API has no field for, as its custom attributes are named.
_OWN = ("event_id", "placement", "position", "value", "device", "consent")


@dataclass(frozen=True, slots=True)
class _Common:
    """What all events of one row share."""

    id: str
    shopper: str
    time: Any
    query_id: str | None
    attributes: Mapping[str, Value]
    properties: dict[str, Value]


class GoogleFormat:
    """Lines of JSON, each a `UserEvent` (or `{"userEvents": [...]}`).

    A search with products is a search and an impression of them, the first at `offset` + 1; a search without a query
    is a view of a category page. The shopper is `userInfo.userId`, else `visitorId`; `attributionToken` is the query
    id. A purchase of several products is several events; a line is worth price × quantity, or where a price is
    missing its share of the revenue. Retail events have no id: one is made from the row.

    The service has no types for other kinds than those in `writes`; what it has no field for goes into, and comes
    from, its custom `attributes`.
    """

    name = "google"
    writes = frozenset[EventKind](("search", "view", "cart", "uncart", "purchase"))

    def __init__(self, reading: Reading = PLAIN) -> None:
        self._reading = reading

    def read(self, path: Path, start: int = 0) -> Iterator[Entry]:
        """What each line came to."""
        for row in JsonlReader(whole=True).rows(path, start):
            if isinstance(row, BadRow):
                yield Entry(row.row, bad=(row,))
                continue
            for raw in tables(row.values.get("userEvents")) or [row.values]:
                yield self._entry(path.name, row.number, raw)

    def _entry(self, file: str, row: int, raw: Mapping[str, Any]) -> Entry:
        type = str(raw.get("eventType"))
        if type not in PAGES and type not in KIND_OF["google"]:
            return Entry(row, passed=type)
        try:
            events, notes = self._events(type, raw)
        except BadValue as bad:
            return refused(file, row, bad)
        return dataclasses.replace(
            checked(file, row, events, notes=notes),
            person=person_of(raw.get("visitorId"), table(raw.get("userInfo")).get("userId")),
        )

    def _events(self, type: str, raw: Mapping[str, Any]) -> tuple[list[Event], list[str]]:
        common = self._common(raw)
        categories = tuple(each for each in raw.get("pageCategories") or () if isinstance(each, str))
        if type in PAGES:
            return [self._event(common, "view", 0, placement=PAGES[type], categories=categories)], []
        kind = KIND_OF["google"][type]
        if kind == "search":
            return self._search(common, raw, categories), []
        if kind == "impression":
            return [self._event(common, kind, 0, slate=_ids(raw))], []
        return self._lines(common, kind, raw)

    def _search(self, common: _Common, raw: Mapping[str, Any], categories: tuple[str, ...]) -> list[Event]:
        text = words(raw.get("searchQuery"), "searchQuery")
        if text:
            events = [self._event(common, "search", 0, text=text, placement="search", categories=categories)]
        else:
            events = [self._event(common, "view", 0, placement="category", categories=categories)]
        if slate := _ids(raw):
            first = (whole(raw.get("offset"), "offset") or 0) + 1
            shown = {"slate": slate, "position": first, "placement": "search" if text else "category"}
            events.append(self._event(common, "impression", 1, **shown))
        return events

    def _lines(self, common: _Common, kind: EventKind, raw: Mapping[str, Any]) -> tuple[list[Event], list[str]]:
        """One event a product."""
        details = tables(raw.get("productDetails"))
        ids = _ids(raw)
        if not ids:
            raise BadValue("productDetails", Unusable("nothing", f"the products of {raw.get('eventType')}"))
        quantities = [whole(each.get("quantity"), "productDetails.quantity") or 1 for each in details]
        values, extra, notes = self._values(kind, raw, details, quantities)
        made = []
        for place, (product, quantity, value) in enumerate(zip(ids, quantities, values, strict=True)):
            more = {key: each[place] if isinstance(each, list) else each for key, each in extra.items()}
            part = place + 1 if len(ids) > 1 else 0
            made.append(self._event(common, kind, part, product=product, quantity=quantity, value=value, **more))
        return made, notes

    def _values(
        self, kind: EventKind, raw: Mapping[str, Any], details: list[Mapping[str, Any]], quantities: list[int]
    ) -> tuple[list[float | None], dict[str, Any], list[str]]:
        """What each line is worth, properties of all, notes."""
        if kind not in ("purchase", "return"):
            return [None] * len(details), {}, []
        order = table(raw.get("purchaseTransaction"))
        infos = [table(table(each.get("product")).get("priceInfo")) for each in details]
        prices = [money(each.get("price"), "productDetails.product.priceInfo.price") for each in infos]
        values = shares(money(order.get("revenue"), "purchaseTransaction.revenue"), prices, quantities)
        currency = order.get("currencyCode") or next((each.get("currencyCode") for each in infos), None)
        known = [foreign(value, currency, self._reading) for value in values]
        extra: dict[str, Any] = {"order": name(order.get("id"), "purchaseTransaction.id")}
        if any(notes for _, _, notes in known):
            extra |= {"amount": [more.get("amount") for _, more, _ in known], "currency": currency}
        return [value for value, _, _ in known], extra, [note for _, _, notes in known for note in notes]

    def _common(self, raw: Mapping[str, Any]) -> _Common:
        attributes = _read_attributes(table(raw.get("attributes")))
        token = raw.get("attributionToken")
        query_id = id_of(token) if isinstance(token, str) and len(token) > MAX_ID else name(token, "attributionToken")
        user = name(table(raw.get("userInfo")).get("userId"), "userInfo.userId")
        told = {"session": raw.get("sessionId"), "cart": raw.get("cartId"), "experiments": raw.get("experimentIds")}
        more = {key: value for key, value in attributes.items() if key not in _OWN}
        return _Common(
            id=str(attributes.get("event_id") or id_of("google", raw)),
            shopper=user or name(raw.get("visitorId"), "visitorId") or "",
            time=instant(raw.get("eventTime"), "eventTime"),
            query_id=query_id,
            attributes=attributes,
            properties=properties_of({key: value for key, value in told.items() if value}) | more,
        )

    def _event(self, common: _Common, kind: EventKind, part: int, **fields: Any) -> Event:
        own = common.attributes
        known = {key: fields.pop(key, None) for key in ("product", "text", "slate", "quantity")}
        position = whole(own.get("position"), "attributes.position")
        placement = name(own.get("placement"), "attributes.placement")
        value = number(own.get("value"), "attributes.value")
        given = {key: fields.pop(key, None) for key in ("position", "placement", "value")}
        return Event(
            id=part_id(common.id, part) if part else common.id,
            kind=kind,
            shopper=common.shopper,
            time=common.time,
            product=known["product"],
            query_id=common.query_id,
            position=given["position"] if position is None else position,
            value=given["value"] if value is None else value,
            quantity=known["quantity"] or 1,
            text=known["text"],
            slate=known["slate"] or (),
            placement=placement or given["placement"],
            device=name(own.get("device"), "attributes.device"),
            consent=consent_of(own.get("consent"), "attributes.consent", self._reading.consent),
            properties=common.properties | {key: value for key, value in fields.items() if value},
        )

    def parts(self, event: Event) -> list[Event]:
        """One event each; a search stands on the search page when nothing else is said."""
        return [dataclasses.replace(event, placement=event.placement or "search") if event.kind == "search" else event]

    def write(self, events: Iterable[Event]) -> Iterator[bytes]:
        """One line an event."""
        for event in events:
            yield line(_written(event, self._reading.currency))


def _ids(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The products of a row; one without an id is "", which is refused where it matters."""
    details = tables(raw.get("productDetails"))
    return tuple(
        name(table(each.get("product")).get("id") or each.get("id"), "productDetails.product.id") or ""
        for each in details
    )


def _read_attributes(attributes: Mapping[str, Any]) -> dict[str, Value]:
    """Custom attributes: {"text": [...]} or {"numbers": [...]}, one value alone or several texts."""
    out: dict[str, Value] = {}
    for key, value in attributes.items():
        texts, numbers = table(value).get("text"), table(value).get("numbers")
        if isinstance(texts, list) and texts:
            out |= properties_of({key: texts[0] if len(texts) == 1 else texts})
        elif isinstance(numbers, list) and numbers:
            out |= properties_of({key: numbers[0] if len(numbers) == 1 else [str(each) for each in numbers]})
    return out


def _write_attribute(value: Value) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"text": ["true" if value else "false"]}
    if isinstance(value, int | float):
        return {"numbers": [value]}
    return {"text": [value] if isinstance(value, str) else list(value)}


def _written(event: Event, currency: str) -> dict[str, Any]:
    own = {field: getattr(event, field) for field in _OWN if field != "event_id"} | {"event_id": event.id}
    given = {key: value for key, value in own.items() if value is not None} | dict(event.properties)
    out: dict[str, Any] = {
        "eventType": _type(event),
        "visitorId": event.shopper,
        "eventTime": stamp(event.time),
        "attributes": {key: _write_attribute(value) for key, value in given.items()},
    }
    if event.query_id is not None:
        out["attributionToken"] = event.query_id
    if event.text is not None:
        out["searchQuery"] = event.text
    if event.product is not None:
        out["productDetails"] = [{"product": {"id": event.product}, "quantity": event.quantity}]
    if event.kind == "purchase":
        revenue = {} if event.value is None else {"revenue": event.value}
        out["purchaseTransaction"] = {"currencyCode": currency, **revenue}
    return out


def _type(event: Event) -> str:
    if event.kind == "view" and event.product is None:
        return _PAGE_OF.get(event.placement or "", "category-page-view")
    return NAME_OF["google"][event.kind]
