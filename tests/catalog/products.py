"""Hypothesis strategies and examples of products."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from shelfwise.types import Attribute, Money, Product, Rating, Translation, Variant

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
money = st.builds(
    Money,
    st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False),
    st.sampled_from(["CNY", "USD", "EUR"]),
)
times = st.datetimes(timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=8))]))
values = st.one_of(texts, st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.tuples(texts, texts))
attributes = st.dictionaries(names, st.builds(Attribute, values, st.none() | names), max_size=4)
lists = st.lists(texts, max_size=3).map(tuple)
variants = st.builds(
    Variant,
    id=names,
    title=texts,
    attributes=attributes,
    price=st.none() | money,
    available=st.booleans(),
    stock=st.none() | st.integers(0, 10**6),
    images=lists,
    codes=lists,
)
translations = st.builds(Translation, texts, texts, lists, st.dictionaries(names, texts, max_size=2))
products = st.builds(
    Product,
    id=names,
    title=texts,
    description=texts,
    brand=st.none() | texts,
    category=lists,
    attributes=attributes,
    price=st.none() | money,
    list_price=st.none() | money,
    available=st.booleans(),
    stock=st.none() | st.integers(0, 10**6),
    images=lists,
    url=texts,
    rating=st.none() | st.builds(Rating, st.floats(1, 5), st.integers(0, 10**6)),
    language=st.none() | st.sampled_from(["en", "zh"]),
    tags=lists,
    codes=lists,
    variants=st.lists(variants, max_size=2).map(tuple),
    translations=st.dictionaries(st.sampled_from(["en", "zh"]), translations),
    released=st.none() | times,
    updated=st.none() | times,
)


def example(number: int = 1, **changes: object) -> Product:
    """A typical product; the same number gives the same product."""
    fields: dict[str, object] = {
        "id": f"p{number:05}",
        "title": f"Gaming laptop {number}",
        "description": "Fast, quiet and light. " * 8,
        "brand": "Nordlicht",
        "category": ("Electronics", "Computers", "Laptops"),
        "attributes": {
            "memory": Attribute(16.0, "GB"),
            "color": Attribute("black"),
            "touch": Attribute(True),
            "ports": Attribute(("USB-C", "HDMI")),
        },
        "price": Money(Decimal("8999.00") + number, "CNY"),
        "stock": number % 7,
        "images": (f"https://shop.example/{number}.jpg",),
        "codes": (f"TN-{number}",),
        "language": "en",
        "translations": {"zh": Translation(f"游戏笔记本电脑 {number}", "轻薄安静")},
        "updated": datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
    }
    return Product(**(fields | changes))  # type: ignore[arg-type]
