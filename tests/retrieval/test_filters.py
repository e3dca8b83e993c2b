from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.retrieval.filters import (
    MAX_DEPTH,
    MAX_VALUES,
    Fields,
    conditions,
    parse_filter,
    parse_url,
    resolve,
    without_field,
)
from shelfwise.types import AllOf, And, AnyOf, Exists, NoneOf, Not, Or, Range

FIELDS = Fields.of(["attributes.color", "attributes.size"], ["attributes.size", "attributes.weight"])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (None, None),
        ({}, None),
        ({"price": [1000, 5000]}, Range("price", 1000.0, 5000.0)),
        ({"price": (None, 5000)}, Range("price", None, 5000.0)),
        ({"price": {"min": 1}}, Range("price", 1.0, None)),
        ({"price": {"min": 1, "max": 2.5}}, Range("price", 1.0, 2.5)),
        ({"price": 5}, AnyOf("price", (5.0,))),
        ({"price": [1, 2, 3]}, AnyOf("price", (1.0, 2.0, 3.0))),
        ({"brand": "A"}, AnyOf("brand", ("A",))),
        ({"brand": ["A", "B"]}, AnyOf("brand", ("A", "B"))),
        ({"brand": {"any": ["A"]}}, AnyOf("brand", ("A",))),
        ({"tags": {"all": ["A", "B"]}}, AllOf("tags", ("A", "B"))),
        ({"brand": {"none": "A"}}, NoneOf("brand", ("A",))),
        ({"rating": {"exists": True}}, Exists("rating")),
        ({"rating": {"exists": False}}, Not(Exists("rating"))),
        ({"available": True}, AnyOf("available", (True,))),
        ({"brand": "A", "price": [1, 2]}, And((AnyOf("brand", ("A",)), Range("price", 1.0, 2.0)))),
        ({"or": [{"brand": "A"}, {"not": {"brand": "B"}}]}, Or((AnyOf("brand", ("A",)), Not(AnyOf("brand", ("B",)))))),
        ({"and": [{"brand": "A"}, {}]}, And((AnyOf("brand", ("A",)),))),
        ({"or": [{"brand": "A"}, {}]}, None),
        (Exists("price"), Exists("price")),
    ],
)
def test_json(written: object, meant: object) -> None:
    assert parse_filter(written) == meant


def deep(levels: int) -> object:
    return {"not": deep(levels - 1)} if levels else {"brand": "A"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ([], "expected an object"),
        ("brand:A", "expected an object"),
        ({"price": [math.nan, 1]}, "expected a number"),
        ({"price": [0, math.inf]}, "expected a number"),
        ({"price": {"min": "1"}}, "filters.price: found '1'"),
        ({"price": {"min": True}}, "expected a number"),
        ({"price": {"least": 1}}, "unknown operator 'least'"),
        ({"price": {"minn": 1}}, "expected min"),
        ({"price": {}}, "empty condition"),
        ({"brand": []}, "expected 1 to 1000 values"),
        ({"brand": [None]}, "expected a text, a number"),
        ({"brand": [["A"]]}, "expected a text, a number"),
        ({"brand": None}, "expected a text, a number"),
        ({"brand": math.nan}, "expected a text, a number"),
        ({"brand": ["A"] * (MAX_VALUES + 1)}, "expected 1 to 1000 values"),
        ({"brand": "A" * 10_000}, "10000 characters"),
        ({"rating": {"exists": "yes"}}, "expected true or false"),
        ({"and": []}, "expected a list"),
        ({"or": {"brand": "A"}}, "expected a list"),
        ({"or": "brand"}, "expected a list"),
        ({"not": {}}, "cannot be negated"),
        ({"": 1}, "not empty"),
        (deep(MAX_DEPTH), "deeper than 8"),
        ({"price": [10**400, 1]}, "expected a text, a number"),
    ],
)
def test_json_errors(written: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_filter(written)


def test_the_deepest_filter_allowed() -> None:
    assert resolve(parse_filter(deep(MAX_DEPTH - 1)), FIELDS) is not None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ([], None),
        (["price:1000..5000"], Range("price", 1000.0, 5000.0)),
        (["rating:4.."], Range("rating", 4.0, None)),
        (["price:..99.5"], Range("price", None, 99.5)),
        (["price:-5..-1"], Range("price", -5.0, -1.0)),
        (["-price:1..5"], Not(Range("price", 1.0, 5.0))),
        (["brand:A|B"], AnyOf("brand", ("A", "B"))),
        (["-brand:A"], NoneOf("brand", ("A",))),
        (["brand:Dr..Oetker"], AnyOf("brand", ("Dr..Oetker",))),
        (["category:A > B: C"], AnyOf("category", ("A > B: C",))),
        (["has:rating"], Exists("rating")),
        (["-has:rating"], Not(Exists("rating"))),
        (["brand:A", "price:1.."], And((AnyOf("brand", ("A",)), Range("price", 1.0, None)))),
    ],
)
def test_url(written: list[str], meant: object) -> None:
    assert parse_url(written) == meant


@pytest.mark.parametrize(
    "written", ["", "brand", "brand:", ":A", "-", "brand:|", "price:1..inf", "price:nan..", "a" * 9000]
)
def test_url_errors(written: str) -> None:
    with pytest.raises(InputError):
        parse_url([written])


@pytest.mark.parametrize(
    ("given_filter", "meant"),
    [
        (AnyOf("color", ("red",)), AnyOf("attributes.color", ("red",))),
        (AnyOf("available", (True,)), AnyOf("available", (1.0,))),
        (AnyOf("available", ("false",)), AnyOf("available", (0.0,))),
        (AnyOf("price", ("5",)), AnyOf("price", (5.0,))),
        (AnyOf("color", (5.0,)), AnyOf("attributes.color", ("5",))),
        (AnyOf("color", (True,)), AnyOf("attributes.color", ("true",))),
        (AnyOf("size", ("XL", 5.0)), AnyOf("attributes.size", ("XL", 5.0))),
        (Not(Range("weight", 1, None)), Not(Range("attributes.weight", 1.0, None))),
    ],
)
def test_resolve(given_filter: AnyOf, meant: AnyOf) -> None:
    assert resolve(given_filter, FIELDS) == meant


@pytest.mark.parametrize(
    ("given_filter", "said"),
    [
        (AnyOf("colour", ("red",)), "Unknown filter field 'colour'. Did you mean 'color'?"),
        (Exists("pricee"), "Did you mean 'price'?"),
        (Range("brand", 1, 2), "brand holds texts"),
        (AnyOf("price", ("cheap",)), "price: found 'cheap', expected a number"),
        (AnyOf("price", ("nan",)), "expected a number"),
        (AnyOf("brand", (("A",),)), "expected a text"),
        (Range("price", math.nan, None), "expected a number"),
        (AnyOf("brand", ()), "expected 1 to"),
        ("brand", "expected a filter"),
    ],
)
def test_resolve_errors(given_filter: AnyOf, said: str) -> None:
    with pytest.raises(InputError) as error:
        resolve(given_filter, FIELDS)
    assert said in str(error.value)


def test_conditions_and_without_field() -> None:
    brand, price, either = AnyOf("brand", ("A",)), Range("price", 1, 2), Or((Exists("brand"), Exists("price")))
    both = And((brand, And((price, either))))
    assert conditions(both) == (brand, price, either)
    assert without_field(both, "brand") == And((price, either))
    assert without_field(brand, "brand") is None
    assert without_field(Not(brand), "brand") is None


json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["and", "or", "not", "brand", "price", "min", "any", "exists"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(json)
def test_any_json_is_read_or_refused(written: object) -> None:
    try:
        read = parse_filter(written)
        if read is not None:
            resolve(read, FIELDS)
    except InputError:
        pass


@given(st.lists(st.text(max_size=20), max_size=3))
def test_any_url_is_read_or_refused(written: list[str]) -> None:
    try:
        read = parse_url(written)
        if read is not None:
            resolve(read, FIELDS)
    except InputError:
        pass
