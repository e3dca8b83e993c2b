"""Queries and products that nobody means well: an answer, or an error that says why; and bounded work."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shelfwise.catalog.base import Offer
from shelfwise.errors import InputError
from shelfwise.retrieval.base import Matches, Plan
from shelfwise.shop import Shop
from shelfwise.types import Attribute, Money, Product, Query, Rating, Variant

MODES = ("hybrid", "lexical", "dense")
MOST_SLOTS = 64  # of a query, whatever its length
MOST_ALTERNATIVES = 64  # of a slot
HOSTILE = {
    "one word of 10,000": "a" * 10_000,
    "10,000 characters": "phone case " * 900,
    "thousands of words": " ".join(f"w{number}x" for number in range(2500)),
    "control characters": "\x00\x01\x1f\x7f\r\n\tphone\x00case",
    "emoji": "😀👩‍👩‍👧‍👦🇨🇳" * 100,
    "regex": ".*(a+)+$[",
    "lucene": 'title:"x" AND (a OR b~2) ^5 +-!{}[] *:*',
    "sql": "' OR 1=1; DROP TABLE products;--",
    "html": "<script>alert(1)</script>",
    "surrogates": "phone \ud800 x\udfff",
    "punctuation": "!?.,;:--__//\\" * 50,
    "stop words": "the of and a 的 了 是",
    "right to left": "\u202eشاحن هاتف \u200f",
    "5,000 Chinese": "手机壳透明防摔" * 715,
    "5,000 different Chinese": "".join(chr(0x4E00 + number) for number in range(5000)),
    "zero width": "p\u200bh\u200bo\u200dn\ufeffe",
    "spaces": " \t\u3000\u00a0 ",
    "ligatures that grow": "ﷺ" * 3000,
    "combining": "a" + "\u0301" * 9000,
    "digits": "1234567890" * 1000,
    "codes": "a1-" * 4000,
    "units": "16gb 5cm " * 1100,
    "mixed scripts": "iphone15手机" * 700,
    "quotes": '"phone case' * 900,
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_queries_are_answered_with_bounded_work(
    demo: Shop, monkeypatch: pytest.MonkeyPatch, text: str, mode: str
) -> None:
    reader = demo.searcher().reader
    plans: list[Plan] = []
    search = reader.search

    def noting(plan: Plan, more: Any = None) -> Matches:
        plans.append(plan)
        return search(plan, more)

    monkeypatch.setattr(reader, "search", noting)
    slate = demo.search(text, mode=mode, limit=5)
    assert slate.total >= len(slate.items)
    assert len(plans) <= 20
    for plan in plans:
        if plan.text is not None:
            assert len(plan.text.slots) <= MOST_SLOTS
            assert all(len(slot.alternatives) <= MOST_ALTERNATIVES for slot in plan.text.slots)
            assert len(plan.text.hints) <= 4 * MOST_SLOTS
    for item in slate.items:
        for highlight in item.highlights.values():
            assert highlight.parts


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_prefixes_are_answered(demo: Shop, text: str) -> None:
    assert len(demo.suggest(text)) <= 8


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(), max_size=60), mode=st.sampled_from(MODES), correct=st.booleans())
def test_any_text_is_answered(demo: Shop, text: str, mode: Any, correct: bool) -> None:
    slate = demo.search(Query(text, mode=mode, correct=correct))
    assert len(slate.items) == min(slate.total, 24)
    assert len(demo.suggest(text)) <= 8


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=8), st.just("brand")
)
CONDITIONS = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["brand", "price", "color", "id", "or", "and", "not", "any", "none", "all", "min", "max", "exists", "tags"]
    ), inner, max_size=3), max_leaves=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=st.dictionaries(st.sampled_from(["brand", "price", "color", "id", "or", "not", "rating"]), CONDITIONS))
def test_any_filter_is_answered_or_refused(demo: Shop, filters: dict[str, Any]) -> None:
    try:
        demo.search("", filters=filters, limit=3)
    except InputError as error:
        assert error.message


# --- products ------------------------------------------------------------------------------------------------

REFUSED = {
    "a price that is no number": Product("h", "t", price=Money(Decimal("NaN"), "CNY")),
    "a price without end": Product("h", "t", list_price=Money(Decimal("-Infinity"), "CNY")),
    "a price beyond any number": Product("h", "t", price=Money(Decimal("1e400"), "CNY")),
    "the price of a variant": Product("h", "t", variants=(Variant("v", price=Money(Decimal("NaN"), "CNY")),)),
    "a fact that is no number": Product("h", "t", attributes={"w": Attribute(float("nan"))}),
    "a rating without end": Product("h", "t", rating=Rating(float("inf"), 1)),
    "a stock beyond any number": Product("h", "t", stock=2**70),
    "half a character": Product("h", "\ud800"),
    "half a character in the id": Product("\ud800", "t"),
    "no id": Product("", "t"),
    "an id with NUL": Product("a\0b", "t"),
    "a very long id": Product("i" * 100_000, "t"),
}
ACCEPTED = {
    "10 MB in one word": Product("h", "walnut " + "x" * 10_000_000),
    "10 MB of words": Product("h", "walnut " + "red shoes " * 1_000_000),
    "2 MB of Chinese": Product("h", "walnut " + "手机壳透明" * 140_000),
    "5,000 texts": Product("h", "walnut", attributes={f"k{n}": Attribute(f"v{n}") for n in range(5000)}),
    "5,000 numbers": Product("h", "walnut", attributes={f"n{n}": Attribute(float(n)) for n in range(5000)}),
    "100 pictures": Product("h", "walnut", images=tuple(f"p{n}.png" for n in range(100))),
    "odd keys": Product("h", "walnut", attributes={
        "a.b": Attribute("x"), "": Attribute("y"), 'a b"c': Attribute("z"), "\\": Attribute(1.0),
        "ключ": Attribute(1.0),
        "x" * 5000: Attribute("q"), "k\0": Attribute("r"), "attributes.color": Attribute("s"), "e": Attribute(""),
    }),
    "long values": Product("h", "walnut", attributes={"k": Attribute("v" * 200_000)}, brand="b" * 100_000),
    "an odd id": Product("id\n\t <>&'\" 😀", "walnut"),
    "NUL in the title": Product("h", "walnut\0table"),
    "a deep category": Product("h", "walnut", category=tuple(f"c{n}" for n in range(500))),
    "separators in the category": Product("h", "walnut", category=("a > b", "c", "")),
    "a large fact": Product("h", "walnut", attributes={"w": Attribute(1e308)}),
    "1,000 variants": Product("h", "walnut", variants=tuple(
        Variant(f"v{n}", attributes={"size": Attribute(f"s{n}")}) for n in range(1000)
    )),
}  # fmt: skip


@pytest.mark.parametrize("product", REFUSED.values(), ids=REFUSED)
def test_products_that_cannot_be_are_refused_and_nothing_of_the_batch_is_kept(small: Path, product: Product) -> None:
    with Shop.open(small) as shop:
        with pytest.raises(InputError, match=r"product|id"):
            shop.upsert([Product("fine", "walnut"), product])
        assert shop.product("fine") is None
        assert shop.catalog.store.revision() == 40


@pytest.mark.parametrize(
    "offer",
    [
        Offer("p1", price=Money(Decimal("NaN"), "CNY")),
        Offer("p1", list_price=Money(Decimal("Infinity"), "CNY")),
        Offer("p1", stock=2**70),
    ],
)
def test_offers_that_cannot_be_are_refused(small: Path, offer: Offer) -> None:
    with Shop.open(small) as shop:
        with pytest.raises(InputError, match="offer of 'p1'"):
            shop.patch([Offer("p2", stock=5), offer])
        assert shop.product("p2") == Product("p2", "lamp model2")


def test_large_and_odd_products_are_found_live_and_after_an_index(small: Path) -> None:
    with Shop.open(small) as shop:
        products = {
            name: Product(**{field: getattr(given, field) for field in Product.__slots__} | {"id": given.id + str(at)})
            for at, (name, given) in enumerate(ACCEPTED.items())
        }
        for product in products.values():
            assert shop.upsert([product]) == 1
        for _ in ("live", "indexed"):
            slate = shop.search("walnut", limit=100)
            missing = {name for name, product in products.items() if product not in slate.products}
            assert missing == set()
            assert shop.search("lamp").total == 40
            for facet in shop.search("", facets=("category", "brand", "price")).facets:
                assert facet.values is not None
            # the first 400 attributes of a product can be filtered by
            assert shop.search("", filters={"k399": "v399"}).total == 1
            assert shop.search("", filters={"n399": [398, 400]}).total == 1
            shop.index()
        shop.delete([product.id for product in products.values()])
        assert shop.search("walnut").total == 0


def test_a_feed_of_hostile_rows_is_reported_row_by_row(small: Path, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "f1", "title": "walnut bench", "price": 5},
        {"id": "f2", "title": "x" * 10_000_000, "price": 5},
        {"id": "f3", "title": "walnut", "price": "NaN"},
        {"id": "f4", "title": "walnut", "price": "1e999"},
        {"id": "i" * 10_000, "title": "walnut", "price": 1},
        {"id": "f6", "title": "walnut stool", "price": 7, "images": [f"p{number}.png" for number in range(100)]},
    ]
    rows += [{"id": f"g{number}", "title": "walnut", "price": number} for number in range(30)]
    feed = tmp_path / "feed.jsonl"
    feed.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"id": "f7"\n')
    with Shop.open(small) as shop:
        report = shop.catalog.load(feed)
        shop.catch_up()
        assert {bad.row for bad in report.bad} == {2, 3, 4, 5, 37}
        assert all(bad.found and bad.expected for bad in report.bad)
        assert {"f1", "f6"} <= {product.id for product in shop.search("walnut", limit=100).products}
        assert shop.index().manifest.products == shop.catalog.store.count()
