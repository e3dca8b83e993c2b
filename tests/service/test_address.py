"""Addresses of searches: what is written is read back, what is mangled still shows a page."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from shelfwise.service.storefront.address import SORTS, Address, read_address
from shelfwise.service.wire_understanding import KEY_LENGTH, KEYS
from shelfwise.types import And, AnyOf, Range

names = st.sampled_from(["brand", "category", "attributes.color", "attributes.screen size", "tags"])
words = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() and "\x00" not in text)
ends = st.one_of(st.none(), st.integers(-10_000, 10_000).map(float))
addresses = st.builds(
    Address,
    text=st.text(max_size=30).map(lambda text: " ".join(text.split())),
    chosen=st.dictionaries(names, st.lists(words, min_size=1, max_size=4, unique=True).map(tuple), max_size=3),
    bounds=st.dictionaries(
        st.sampled_from(["price", "rating"]),
        st.tuples(ends, ends).filter(lambda pair: pair != (None, None)),
        max_size=2,
    ),
    sort=st.sampled_from(SORTS),
    page=st.integers(1, 400),
    exact=st.booleans(),
    dismissed=st.lists(words, max_size=4, unique=True).map(tuple),
)


def read(path: str) -> Address:
    return read_address(parse_qsl(urlsplit(path).query, keep_blank_values=True), 1000)


@given(addresses)
def test_what_is_written_is_read_back(address: Address) -> None:
    try:
        address.path().encode()
    except UnicodeEncodeError:  # half a surrogate pair cannot come from an address
        return
    assert read(address.path()) == address


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=20))
def test_anything_can_be_read(pairs: list[tuple[str, str]]) -> None:
    address = read_address(pairs, 1000)
    assert 1 <= address.page <= 400
    address.filter()


def test_mangled_values_are_passed_over() -> None:
    pairs = [("page", "-3"), ("sort", "x"), ("min.price", "nan"), ("max.price", "inf"), ("f.", "a"), ("f.brand", "")]
    assert read_address(pairs, 10) == Address()
    assert read_address([("page", "٣"), ("q", "a" * 50)], 10) == Address("a" * 10)


def test_selections_are_bounded() -> None:
    address = read_address([("f.brand", str(n)) for n in range(1000)], 10)
    assert len(address.chosen["brand"]) == 60


def test_readings_taken_back_are_bounded() -> None:
    pairs = [("no", f"brand:{number}") for number in range(100)] + [("no", "x" * 400), ("no", "")]
    address = read_address(pairs, 10)
    assert address.dismissed == tuple(f"brand:{number}" for number in range(KEYS))
    assert address.dismiss("brand:x") is None
    assert read_address([("no", "x" * (KEY_LENGTH + 1)), ("no", "")], 10) == Address()
    assert read(str(Address("a b", dismissed=("c",), page=3).dismiss("d"))) == Address("a b", dismissed=("c", "d"))


def test_filters_of_different_fields_hold_together_values_of_one_are_alternatives() -> None:
    address = read("/search?f.brand=A&f.brand=B&min.price=3&f.color=red")
    assert address.filter() == And((AnyOf("brand", ("A", "B")), AnyOf("color", ("red",)), Range("price", 3.0, None)))
    assert Address().filter() is None


def test_changes_go_back_to_the_first_page() -> None:
    address = Address("x", chosen={"brand": ("A", "B")}, bounds={"price": (1.0, None)}, page=7)
    assert "page" not in address.without("brand", "A")
    assert read(address.without("brand", "A")).chosen == {"brand": ("B",)}
    assert read(address.without("brand")).chosen == {}
    assert read(address.without("price")).bounds == {}
    assert read(address.without("brand", "A")).bounds == {"price": (1.0, None)}
    assert read(address.only("brand", "C")).chosen == {"brand": ("C",)}
    assert read(address.href(page=8)).page == 8
