from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.behaviour.base import Refusal
from shelfwise.behaviour.table import KINDS
from shelfwise.behaviour.validate import (
    EARLIEST,
    MAX_DWELL,
    MAX_ID,
    MAX_POSITION,
    MAX_PROPERTIES,
    MAX_PROPERTY,
    MAX_QUANTITY,
    MAX_SLATE,
    MAX_TEXT,
    MAX_VALUE,
    NEED_PRODUCT,
    check,
)
from shelfwise.types import Event

AT = datetime(2026, 1, 1, tzinfo=UTC)
# The least that an event of each kind has to say.
LEAST: dict[str, dict[str, Any]] = {
    "search": {"text": "mug"},
    "reformulation": {"text": "blue mug"},
    "impression": {"slate": ("p1", "p2")},
    "view": {"product": "p1"},
    "dwell": {"value": 3.0},
    "rating": {"product": "p1", "value": 5},
    "review": {"product": "p1", "text": "Warm."},
}


def event(kind: str = "click", **fields: Any) -> Event:
    base: dict[str, Any] = {"id": "e1", "kind": kind, "shopper": "ann", "time": AT}
    return Event(**base | LEAST.get(str(kind), {"product": "p1"}) | fields)


@pytest.mark.parametrize("kind", KINDS)
def test_the_least_of_each_kind_passes(kind: str) -> None:
    assert check(event(kind)) is None


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, least in LEAST.items() for field in least])
def test_what_a_kind_needs(kind: str, field: str) -> None:
    nothing: dict[str, Any] = {field: () if field == "slate" else None}
    refused = check(dataclasses.replace(event(kind), **nothing))
    assert refused is not None
    assert refused.message.startswith("found nothing")
    assert refused.field == ("value" if (kind, field) == ("review", "text") else field)


@pytest.mark.parametrize("kind", sorted(NEED_PRODUCT))
def test_a_product_is_needed(kind: str) -> None:
    refused = check(event(kind, product=None))
    assert refused == Refusal(0, "e1", "product", f"found nothing; expected the product of a {kind}")


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "x" * MAX_ID, "product": "商品-1", "query_id": "q", "placement": "home", "device": "手机"},
        {"position": MAX_POSITION, "quantity": MAX_QUANTITY, "value": MAX_VALUE},
        {"position": 1, "quantity": 1, "value": 0},
        {"kind": "impression", "slate": ("p",) * MAX_SLATE, "position": 1},
        {"kind": "impression", "slate": (), "product": "p1"},
        {"kind": "view", "product": None, "placement": "home"},
        {"kind": "dwell", "value": MAX_DWELL},
        {"kind": "rating", "value": 1},
        {"kind": "review", "value": None, "text": "x" * MAX_TEXT},
        {"kind": "review", "value": 4.5, "text": None},
        {"kind": "review", "text": "Good.\nAnd warm.\t👍🏽"},
        {"kind": "search", "text": "👨‍👩‍👧 شنطة"},  # joiners and right-to-left texts are no control characters
        {"consent": "none", "shopper": ""},
        {"consent": "anonymous", "shopper": ""},
        {"time": EARLIEST, "properties": {}},
        {"time": datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8)))},
        {"properties": {f"k{i}": "x" * MAX_PROPERTY for i in range(MAX_PROPERTIES)}},
        {"properties": {"a": True, "b": -1.5, "c": 7, "d": ("x", "y"), "e": ()}},
    ],
)
def test_what_passes(fields: dict[str, Any]) -> None:
    assert check(event(**fields)) is None


ID = "expected 1 to 200 characters, none of them a control character"
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "purchace"}, "kind", "found 'purchace'; expected a kind of event. Did you mean 'purchase'?"),
    ({"kind": "PURCHASE"}, "kind", "found 'PURCHASE'; expected a kind of event. Did you mean 'purchase'?"),
    ({"kind": "zzz"}, "kind", f"found 'zzz'; expected a kind of event. Kinds: {', '.join(KINDS)}."),
    ({"kind": ["view"]}, "kind", "found ['view']; expected a kind of event. Did you mean 'view'?"),
    ({"kind": None}, "kind", f"found nothing; expected a kind of event. Kinds: {', '.join(KINDS)}."),
    ({"consent": "yes"}, "consent", "found 'yes'; expected one of personal, anonymous, none"),
    ({"id": ""}, "id", f"found nothing; {ID}"),
    ({"id": 7}, "id", f"found 7; {ID}"),
    ({"id": "x" * 201}, "id", f"found '{'x' * 60}…' (201 characters); {ID}"),
    ({"id": "a\x00"}, "id", rf"found 'a\x00'; {ID}"),
    ({"shopper": ""}, "shopper", f"found nothing; {ID}"),
    ({"shopper": "a\nb"}, "shopper", rf"found 'a\nb'; {ID}"),
    ({"product": "\ud800"}, "product", rf"found '\ud800'; {ID}"),
    ({"product": ""}, "product", f"found nothing; {ID}"),
    ({"query_id": "q" * 201}, "query_id", f"found '{'q' * 60}…' (201 characters); {ID}"),
    ({"placement": 3.5}, "placement", f"found 3.5; {ID}"),
    ({"device": "\x9b"}, "device", rf"found '\x9b'; {ID}"),
    ({"time": "2026"}, "time", "found '2026'; expected a time"),
    (
        {"time": datetime(2026, 1, 1)},
        "time",
        "found 2026-01-01T00:00:00 without an offset; expected one, like 2026-01-31T09:30:00+08:00",
    ),
    (
        {"time": datetime(1970, 1, 1, tzinfo=UTC)},
        "time",
        "found 1970-01-01T00:00:00+00:00; expected a time from 1995 to 2200",
    ),
    (
        {"time": datetime.max.replace(tzinfo=UTC)},
        "time",
        "found 9999-12-31T23:59:59.999999+00:00; expected a time from 1995 to 2200",
    ),
    ({"kind": "view", "product": None}, "product", "found nothing; expected the product of a view, or the placement"),
    ({"position": 0}, "position", "found 0; expected a whole number from 1 to 1,000,000"),
    ({"position": 1.5}, "position", "found 1.5; expected a whole number from 1 to 1,000,000"),
    ({"position": True}, "position", "found True; expected a whole number from 1 to 1,000,000"),
    ({"position": 10**5000}, "position", "found a number of more than 18 digits; expected a whole number"),
    ({"quantity": 0}, "quantity", "found 0; expected a whole number from 1 to 10,000"),
    ({"quantity": 10_001}, "quantity", "found 10001; expected a whole number from 1 to 10,000"),
    ({"quantity": "2"}, "quantity", "found '2'; expected a whole number from 1 to 10,000"),
    ({"value": -0.01}, "value", "found -0.01; expected 0 to 1,000,000,000,000"),
    ({"value": math.nan}, "value", "found nan; expected 0 to 1,000,000,000,000"),
    ({"value": math.inf}, "value", "found inf; expected 0 to 1,000,000,000,000"),
    ({"value": "9"}, "value", "found '9'; expected 0 to 1,000,000,000,000"),
    ({"value": True}, "value", "found True; expected 0 to 1,000,000,000,000"),
    ({"kind": "dwell", "value": 86_401}, "value", "found 86401; expected seconds, 0 to 86,400"),
    ({"kind": "rating", "value": 0}, "value", "found 0; expected stars, 1 to 5"),
    ({"kind": "review", "value": 5.5}, "value", "found 5.5; expected stars, 1 to 5"),
    ({"kind": "search", "text": "x" * 2001}, "text", "found 2,001 characters; expected at most 2,000"),
    ({"kind": "search", "text": ["mug"]}, "text", "found a list; expected a text"),
    ({"kind": "search", "text": "my secret\x00"}, "text", "found control characters; expected none but tabs and"),
    ({"kind": "impression", "slate": ("p",) * 201}, "slate", "found 201 products; expected a list of at most 200"),
    ({"kind": "impression", "slate": "p1"}, "slate", "found 'p1'; expected a list of at most 200"),
    ({"kind": "impression", "slate": ("p1", "")}, "slate[1]", f"found nothing; {ID}"),
    ({"slate": ("p1",)}, "slate", "found products in a click; expected them only in an impression"),
    ({"slate": None}, "slate", "found nothing; expected a list of products"),
    ({"properties": {str(i): 1 for i in range(51)}}, "properties", "found 51; expected at most 50"),
    ({"properties": ["a"]}, "properties", "found a list; expected names with values"),
    ({"properties": {"": 1}}, "properties", f"found the name nothing; {ID}"),
    ({"properties": {"a": "x" * 1001}}, "properties.a", "found a str of 1,001; expected texts of at most"),
    ({"properties": {"a": ("x" * 600,) * 2}}, "properties.a", "found a tuple of 2; expected texts of"),
    ({"properties": {"a": ("",) * 1001}}, "properties.a", "found a tuple of 1,001; expected texts of"),
    ({"properties": {"a": {"b": 1}}}, "properties.a", "found {'b': 1}; expected texts of"),
    ({"properties": {"a": math.inf}}, "properties.a", "found inf; expected texts of"),
    ({"properties": {"a": 10**400}}, "properties.a", "found a number of more than 18 digits; expected"),
    ({"properties": {"a": None}}, "properties.a", "found nothing; expected"),
]


@pytest.mark.parametrize(("fields", "field", "message"), REFUSED)
def test_what_is_refused_and_how(fields: dict[str, Any], field: str, message: str) -> None:
    refused = check(event(**fields), 4)
    assert refused is not None
    assert (refused.index, refused.field) == (4, field)
    assert refused.message.startswith(message)


def test_a_message_never_repeats_what_a_shopper_typed() -> None:
    refused = check(event("search", text="my secret\x00"))
    assert refused is not None
    assert "secret" not in str(refused)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3) | st.tuples(inner),
)
FIELDS = [field.name for field in dataclasses.fields(Event)]


@given(kind=st.sampled_from(KINDS), changes=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=4))
def test_whatever_stands_in_a_field_it_is_answered(kind: str, changes: dict[str, Any]) -> None:
    refused = check(dataclasses.replace(event(kind), **changes))
    assert refused is None or len(refused.message) < 500
