"""Track calls of Segment's e-commerce specification (v2, and v1's names), one JSON object a line."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
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
    from_zero,
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
from shelfwise.behaviour.table import KINDS, REGION
from shelfwise.catalog.base import BadRow
from shelfwise.catalog.feeds.jsonl import JsonlReader
from shelfwise.catalog.getters import BadValue
from shelfwise.catalog.values import Unusable
from shelfwise.types import Consent, Event, EventKind

SKEW = timedelta(seconds=1)  # less between sending and receiving is the way, not the clock
_KINDS = {name.casefold(): kind for name, kind in KIND_OF["segment"].items()}
_CART = ("cart viewed", "viewed cart")
_ZERO = re.compile(rb'"position"\s*:\s*0\s*[,}]')
# Properties that become fields of the event, or describe the product, which the catalogue knows better.
_FIELDS = {
    *("product_id", "sku", "products", "query", "query_id", "queryID", "queryId", "position", "quantity", "price"),
    *("value", "revenue", "total", "subtotal", "rating", "review_body", "placement", "device", "consent", "category"),
    *("name", "brand", "variant", "coupon", "url", "image_url", "seconds", "currency"),
}


class SegmentFormat:
    """Lines of JSON, each a call (or `{"batch": [...]}`); only track calls with names of the specification count.

    The shopper is `userId`, else `anonymousId`; a product is `product_id`, else `sku`; the id is `messageId`. An order
    of several products is several events, each worth price × quantity, or where a price is missing its share of
    `revenue` (`subtotal`, `total`). The time is `timestamp`; where the call never passed through Segment, which
    corrects it, and the sender's clock was off, it is corrected as there: receivedAt − (sentAt − timestamp).
    The property "region", where it is not given, is `context.location.country`.
    Consent comes from `context.consent.categoryPreferences`: all refused is "none", some refused "anonymous".

    `query_id`, `placement`, `value`, `consent` in `properties` are read and written beside the specification's own.
    """

    name = "segment"
    writes = frozenset(KINDS)

    def __init__(self, reading: Reading = PLAIN) -> None:
        self._reading = reading

    def read(self, path: Path, start: int = 0) -> Iterator[Entry]:
        """What each line came to."""
        shift = from_zero(path, _ZERO, b'"position"')
        for row in JsonlReader(whole=True).rows(path, start):
            if isinstance(row, BadRow):
                yield Entry(row.row, bad=(row,))
                continue
            for call in tables(row.values.get("batch")) or [row.values]:
                yield self._entry(path.name, row.number, call, shift)

    def _entry(self, file: str, row: int, call: Mapping[str, Any], shift: bool) -> Entry:
        said = str(call.get("event"))
        person = person_of(call.get("anonymousId"), call.get("userId"))
        if call.get("type", "track") != "track":
            return Entry(row, passed=str(call.get("type")), person=person)
        if said.casefold() not in _KINDS and said.casefold() not in _CART:
            return Entry(row, passed=said)
        try:
            events, notes = self._events(said.casefold(), call, shift)
        except BadValue as bad:
            return refused(file, row, bad)
        return dataclasses.replace(checked(file, row, events, notes=notes), person=person)

    def _events(self, said: str, call: Mapping[str, Any], shift: bool) -> tuple[list[Event], list[str]]:
        given = table(call.get("properties"))
        notes = [FROM_ZERO] if shift and ("position" in given or given.get("products")) else []
        if said in _CART:
            return [self._event(call, "view", placement="cart")], []
        kind = _KINDS[said]
        if kind == "impression":
            return self._shown(call, given, shift), notes
        if kind in ("purchase", "return"):
            events, more = self._order(call, kind, given, shift)
            return events, notes + more
        fields: dict[str, Any] = {"product": _product(given), "position": _position(given, shift)}
        fields["quantity"] = whole(given.get("quantity"), "properties.quantity") or 1
        if kind in ("search", "reformulation"):
            fields["text"] = words(given.get("query"), "properties.query")
        elif kind in ("rating", "review"):
            fields["text"] = words(given.get("review_body"), "properties.review_body")
            fields["value"] = number(given.get("rating"), "properties.rating")
        elif kind == "dwell":
            fields["value"] = number(given.get("seconds"), "properties.seconds")
        return [self._event(call, kind, **fields)], notes

    def _shown(self, call: Mapping[str, Any], given: Mapping[str, Any], shift: bool) -> list[Event]:
        """A list of products: one impression where they stand one after the other, else one each."""
        products = tables(given.get("products"))
        placement = given.get("placement") or given.get("list_id")
        if not products and not (given.get("product_id") or given.get("sku")):
            return [self._event(call, "view", placement=placement or "category")]
        if not products:
            where = _position(given, shift)
            return [self._event(call, "impression", product=_product(given), position=where, placement=placement)]
        ids = tuple(_product(each) or "" for each in products)
        places = [_position(each, shift) for each in products]
        first = places[0]
        expected = [None] * len(ids) if first is None else list(range(first, first + len(ids)))
        if places == expected:
            return [self._event(call, "impression", slate=ids, position=first, placement=placement)]
        return [
            self._event(call, "impression", part, product=id, position=place, placement=placement)
            for part, (id, place) in enumerate(zip(ids, places, strict=True), 1)
        ]

    def _order(
        self, call: Mapping[str, Any], kind: EventKind, given: Mapping[str, Any], shift: bool
    ) -> tuple[list[Event], list[str]]:
        """One event a product of an order."""
        products = tables(given.get("products")) or ([given] if _product(given) else [])
        if not products:
            raise BadValue("properties.products", Unusable("nothing", "the products of the order"))
        quantities = [whole(each.get("quantity"), "properties.products.quantity") or 1 for each in products]
        prices = [money(each.get("price"), "properties.products.price") for each in products]
        totals = (money(given.get(key), f"properties.{key}") for key in ("revenue", "subtotal", "total"))
        values = shares(next((each for each in totals if each is not None), None), prices, quantities)
        if len(products) == 1 and given.get("value") is not None:
            values = [money(given["value"], "properties.value")]
        events, notes = [], []
        for place, (each, quantity, amount) in enumerate(zip(products, quantities, values, strict=True), 1):
            value, more, noted = foreign(amount, given.get("currency"), self._reading)
            fields = {"product": _product(each), "quantity": quantity, "value": value, "properties": more}
            part, where = (place, None) if len(products) > 1 else (0, _position(given, shift))
            events.append(self._event(call, kind, part, position=where, **fields))
            notes += noted
        return events, notes

    def _event(self, call: Mapping[str, Any], kind: EventKind, part: int = 0, **fields: Any) -> Event:
        given, context = table(call.get("properties")), table(call.get("context"))
        id = name(call.get("messageId"), "messageId") or id_of("segment", call)
        query_id = next((given[key] for key in ("query_id", "queryID", "queryId") if given.get(key)), None)
        kept = {key: value for key, value in given.items() if key not in _FIELDS}
        country = table(context.get("location")).get("country")
        more = {REGION: kept.get(REGION) or country} if isinstance(country, str) and country else {}
        more |= fields.pop("properties", {})
        placement = fields.pop("placement", None) or given.get("placement")
        value = fields.pop("value", None)
        if value is None and kind not in ("purchase", "return"):
            value = number(given.get("value"), "properties.value") if "price" not in given else None
        return Event(
            id=part_id(id, part) if part else id,
            kind=kind,
            shopper=name(call.get("userId"), "userId") or name(call.get("anonymousId"), "anonymousId") or "",
            time=_time(call),
            query_id=name(query_id, "properties.query_id"),
            value=value,
            placement=name(placement, "properties.placement"),
            device=name(given.get("device") or table(context.get("device")).get("type"), "context.device.type"),
            consent=consent_of(given.get("consent") or _preferred(context), "consent", self._reading.consent),
            properties=properties_of(kept) | more,
            **fields,
        )

    def parts(self, event: Event) -> list[Event]:
        """One event each."""
        return [event]

    def write(self, events: Iterable[Event]) -> Iterator[bytes]:
        """One track call an event."""
        for event in events:
            yield line(_written(event, self._reading.currency))


def _product(given: Mapping[str, Any]) -> str | None:
    return name(given.get("product_id") or given.get("sku"), "properties.product_id")


def _position(given: Mapping[str, Any], shift: bool) -> int | None:
    found = whole(given.get("position"), "properties.position")
    return None if found is None else found + shift


def _time(call: Mapping[str, Any]) -> datetime:
    """When it happened, by the receiver's clock. See "Timestamps" in Segment's specification of common fields."""
    sent, received = call.get("sentAt"), call.get("receivedAt")
    corrected = call.get("timestamp") if call.get("originalTimestamp") else None  # Segment has done it already
    if corrected:
        return instant(corrected, "timestamp")
    raw = call.get("timestamp") or call.get("originalTimestamp")
    if not sent or not received:
        return instant(raw or received, "timestamp")
    skew = instant(received, "receivedAt") - instant(sent, "sentAt")
    time = instant(raw or sent, "timestamp")
    return time + skew if abs(skew) > SKEW else time


def _preferred(context: Mapping[str, Any]) -> Consent | None:
    preferences = table(table(context.get("consent")).get("categoryPreferences"))
    if not preferences:
        return None
    agreed = [value is True for value in preferences.values()]
    return "personal" if all(agreed) else "anonymous" if any(agreed) else "none"


def _written(event: Event, currency: str) -> dict[str, Any]:
    kind = event.kind
    own: dict[str, Any] = {"query_id": event.query_id, "placement": event.placement, "position": event.position}
    own |= {"device": event.device, "consent": event.consent}
    if kind in ("search", "reformulation"):
        own["query"] = event.text
    elif event.text is not None:
        own["review_body"] = event.text
    value = {"rating": "rating", "review": "rating", "dwell": "seconds"}.get(kind, "value")
    own[value] = event.value
    if event.slate:
        first = event.position
        own["products"] = [
            {"product_id": product} | ({} if first is None else {"position": first + place})
            for place, product in enumerate(event.slate)
        ]
    elif kind in ("purchase", "return"):
        own["products"] = [{"product_id": event.product, "quantity": event.quantity}]
        own |= {"currency": currency, "revenue": event.value}
    else:
        own |= {"product_id": event.product, "quantity": event.quantity if event.quantity != 1 else None}
    properties = {key: value for key, value in own.items() if value is not None} | dict(event.properties)
    return {
        "type": "track",
        "messageId": event.id,
        "anonymousId": event.shopper,
        "event": "Cart Viewed" if _is_cart(event) else NAME_OF["segment"][kind],
        "timestamp": stamp(event.time),
        "properties": properties,
    }


def _is_cart(event: Event) -> bool:
    return event.kind == "view" and event.product is None and event.placement == "cart"
