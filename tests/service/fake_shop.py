"""A small shop in memory, for tests of the service: 60 products in two languages, word search, filters, facets."""

from __future__ import annotations

import dataclasses
import importlib.util
import itertools
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from shelfwise.behaviour.base import Profile, Receipt, Touch
from shelfwise.behaviour.validate import check
from shelfwise.errors import InputError
from shelfwise.retrieval.filters import conditions
from shelfwise.retrieval.labels import Labels
from shelfwise.settings import Settings
from shelfwise.slate import Recommendations, RecommendedRow, Slate
from shelfwise.types import (
    And,
    AnyOf,
    Attribute,
    Contribution,
    Event,
    Explanation,
    Facet,
    FacetValue,
    Highlight,
    Money,
    NoneOf,
    Product,
    Query,
    Range,
    Rating,
    Relaxation,
    Review,
    SlateItem,
    Suggestion,
    Translation,
    Variant,
)
from shelfwise.understanding.base import Understanding

KINDS = {
    "phone": ("Electronics", "Phones", "smartphone", "智能手机"),
    "laptop": ("Electronics", "Notebooks", "notebook", "笔记本电脑"),
    "kettle": ("Home", "Kettles", "electric kettle", "电热水壶"),
    "boots": ("Clothing", "Shoes", "hiking boots", "登山靴"),
}
COLORS = {"black": "黑色", "white": "白色", "green": "绿色"}
BRANDS = ("Nova", "Lumen", "Orchid")
ZH = {
    "attributes": {"color": "颜色", "weight": "重量", "waterproof": "防水"},
    "values": {f"color={en}": zh for en, zh in COLORS.items()},
    "categories": {
        "Electronics": "电子产品",
        "Phones": "手机",
        "Notebooks": "笔记本电脑",
        "Home": "家居",
        "Kettles": "水壶",
        "Clothing": "服饰",
        "Shoes": "鞋靴",
    },
}
spec = importlib.util.spec_from_file_location("fake_understanding", Path(__file__).with_name("fake_understanding.py"))
assert spec
assert spec.loader
reading = importlib.util.module_from_spec(spec)  # a module beside this one: the tests are not a package
spec.loader.exec_module(reading)
PRESENT = datetime(2024, 6, 1, tzinfo=UTC)


def make_product(number: int) -> Product:
    kind = list(KINDS)[number % len(KINDS)]
    top, leaf, en, zh = KINDS[kind]
    brand = BRANDS[number % 3]
    color = list(COLORS)[number // 3 % 3]
    price = Decimal(199 + 137 * number)
    return Product(
        id=f"{kind}-{number}",
        title=f"{brand} {en} {color} X{number}",
        description=f"A {color} {en} for every day.\nLight, quiet and made to last.",
        brand=brand,
        category=(top, leaf),
        attributes={
            "color": Attribute(color),
            "weight": Attribute(1.25 + number, "kg"),
            "waterproof": Attribute(number % 2 == 0),
        },
        price=Money(price, "CNY"),
        list_price=Money(price * 2, "CNY") if number % 5 == 0 else None,
        available=number % 7 != 0,
        images=(f"{kind}.svg",) if number % 4 else (),
        rating=Rating(3.2 + number % 18 / 10, 12 * number) if number % 6 else None,
        language="en",
        codes=(f"69012345{number:05d}",),
        variants=tuple(
            Variant(f"{kind}-{number}-{size}", attributes={"size": Attribute(size)}, available=size != "L")
            for size in ("S", "M", "L")
        )
        if kind == "boots"
        else (),
        translations={"zh": Translation(f"{brand} {COLORS[color]}{zh} X{number}", f"日常使用的{COLORS[color]}{zh}。")},
        released=PRESENT - timedelta(days=number),
    )


def draw_pictures(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, kind in enumerate(KINDS):
        colour = ("#7fb7a6", "#8aa4d6", "#d9a066", "#b58ac7")[number]
        svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        (folder / f"{kind}.svg").write_text(
            svg + f'<rect x="30" y="15" width="40" height="70" rx="8" fill="{colour}"/></svg>'
        )
    return folder


class FakeShop:
    """Satisfies ShopView. `fail` is raised by every search and lookup while it is set."""

    def __init__(self, pictures: Path, settings: Settings | None = None, size: int = 60) -> None:
        self.settings = settings or Settings()
        self.labels = Labels({"zh": ZH})
        self.pictures = draw_pictures(pictures)
        self.catalogue = {p.id: p for p in (make_product(number) for number in range(1, size + 1))}
        self.fail: Exception | None = None
        self.degraded: tuple[str, ...] = ()
        self.asked: list[Query] = []
        self.revision = 1
        self.events: dict[str, Event] = {}
        self.merged: dict[str, str] = {}  # visitor → customer
        self.recommending = True
        self.slow = 0.0  # seconds that a recommendation takes
        self._numbers = itertools.count(1)

    def search(self, query: Query) -> Slate:
        self._check()
        self.asked.append(query)
        u = self.understand(query)
        words = u.core.lower().split()
        text = [p for p in self.catalogue.values() if all(word in _words(p) for word in words)]
        relaxed: tuple[Relaxation, ...] = ()
        if not text and len(words) > 1:
            text = [p for p in self.catalogue.values() if words[0] in _words(p)]
            relaxed = (Relaxation("words", tuple(words[1:])),) if text else ()
        matches = [p for p in text if _passes(p, query)]
        hard = [constraint for constraint in u.constraints if constraint.hard]
        within = Query("", filters=And(tuple(constraint.filter for constraint in hard)))
        if kept := [p for p in matches if _passes(p, within)]:
            matches = kept
        elif matches:
            relaxed = (*relaxed, Relaxation("constraint", tuple(constraint.text for constraint in hard)))
        matches.sort(key=lambda p: _order(p, query.sort))
        page = matches[query.page.offset : query.page.offset + query.page.limit]
        return Slate(
            query_id=f"q{next(self._numbers)}",
            query=query,
            items=tuple(_item(p, words, query.page.offset + n) for n, p in enumerate(page)),
            total=len(matches),
            facets=() if query.facets == () else _facets(text, matches, query),
            understanding=u,
            relaxed=relaxed,
            took={"lexical": 0.4, "dense": 2.2, "total": 3.0},
            degraded=self.degraded,
            generation="0001",
        )

    def understand(self, query: Query) -> Understanding:
        self._check()
        return reading.read(query)

    def suggest(self, prefix: str, limit: int = 8) -> list[Suggestion]:
        self._check()
        low = prefix.lower()
        found = [Suggestion("query", "phone", 3.0), Suggestion("category", "Phones", 2.5, "Electronics > Phones")]
        found += [Suggestion("brand", brand, 2.0, brand) for brand in BRANDS]
        found += [Suggestion("product", p.title, 1.0, p.id) for p in self.catalogue.values()]
        hits = [s for s in found if low in s.text.lower()]
        return [dataclasses.replace(s, parts=_marked(s.text, [low])) for s in hits[:limit]]

    def product(self, id: str) -> Product | None:
        self._check()
        return self.catalogue.get(id)

    def products(self, ids) -> list[Product]:
        self._check()
        return [self.catalogue[id] for id in ids if id in self.catalogue]

    def similar(self, id: str, limit: int = 8) -> Slate:
        self._check()
        same = [p for p in self.catalogue.values() if p.category == self.catalogue[id].category and p.id != id]
        items = tuple(_item(p, [], n) for n, p in enumerate(same[:limit]))
        return Slate("q2", Query(""), items, len(items), generation="0001")

    def reviews(self, product: str, limit: int = 20, offset: int = 0) -> list[Review]:
        if not product.startswith("phone"):
            return []
        made = [Review(f"r{n}", product, 5 - n % 3, f"Good number {n}", "en", f"Buyer {n}", PRESENT) for n in range(9)]
        return made[offset : offset + limit]

    def upsert(self, products: list[Product]) -> int:
        self.revision += 1
        self.catalogue |= {p.id: p for p in products}
        return len(products)

    def patch(self, offers):
        self.revision += 1
        missing = tuple(offer.id for offer in offers if offer.id not in self.catalogue)
        for offer in offers:
            if offer.id in self.catalogue:
                changes = {f: getattr(offer, f) for f in ("price", "list_price", "available", "stock")}
                changes = {name: value for name, value in changes.items() if value is not None}
                self.catalogue[offer.id] = dataclasses.replace(self.catalogue[offer.id], **changes)
        return len(offers) - len(missing), missing

    def delete(self, ids) -> int:
        self.revision += 1
        return sum(self.catalogue.pop(id, None) is not None for id in ids)

    def record(self, events) -> Receipt:
        self._check()
        given = [events] if isinstance(events, Event) else list(events)
        refused = tuple(found for index, event in enumerate(given) if (found := check(event, index)))
        good = [event for index, event in enumerate(given) if index not in {refusal.index for refusal in refused}]
        kept = {event.id: event for event in good if event.consent != "none"}
        new = [event for id, event in kept.items() if id not in self.events]
        withheld = sum(event.consent == "none" for event in good)
        self.events |= {event.id: event for event in new}
        return Receipt(len(new), len(good) - withheld - len(new), withheld, refused, cursor=len(self.events))

    def profile(self, shopper: str) -> Profile:
        self._check()
        name = self.merged.get(shopper, shopper)
        mine = sorted((event for event in self.events.values() if event.shopper == name), key=lambda e: e.time)
        touches = tuple(Touch(e.product, e.kind, e.time) for e in reversed(mine) if e.product)
        if not mine:
            return Profile(name, PRESENT)
        searches = tuple((e.text, e.time) for e in reversed(mine) if e.kind in ("search", "reformulation") and e.text)
        counts = Counter(" > ".join(self.catalogue[t.product].category) for t in touches if t.product in self.catalogue)
        interests = {"category": {path: n / max(counts.values()) for path, n in counts.most_common()}} if counts else {}
        past = {"recent": touches, "searches": searches, "interests": interests}
        return Profile(name, PRESENT, len(mine), mine[0].time, mine[-1].time, 1, "browsing", **past)

    def forget(self, shopper: str) -> int:
        self._check()
        name = self.merged.get(shopper, shopper)
        gone = [id for id, event in self.events.items() if event.shopper == name]
        for id in gone:
            del self.events[id]
        return len(gone)

    def merge(self, visitor: str, customer: str) -> int:
        self._check()
        if visitor == customer:
            raise InputError(f"{visitor!r} cannot be merged into itself.")
        self.merged[visitor] = customer
        mine = [event for event in self.events.values() if event.shopper == visitor]
        self.events |= {event.id: dataclasses.replace(event, shopper=customer) for event in mine}
        return len(mine)

    def recommend(
        self, shopper=None, placement="home", *, seeds=(), category=None, query=None, limit=12, exclude=(), region=None
    ) -> Recommendations:
        """Two rows of products, those that the shopper touched first; nothing to new shops (`recommending` is off)."""
        self._check()
        if self.slow:
            time.sleep(self.slow)
        touched = [touch.product for touch in self.profile(shopper).recent] if shopper else []
        known = [id for id in dict.fromkeys((*touched, *self.catalogue)) if id in self.catalogue]
        left = iter([id for id in known if id not in {*seeds, *exclude}])
        rows = (("for_you", "For you", "为你推荐"), ("popular", "Popular now", "热门商品"))
        made = [RecommendedRow(key, {"en": en, "zh": zh}, self._row(left, limit)) for key, en, zh in rows]
        shown = tuple(made) if self.recommending else ()
        return Recommendations(self._new_id(), placement, shopper, shown, degraded=self.degraded)

    def _row(self, left, limit: int) -> tuple[SlateItem, ...]:
        reason = {"en": "Bought by many", "zh": "很多人买过"}
        chosen = [self.catalogue[id] for id in itertools.islice(left, limit)]
        return tuple(SlateItem(p, 1 / (n + 1), n, why=Explanation((), reason)) for n, p in enumerate(chosen))

    def _new_id(self) -> str:
        return f"r{next(self._numbers)}"

    def categories(self) -> Facet:
        self._check()
        return _tree(list(self.catalogue.values()))

    def status(self) -> dict[str, object]:
        return {"generation": "0001", "products": len(self.catalogue), "degraded": list(self.degraded)}

    def picture(self, path: str) -> Path | None:
        file = (self.pictures / path).resolve()
        return file if file.is_relative_to(self.pictures.resolve()) and file.is_file() else None

    def ready(self) -> bool:
        return self.fail is None

    def state(self) -> str:
        self._check()
        return f"0001/{self.revision}"

    def _check(self) -> None:
        if self.fail:
            raise self.fail


def _words(p: Product) -> str:
    zh = p.translations["zh"].title if "zh" in p.translations else ""
    return f"{p.title} {p.brand} {' '.join(p.category)} {zh}".lower()


def _values(p: Product, field: str):
    key = field.removeprefix("attributes.")
    if field == "category":
        return [" > ".join(p.category[: n + 1]) for n in range(len(p.category))]
    if field in {"brand", "id"}:
        return [getattr(p, field)]
    if field == "available":
        return [str(p.available).lower()]
    if key not in {"color", "waterproof"}:
        raise InputError(f"Unknown filter field {field!r}.", hint="Did you mean 'brand'?")
    return [str(p.attributes[key].value).lower()] if key in p.attributes else []


def _passes(p: Product, query: Query, leave_out: str = "") -> bool:
    for part in conditions(query.filters):
        if isinstance(part, AnyOf) and part.field != leave_out:
            if not {str(v).lower() for v in part.values} & {str(v).lower() for v in _values(p, part.field)}:
                return False
        elif isinstance(part, NoneOf) and set(part.values) & set(_values(p, part.field)):
            return False
        elif isinstance(part, Range) and part.field == "discount":
            if p.list_price is None:
                return False
        elif isinstance(part, Range) and part.field != leave_out:
            amount = float(p.price.amount) if p.price else None
            if amount is None or not (part.low or 0) <= amount <= (part.high or 1e12):
                return False
    return True


def _order(p: Product, sort: str):
    amount = p.price.amount if p.price else Decimal(0)
    orders = {"price": amount, "-price": -amount, "-rating": -(p.rating.average if p.rating else 0)}
    return orders.get(sort, 0)


def _marked(text: str, words: list[str]) -> tuple[tuple[str, bool], ...]:
    for word in words:
        at = text.lower().find(word)
        if word and at >= 0:
            parts = ((text[:at], False), (text[at : at + len(word)], True), (text[at + len(word) :], False))
            return tuple(part for part in parts if part[0])
    return ((text, False),)


def _item(p: Product, words: list[str], position: int) -> SlateItem:
    why = Explanation(
        (
            Contribution("lexical", "title", 3.1, ", ".join(words)),
            Contribution("lexical", "brand", 0.8),
            Contribution("fusion", "lexical", 0.5),
            Contribution("fusion", "dense", 0.38),
        ),
        {"en": "The title has your words", "zh": "标题与搜索词相符"},
    )
    highlights = {"title": Highlight(_marked(p.title, words))}
    return SlateItem(p, 0.88 - position / 1000, position, why=why, highlights=highlights)


def _facets(text: list[Product], matches: list[Product], query: Query) -> tuple[Facet, ...]:
    def count(field: str) -> Facet:
        within = [p for p in text if _passes(p, query, field)]
        counts = Counter(value for p in within for value in _values(p, field))
        return Facet(field, "terms", tuple(FacetValue(value, n) for value, n in counts.most_common()))

    prices = [float(p.price.amount) for p in text if p.price and _passes(p, query, "price")]
    buckets = Counter(int(price // 1000) for price in prices)
    top = max(buckets, default=0)
    bars = tuple(FacetValue(str(n), buckets[n], low=n * 1000.0, high=n * 1000.0 + 1000) for n in range(top + 1))
    price = Facet("price", "histogram", bars, low=min(prices, default=0.0), high=max(prices, default=0.0))
    tree = _tree([p for p in text if _passes(p, query, "category")])
    return (tree, price, count("brand"), count("attributes.color"), count("available"))


def _tree(products: list[Product]) -> Facet:
    counts = Counter(value for p in products for value in _values(p, "category"))
    return Facet("category", "tree", tuple(FacetValue(value, n) for value, n in sorted(counts.items())))
