"""Lines as the specifications write them, and the events that they are, taken by hand."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shelfwise.behaviour.formats import FORMATS, TEMPLATES, detect_format, format_of, template
from shelfwise.behaviour.formats.base import Entry, Reading
from shelfwise.behaviour.formats.mapping import parse
from shelfwise.errors import FeedError, InputError
from shelfwise.types import Event

USD = Reading(currency="USD")


def entries(folder: Path, name: str, *rows: Any, reading: Reading = USD) -> list[Entry]:
    path = folder / "events.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return list(format_of(name, reading=reading).read(path))


def one(folder: Path, name: str, row: Any, reading: Reading = USD) -> list[Event]:
    [entry] = entries(folder, name, row, reading=reading)
    assert (entry.bad, entry.passed) == ((), None)
    return list(entry.events)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- UBI -----------------------------------------------------------------------------------------------------

CLICK = {
    "application": "esci",
    "action_name": "click",
    "query_id": "6610ec99",
    "session_id": "87d82faf",
    "client_id": "a9277f41",
    "timestamp": "2024-12-10T00:50:30.466Z",
    "user_query": "ps4",
    "message_type": None,
    "message": None,
    "event_attributes": {"object": {"object_id": "B08GPZW3FB", "object_id_field": "asin"}, "position": {"ordinal": 2}},
}


def test_ubi_click(tmp_path: Path) -> None:
    [event] = one(tmp_path, "ubi", CLICK)
    assert dataclasses.replace(event, id="") == Event(
        "",
        "click",
        "a9277f41",
        datetime(2024, 12, 10, 0, 50, 30, 466_000, tzinfo=UTC),
        product="B08GPZW3FB",
        query_id="6610ec99",
        position=2,
        placement="search",
        properties={"session": "87d82faf"},
    )


def test_ubi_query_and_its_event_are_one_search(tmp_path: Path) -> None:
    query = {"query_id": "q1", "client_id": "c1", "user_query": " ps4 ", "timestamp": "2025-01-24T07:31:30.699+0000"}
    event = {"action_name": "on_search", "message_type": "QUERY", "message": "ps4", "timestamp": 1737703890700}
    event |= {"query_id": "q1", "client_id": "c1", "event_attributes": None}
    first, second = (entry.events[0] for entry in entries(tmp_path, "ubi", query, event))
    assert (first.kind, first.text, first.shopper, first.query_id) == ("search", "ps4", "c1", "q1")
    assert first.id == second.id
    assert first.time == datetime(2025, 1, 24, 7, 31, 30, 699_000, tzinfo=UTC)


def test_ubi_ids_of_a_bulk_request_and_known_people(tmp_path: Path) -> None:
    index = {"index": {"_index": "ubi_events", "_id": "abc"}}
    [entry] = entries(tmp_path, "ubi", index, CLICK | {"user_id": "customer-7"})
    assert (entry.number, entry.events[0].id, entry.events[0].shopper) == (2, "abc", "customer-7")
    assert entry.person == ("a9277f41", "customer-7")
    nobody = entries(tmp_path, "ubi", CLICK | {"user_id": ""})[0]
    assert (nobody.events[0].shopper, nobody.person) == ("a9277f41", None)


def test_ubi_positions_from_0_are_moved_for_the_application_that_counts_so(tmp_path: Path) -> None:
    def shown(application: str, ordinal: int) -> dict[str, Any]:
        inside = CLICK["event_attributes"] | {"position": {"ordinal": ordinal}}  # type: ignore[operator]
        return CLICK | {"application": application, "event_attributes": inside}

    found = entries(tmp_path, "ubi", shown("a", 3), shown("b", 3), shown("a", 0))
    assert [entry.events[0].position for entry in found] == [4, 3, 1]
    assert [entry.notes for entry in found] == [
        ("a: positions counted from 0: 1 was added",),
        (),
        ("a: positions counted from 0: 1 was added",),
    ]


def test_ubi_actions_that_are_no_events_are_passed_over(tmp_path: Path) -> None:
    found = entries(tmp_path, "ubi", CLICK | {"action_name": "brand_filter"}, {"query_id": "1", "timestamp": 1})
    assert [entry.passed for entry in found] == ["brand_filter", "search without a text"]


@pytest.mark.data("ubi")
def test_ubi_real_file(data: Path) -> None:
    path = data / "ubi_queries_events.ndjson"
    assert detect_format(path) == "ubi"
    found = list(format_of("ubi").read(path))
    kinds = Counter(event.kind for entry in found for event in entry.events)
    assert kinds == {"impression": 1999, "search": 1059, "click": 298, "cart": 234, "purchase": 6, "dwell": 2}
    assert not any(entry.bad for entry in found)
    assert min(event.position for entry in found for event in entry.events if event.position is not None) == 1
    assert sum(entry.passed is not None for entry in found) + sum(kinds.values()) == 3921  # half of the 7,842 lines


# --- Google --------------------------------------------------------------------------------------------------


def test_google_search_is_a_search_and_an_impression(tmp_path: Path) -> None:
    row = {
        "eventType": "search",
        "visitorId": "visitor0",
        "eventTime": "2020-01-01T03:33:33.000001Z",
        "attributionToken": "tyrozeyr",
        "searchQuery": "Color: blue",
        "offset": 24,
        "productDetails": [{"product": {"id": "id1"}}, {"product": {"id": "id2"}}],
        "userInfo": {"userId": "user0", "ipAddress": "1.2.3.4"},
        "sessionId": "s1",
    }
    search, shown = one(tmp_path, "google", row)
    assert (search.kind, search.text, search.query_id, search.shopper) == ("search", "Color: blue", "tyrozeyr", "user0")
    assert (shown.kind, shown.slate, shown.position, shown.id) == ("impression", ("id1", "id2"), 25, f"{search.id}:1")
    assert search.time == datetime(2020, 1, 1, 3, 33, 33, 1, tzinfo=UTC)
    assert search.properties == {"session": "s1"}


def test_google_purchase_is_an_event_for_each_product(tmp_path: Path) -> None:
    row = {
        "eventType": "purchase-complete",
        "visitorId": "v",
        "eventTime": "2020-01-01T03:33:33Z",
        "productDetails": [
            {"product": {"id": "a", "priceInfo": {"price": 9.5}}, "quantity": 2},
            {"product": {"id": "b", "priceInfo": {"price": 1.0}}, "quantity": 1},
        ],
        "purchaseTransaction": {"id": "t1", "revenue": 25.0, "tax": 5.0, "currencyCode": "USD"},
    }
    first, second = one(tmp_path, "google", row)
    assert [(each.product, each.quantity, each.value) for each in (first, second)] == [("a", 2, 19.0), ("b", 1, 1.0)]
    assert first.properties == {"order": "t1"}
    del row["productDetails"][0]["product"]["priceInfo"]  # type: ignore[index]
    assert [each.value for each in one(tmp_path, "google", row)] == [pytest.approx(50 / 3), pytest.approx(25 / 3)]


def test_google_amounts_in_another_currency_are_no_values(tmp_path: Path) -> None:
    row = {
        "eventType": "purchase-complete",
        "visitorId": "v",
        "eventTime": "2020-01-01T03:33:33Z",
        "productDetails": [{"product": {"id": "a"}, "quantity": 1}],
        "purchaseTransaction": {"revenue": 25.0, "currencyCode": "EUR"},
    }
    [entry] = entries(tmp_path, "google", row)
    assert (entry.events[0].value, entry.events[0].properties) == (None, {"amount": 25.0, "currency": "EUR"})
    assert entry.notes == ("amounts in EUR, the shop has USD: kept as properties, not as values",)


@pytest.mark.parametrize(
    ("type", "placement"),
    [("home-page-view", "home"), ("category-page-view", "category"), ("shopping-cart-page-view", "cart")],
)
def test_google_pages(type: str, placement: str, tmp_path: Path) -> None:
    row = {"eventType": type, "visitorId": "v", "eventTime": "2020-01-01T03:33:33Z"}
    [event] = one(tmp_path, "google", row | {"productDetails": [{"product": {"id": "a"}}]})
    assert (event.kind, event.placement, event.product) == ("view", placement, None)


# --- Segment -------------------------------------------------------------------------------------------------


def call(event: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "messageId": "m1",
        "anonymousId": "a1",
        "event": event,
        "timestamp": "2015-12-10T04:08:31.905Z",
        "properties": properties,
    }


PRODUCT = {"product_id": "507f", "sku": "G-32", "name": "Monopoly", "price": 18.99, "quantity": 1, "position": 3}
UNO = {"product_id": "505b", "sku": "46493-32", "name": "Uno Card Game", "price": 3, "quantity": 2}
ORDER = {"order_id": "5031", "total": 27.5, "revenue": 25.0, "currency": "USD", "products": [PRODUCT, UNO]}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Product Clicked", "click"),
        ("Clicked Product", "click"),
        ("Product Viewed", "view"),
        ("Product Added", "cart"),
        ("Product Removed", "uncart"),
        ("Product Added to Wishlist", "favourite"),
        ("Product Removed from Wishlist", "unfavourite"),
        ("Wishlist Product Added to Cart", "cart"),
    ],
)
def test_segment_one_product(name: str, kind: str, tmp_path: Path) -> None:
    [event] = one(tmp_path, "segment", call(name, **PRODUCT, cart_id="c9"))
    expected = Event("m1", kind, "a1", at("2015-12-10T04:08:31.905"), product="507f", position=3)  # type: ignore[arg-type]
    assert event == dataclasses.replace(expected, properties={"cart_id": "c9"})


def test_segment_order(tmp_path: Path) -> None:
    first, second = one(tmp_path, "segment", call("Order Completed", **ORDER) | {"userId": "u1"})
    assert [(each.id, each.shopper, each.kind) for each in (first, second)] == [
        ("m1:1", "u1", "purchase"),
        ("m1:2", "u1", "purchase"),
    ]
    assert [(each.product, each.quantity, each.value) for each in (first, second)] == [
        ("507f", 1, 18.99),
        ("505b", 2, 6.0),
    ]
    [refund] = one(tmp_path, "segment", call("Order Refunded", order_id="5031", products=[UNO]))
    assert (refund.kind, refund.value) == ("return", 6.0)


def test_segment_search_list_review(tmp_path: Path) -> None:
    [search] = one(tmp_path, "segment", call("Products Searched", query="blue roses"))
    assert (search.kind, search.text) == ("search", "blue roses")
    products = [{"product_id": "a", "position": 1}, {"product_id": "b", "position": 2}]
    [shown] = one(tmp_path, "segment", call("Product List Viewed", list_id="hot_deals_1", products=products))
    assert (shown.slate, shown.position, shown.placement) == (("a", "b"), 1, "hot_deals_1")
    products[1]["position"] = 7
    apart = one(tmp_path, "segment", call("Product List Viewed", products=products))
    assert [(each.product, each.position) for each in apart] == [("a", 1), ("b", 7)]
    body = "I love this product"
    [review] = one(tmp_path, "segment", call("Product Reviewed", product_id="a", review_body=body, rating="5"))
    assert (review.kind, review.text, review.value) == ("review", body, 5.0)


def test_segment_a_wrong_clock_is_corrected_unless_it_was(tmp_path: Path) -> None:
    sent = {"sentAt": "2015-12-10T05:08:32Z", "receivedAt": "2015-12-10T04:08:32Z"}  # the sender is an hour ahead
    [event] = one(tmp_path, "segment", call("Product Viewed", **PRODUCT) | sent)
    assert event.time == at("2015-12-10T03:08:31.905")
    by_segment = {"originalTimestamp": "2015-12-10T05:08:31.905Z", **sent}
    [event] = one(tmp_path, "segment", call("Product Viewed", **PRODUCT) | by_segment)
    assert event.time == at("2015-12-10T04:08:31.905")


@pytest.mark.parametrize(
    ("agreed", "consent"),
    [((True, True), "personal"), ((True, False), "anonymous"), ((False, False), "none")],
)
def test_segment_consent(agreed: tuple[bool, bool], consent: str, tmp_path: Path) -> None:
    context = {"consent": {"categoryPreferences": dict(zip(("Analytics", "Advertising"), agreed, strict=True))}}
    [event] = one(tmp_path, "segment", call("Product Viewed", **PRODUCT) | {"context": context})
    assert event.consent == consent


def test_segment_the_region_is_the_country_unless_a_property_says_it(tmp_path: Path) -> None:
    context = {"context": {"location": {"country": "United States", "city": "San Francisco"}}}
    [event] = one(tmp_path, "segment", call("Product Viewed", **PRODUCT) | context)
    assert event.properties["region"] == "United States"
    [event] = one(tmp_path, "segment", call("Product Viewed", **PRODUCT, region="west") | context)
    assert event.properties["region"] == "west"


def test_segment_other_calls_are_passed_over_and_a_batch_is_read(tmp_path: Path) -> None:
    batch = {"batch": [{"type": "identify", "userId": "u1", "anonymousId": "a1"}, call("Checkout Started", **ORDER)]}
    found = entries(tmp_path, "segment", batch)
    assert [(entry.number, entry.passed) for entry in found] == [(1, "identify"), (1, "Checkout Started")]
    assert found[0].person == ("a1", "u1")


# --- what is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "row", "field", "found"),
    [
        ("ubi", CLICK | {"timestamp": "yesterday"}, "timestamp", "yesterday"),
        ("ubi", CLICK | {"timestamp": None}, "timestamp", "nothing"),
        ("ubi", {key: CLICK[key] for key in CLICK if key != "client_id"}, "shopper", "nothing"),
        ("ubi", CLICK | {"event_attributes": {}}, "product", "nothing"),
        ("ubi", CLICK | {"query_id": "q" * 300}, "query_id", "q" * 60 + "… (300 characters)"),
        ("ubi", CLICK | {"query_id": ["q"]}, "query_id", "['q']"),
        ("google", {"eventType": "add-to-cart", "visitorId": "v", "eventTime": "noon"}, "eventTime", "noon"),
        (
            "google",
            {"eventType": "add-to-cart", "visitorId": "v", "eventTime": "2020-01-01T00:00:00Z"},
            "productDetails",
            "nothing",
        ),
        ("segment", call("Order Completed", order_id="1"), "properties.products", "nothing"),
        ("segment", call("Product Clicked", **PRODUCT | {"position": "top"}), "properties.position", "top"),
        ("segment", call("Product Reviewed", product_id="a", rating="9"), "value", "9.0"),
        ("segment", call("Products Searched", query={"text": "x"}), "properties.query", "a dict"),
    ],
)
def test_refusals_name_the_row_and_the_field(
    name: str, row: dict[str, Any], field: str, found: str, tmp_path: Path
) -> None:
    [entry] = entries(tmp_path, name, row)
    [bad] = entry.bad
    assert (bad.file, bad.row, bad.column, bad.found) == ("events.jsonl", 1, field, found)


# --- tables --------------------------------------------------------------------------------------------------


def csv(folder: Path, text: str, mapping: str | None = None) -> list[Entry]:
    path = folder / "log.csv"
    path.write_text(text, "utf-8")
    return list(format_of("csv", mapping=None if mapping is None else parse(mapping)).read(path))


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("user_id,item_id,behavior_type,timestamp", "5,7,pv,1511544070", ("view", "5", "7", None)),
        ("用户id,商品id,行为类型,时间", "5,7,加购,2017-11-25 01:21:10+08:00", ("cart", "5", "7", None)),
        ("reviewerID,asin,overall,unixReviewTime", "A1,B2,4.0,1400000000", ("rating", "A1", "B2", 4.0)),
        ("customer_id,sku,quantity,price,order_date", "c,s,3,2.5,2020-03-04", ("purchase", "c", "s", 7.5)),
        ("visitorid,itemid,event,timestamp", "5,7,addtocart,1433221332117", ("cart", "5", "7", None)),
    ],
)
def test_columns_are_guessed(header: str, row: str, expected: tuple[Any, ...], tmp_path: Path) -> None:
    [entry] = csv(tmp_path, f"{header}\n{row}\n")
    [event] = entry.events
    assert (event.kind, event.shopper, event.product, event.value) == expected
    assert 2000 < event.time.year < 2030


def test_a_mapping(tmp_path: Path) -> None:
    mapping = """
        timezone = "Asia/Shanghai"
        first_position = 0
        [fields]
        kind = { column = "do", values = { ex = "impression", scroll = "" } }
        shopper = ["member", "cookie"]
        time = { column = "at", format = "%d.%m.%Y %H:%M" }
        slate = { column = "items", separator = "|" }
        position = "rank"
        [properties]
        session = "s"
    """
    text = "do,member,cookie,at,items,rank,s\nex,,c1,31.01.2026 09:30,a|b,0,s9\nscroll,m1,c1,31.01.2026 09:30,,,\n"
    shown, passed = csv(tmp_path, text, mapping)
    [event] = shown.events
    assert (event.shopper, event.slate, event.position, event.properties) == ("c1", ("a", "b"), 1, {"session": "s9"})
    assert event.time == datetime(2026, 1, 31, 1, 30, tzinfo=UTC)
    assert (passed.events, passed.passed) == ((), "scroll")


def test_rows_that_are_equal_in_every_column_are_one_event(tmp_path: Path) -> None:
    rows = "kind,shopper,time,product\n" + "view,a,2026-01-01,p\n" * 2 + "view,a,2026-01-02,p\n"
    ids = [entry.events[0].id for entry in csv(tmp_path, rows)]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[fields]\nkind = "k"', "fields.shopper: no column given"),
        ('[fields]\nkind = "k"\nshoper = "s"', "unknown key fields.shoper. Did you mean 'shopper'?"),
        ('timezone = "Mars"\n[fields]\nkind = "k"', "timezone: Value error, expected a time zone"),
        ('[fields]\nkind = { column = "k", vals = {} }', "unknown key fields.kind.0.vals"),
        ("fields = ", "not valid TOML"),
    ],
)
def test_a_mapping_that_cannot_be_used(text: str, message: str) -> None:
    with pytest.raises(FeedError, match="mapping: ") as raised:
        parse(text)
    assert message in raised.value.message


def test_a_mapping_is_written_as_people_would() -> None:
    text = (
        'timezone = "UTC"\n\n[fields]\nkind = "k"\nshopper = "s"\n\n[fields.time]\ncolumn = "t"\nformat = "unix_ms"\n'
    )
    assert parse(text).to_toml() == text


def test_unknown_names() -> None:
    with pytest.raises(InputError, match=r"unknown format 'xml'; expected one of ubi, google"):
        format_of("xml")
    with pytest.raises(InputError, match="no template for 'parquet'"):
        template("parquet")
    with pytest.raises(InputError, match="found a mapping for the format 'ubi'"):
        format_of("ubi", mapping=parse('[fields]\nkind = "k"\nshopper = "s"\ntime = "t"'))


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_are_found_out_and_taken_whole(name: str, tmp_path: Path) -> None:
    path = tmp_path / ("t.csv" if name == "csv" else "t.jsonl")
    path.write_text(template(name), "utf-8")
    assert detect_format(path) == name
    found = list(format_of(name).read(path))
    assert not any(entry.bad or entry.passed for entry in found)
    assert {"search", "impression", "cart", "purchase"} <= {event.kind for entry in found for event in entry.events}
    assert name in FORMATS
