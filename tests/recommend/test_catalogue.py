"""The catalogue as columns: however it came about, the same products give the same facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.recommend.base import CatalogTable
from shelfwise.recommend.catalogue import LiveCatalog, table_of
from shelfwise.recommend.filters import within
from shelfwise.types import Attribute, Money, Product, Rating

ids = st.sampled_from([f"p{n}" for n in range(8)])
products = st.builds(
    Product,
    ids,
    st.just("title"),
    brand=st.sampled_from([None, "Nova", "Vega"]),
    category=st.sampled_from([(), ("Home",), ("Home", "Lamps")]),
    price=st.sampled_from([None, Money(Decimal("9.5"), "CNY")]),
    available=st.booleans(),
    stock=st.sampled_from([None, 0, 3]),
    rating=st.sampled_from([None, Rating(4.5, 10)]),
    released=st.sampled_from([None, datetime(2026, 1, 2, tzinfo=UTC)]),
)
steps = st.lists(st.one_of(products, ids), max_size=25)


def facts(table: CatalogTable, row: int) -> tuple[object, ...]:
    named = (
        table.categories[table.category[row]] if table.category[row] >= 0 else "",
        table.brands[table.brand[row]] if table.brand[row] >= 0 else "",
    )
    columns = (table.price, table.available, table.adult, table.released, table.rating, table.ratings)
    return (*named, table.titles[row], *(str(column[row]) for column in columns if column is not None))


@given(steps)
def test_changes_one_by_one_are_the_same_as_all_at_once(changes: list[Product | str]) -> None:
    live, now, ever = LiveCatalog(), dict[str, Product](), set[str]()
    for change in changes:
        if isinstance(change, str):
            live.remove([change])
            now.pop(change, None)
        else:
            live.put([(change, None)])
            now[change.id] = change
            ever.add(change.id)
    fresh = table_of(now.values())
    for row, id in enumerate(fresh.ids):
        assert facts(fresh, row) == facts(live.table, live.table.ids.index(id))
        assert live.row(id) == live.table.ids.index(id)
    for id in ever - set(now):
        assert live.row(id) is None
        assert not live.table.available[live.table.ids.index(id)]


def test_tables_given_out_stay_as_they_were() -> None:
    live = LiveCatalog()
    live.put([(Product("1", "a"), np.ones(2, np.float32))])
    before = live.table
    live.put([(Product("1", "b", available=False), None), (Product("2", "c"), np.zeros(2, np.float32))])
    assert (before.ids, before.titles, before.available.tolist()) == (("1",), ("a",), [True])
    assert live.rows(["2", "1", "0"], before) == ([1], [0])
    assert live.table.ids == ("1", "2")


def test_vectors_come_later_and_go() -> None:
    live = LiveCatalog()
    live.put([(Product("1", "a"), None)])
    assert live.table.vectors is None
    live.put([(Product("2", "b"), np.array([0, 1], np.float32))])
    assert live.table.vectors is not None
    assert live.table.vectors.tolist() == [[0, 0], [0, 1]]
    live.put([(Product("3", "c"), np.ones(3, np.float32))])  # of another encoder: no vector
    assert live.table.vectors.tolist()[2] == [0, 0]


def test_sold_out_and_for_adults() -> None:
    plain = Product("1", "wine")
    several = [
        plain,
        replace(plain, id="2", stock=0),
        replace(plain, id="3", available=False),
        replace(plain, id="4", tags=("ADULT",)),
        replace(plain, id="5", attributes={"adult": Attribute(True)}),
        replace(plain, id="6", attributes={"adult": Attribute(False)}),
    ]
    table = table_of(several)
    assert table.available.tolist() == [True, False, False, True, True, True]
    assert table.adult.tolist() == [False, False, False, True, True, False]


def test_a_category_holds_those_below_it_and_no_namesakes() -> None:
    paths = [("Home",), ("Home", "Lamps"), ("Homes",), ()]
    table = table_of(Product(str(n), "t", category=path) for n, path in enumerate(paths))
    assert within(table, "Home").tolist() == [True, True, False, False]
