"""The shop as its users have it, against a plain Python reading of its catalogue."""

from __future__ import annotations

import math
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from shelfwise.catalog.base import Offer
from shelfwise.errors import (
    InputError,
    NoIndexError,
    NotFoundError,
    SettingsError,
    ShopError,
    StorageError,
)
from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.shop import Shop
from shelfwise.types import Money, Page, Product, Query, Range, Review


def price(product: Product) -> float:
    return math.nan if product.price is None else float(product.price.amount)


def paths(product: Product) -> set[str]:
    """A category and all that it is in."""
    return {CATEGORY_SEPARATOR.join(product.category[:depth]) for depth in range(1, len(product.category) + 1)}


def colors(product: Product) -> set[str]:
    """Those of the product and of its variants."""
    attributes = (one.attributes.get("color") for one in (product, *product.variants))
    return {str(attribute.value) for attribute in attributes if attribute}


# --- opening ---------------------------------------------------------------------------------------------------


def test_a_shop_is_made_opened_and_closed(tmp_path: Path) -> None:
    with Shop.create(tmp_path / "shop", {"encoder.kind": "none", "shop.name": 'Bob\'s "茶"', "search.words.title": 2}):
        pass
    with Shop.open(tmp_path / "shop") as shop:
        assert shop.settings.shop.name == 'Bob\'s "茶"'
        assert shop.settings.encoder.kind == "none"
        assert shop.settings.search.words == {"title": 2}
        assert shop.encoder() is None
        assert not shop.ready()
        assert shop.status()["problems"] == ["no index yet"]
    with Shop.open(tmp_path / "shop", {"search.mode": "lexical"}) as shop:
        assert shop.settings.search.mode == "lexical"
    with Shop.create(tmp_path / "茶馆", {"encoder.kind": "none", "shop.currency": None}) as shop:
        assert shop.settings.shop.name == "茶馆"


@pytest.mark.parametrize(
    ("flags", "error", "said"),
    [
        ({"search.modus": "x"}, SettingsError, "Did you mean 'mode'"),
        ({"search.mode": "magic"}, SettingsError, "search.mode"),
        ({"nonsense": 1}, SettingsError, "nonsense"),
        ({"shop.database": "mysql://x/y"}, ShopError, "mysql"),
        ({"shop.database": "/nowhere/at/all.db"}, ShopError, "/nowhere/at"),
    ],
)
def test_a_shop_that_cannot_be_made_can_be_tried_again(
    tmp_path: Path, flags: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        Shop.create(tmp_path / "shop", flags)
    with Shop.create(tmp_path / "shop", {"encoder.kind": "none"}):
        pass
    with pytest.raises(ShopError, match="is a shop already"):
        Shop.create(tmp_path / "shop")


def test_no_place_for_a_shop(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file"):
        Shop.create(tmp_path / "file")
    with pytest.raises(StorageError, match="Not a directory"):
        Shop.create(tmp_path / "file" / "shop")
    with pytest.raises(ShopError, match=r"shelfwise init"):
        Shop.open(tmp_path)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("shelfwise.toml", b"[shop\n", "not valid TOML"),
        ("shelfwise.toml", b"\xff\xfe", "not valid TOML"),
        ("shelfwise.toml", b"[search]\ncandidates = 1\n", "candidates"),
        ("labels.toml", b"[zh.attributes\n", "labels.toml"),
        ("labels.toml", b"\xff", "labels.toml"),
        ("synonyms.txt", b"tv @ 7\n", "synonyms.txt"),
        ("synonyms.txt", b"\xff\xfe tv\n", "synonyms.txt"),
    ],
)
def test_a_bad_file_of_the_shop_is_named(small: Path, file: str, content: bytes, said: str) -> None:
    (small / file).write_bytes(content)
    with pytest.raises((SettingsError, InputError), match=said), Shop.open(small) as shop:
        shop.search("lamp")


def test_before_the_first_index(tmp_path: Path) -> None:
    with Shop.create(tmp_path / "shop", {"encoder.kind": "none"}) as shop:
        assert shop.upsert([Product("1", "red shoes")]) == 1
        asks: list[Callable[[], object]] = [
            lambda: shop.search("x"),
            lambda: shop.suggest("x"),
            lambda: shop.similar("1"),
            shop.categories,
        ]
        for ask in asks:
            with pytest.raises(NoIndexError, match="shelfwise index"):
                ask()
        assert shop.product("1") == Product("1", "red shoes")
        assert (shop.ready(), shop.catch_up()) == (False, 0)
        with pytest.raises(NotFoundError):
            shop.rollback()
        shop.index()
        assert shop.ready()
        assert shop.search("shoes").products == (Product("1", "red shoes"),)


def test_an_empty_shop(tmp_path: Path) -> None:
    with Shop.create(tmp_path / "shop", {"encoder.kind": "fake"}) as shop:
        shop.index()
        for text in ("", "red shoes", "手机"):
            assert shop.search(text).total == 0
        assert shop.suggest("r") == []
        assert shop.categories().values == ()
        shop.upsert([Product("1", "red shoes")])
        assert shop.search("red shoe").products == (Product("1", "red shoes"),)


# --- searching -------------------------------------------------------------------------------------------------


def test_a_slate_is_whole(demo: Shop) -> None:
    slate = demo.search("phone case", shopper="s1", limit=5)
    assert slate.query == Query("phone case", "s1", page=Page(0, 5))
    assert [item.position for item in slate.items] == [0, 1, 2, 3, 4]
    scores = [item.score for item in slate.items]
    assert scores == sorted(scores, reverse=True)
    assert slate.total >= 5
    assert slate.generation == "0001"
    assert slate.degraded == ()
    assert {"plan", "encode", "present", "total"} <= set(slate.took)
    assert all(item.why.reason["en"] and item.why.reason["zh"] for item in slate.items)
    assert all(item.product == demo.product(item.product.id) for item in slate.items)
    again = demo.search("phone case", shopper="s1", limit=5)
    assert again.items == slate.items
    assert again.query_id != slate.query_id


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "dense"])
@pytest.mark.parametrize("text", ["phone case", "手机壳", "", "phone xyzzyqwv zzqqxx cover"])
@pytest.mark.parametrize("sort", ["relevance", "price"])
def test_pages_are_disjoint_and_together_the_whole(demo: Shop, mode: str, text: str, sort: str) -> None:
    whole = demo.search(text, mode=mode, sort=sort, limit=1000)
    pages = [
        demo.search(text, mode=mode, sort=sort, limit=7, offset=at) for at in range(0, min(whole.total, 70) + 7, 7)
    ]
    ids = [product.id for page in pages for product in page.products]
    assert ids == [product.id for product in whole.products][: len(ids)]
    assert len(ids) == len(set(ids))
    assert {page.total for page in pages} == {whole.total}
    assert {page.relaxed for page in pages} == {whole.relaxed}
    assert len(whole.products) == whole.total


def test_pages_of_a_relaxed_search(demo: Shop) -> None:
    asked: dict[str, Any] = {"filters": {"price": [1e6, 2e6], "available": True}, "mode": "lexical"}
    whole = demo.search("cable", limit=1000, **asked)
    assert whole.relaxed and whole.total > 4
    pages = [demo.search("cable", limit=3, offset=at, **asked) for at in range(0, whole.total + 3, 3)]
    assert [product for page in pages for product in page.products] == list(whole.products)
    assert all(page.relaxed == whole.relaxed for page in pages)


FILTERS: list[tuple[dict[str, Any], Callable[[Product], bool]]] = [
    ({"price": [100, 1000]}, lambda p: 100 <= price(p) <= 1000),
    ({"price": [None, 50]}, lambda p: price(p) <= 50),
    ({"price": {"min": 500}}, lambda p: price(p) >= 500),
    ({"available": True}, lambda p: p.available),
    ({"available": False}, lambda p: not p.available),
    ({"color": "black"}, lambda p: "black" in colors(p)),
    ({"color": {"none": ["black", "white"]}}, lambda p: not colors(p) & {"black", "white"}),
    ({"attributes.color": {"exists": True}}, lambda p: bool(colors(p))),
    ({"rating": [4, None]}, lambda p: p.rating is not None and p.rating.average >= 4),
    ({"rating": {"exists": False}}, lambda p: p.rating is None),
    ({"not": {"price": [100, 1000]}}, lambda p: not 100 <= price(p) <= 1000),
    ({"or": [{"color": "red"}, {"price": [None, 30]}]}, lambda p: "red" in colors(p) or price(p) <= 30),
    ({"color": ["black", "red"], "available": True}, lambda p: bool(colors(p) & {"black", "red"}) and p.available),
]


@pytest.mark.parametrize(("filters", "passes"), FILTERS, ids=[str(filters) for filters, _ in FILTERS])
def test_filters_are_what_python_says(
    demo: Shop, catalogue: Sequence[Product], filters: dict[str, Any], passes: Callable[[Product], bool]
) -> None:
    expected = {product.id for product in catalogue if passes(product)}
    assert expected and len(expected) < len(catalogue)
    slate = demo.search("", filters=filters, limit=1000)
    assert {product.id for product in slate.products} == expected
    assert slate.total == len(expected)
    for mode in ("hybrid", "lexical", "dense"):
        asked: dict[str, Any] = {"mode": mode, "limit": 1000, "correct": False}  # black is a word, no constraint
        free = demo.search("black phone", **asked)
        under = demo.search("black phone", filters=filters, **asked)
        if not under.relaxed:
            assert {product.id for product in under.products} <= expected
        if mode == "lexical":
            assert {product.id for product in under.products} == {p.id for p in free.products} & expected


def test_brands_and_categories(demo: Shop, catalogue: Sequence[Product]) -> None:
    brand = Counter(product.brand for product in catalogue if product.brand).most_common(1)[0][0]
    found = demo.search("", filters={"brand": brand}, limit=1000).products
    assert {product.id for product in found} == {product.id for product in catalogue if product.brand == brand}
    for path in sorted({path for product in catalogue for path in paths(product)})[::7]:
        found = demo.search("", filters={"category": path}, limit=1000).products
        assert {product.id for product in found} == {p.id for p in catalogue if path in paths(p)}


SORTS: dict[str, Callable[[Product], float]] = {
    "price": price,
    "-price": lambda p: -price(p),
    "-rating": lambda p: -p.rating.average if p.rating else math.nan,
    "-newest": lambda p: -p.released.timestamp() if p.released else math.nan,
}


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("text", ["", "phone"])
def test_sorts_are_what_python_says(demo: Shop, sort: str, text: str) -> None:
    found = demo.search(text, sort=sort, limit=1000).products
    assert len(found) > 20
    keys = [math.inf if math.isnan(key) else key for key in (SORTS[sort](product) for product in found)]
    falls = sum(left > right + 1e-4 for left, right in pairwise(keys))
    assert falls == 0 if not text else falls <= 1  # what matches a text poorly follows, sorted by itself


def count_of(slate: Any, field: str) -> dict[str, int]:
    facet = next(facet for facet in slate.facets if facet.field == field)
    return {value.value: value.count for value in facet.values}


def test_facets_count_the_whole_match_set(demo: Shop, catalogue: Sequence[Product]) -> None:
    slate = demo.search("", facets=("brand", "color", "category"), limit=1)
    brands = Counter(product.brand for product in catalogue if product.brand)
    assert slate.total == len(catalogue)
    assert all(brands[brand] == count for brand, count in count_of(slate, "brand").items())
    names = Counter(name for product in catalogue for name in colors(product))
    assert all(names[name] == count for name, count in count_of(slate, "attributes.color").items())
    tree = Counter(path for product in catalogue for path in paths(product))
    assert all(tree[path] == count for path, count in count_of(slate, "category").items())


@pytest.mark.parametrize("text", ["", "phone"])
def test_a_facet_does_not_count_under_its_own_filter(demo: Shop, text: str) -> None:
    chosen = {"color": ["black"], "available": True}
    slate = demo.search(text, mode="lexical", filters=chosen, facets=("color", "available"), limit=1000)
    others = demo.search(text, mode="lexical", filters={"available": True}, limit=1000)
    expected = Counter(name for product in others.products for name in colors(product))
    counted = count_of(slate, "attributes.color")
    assert counted["black"] == slate.total == expected["black"]
    assert len(counted) > 2
    assert all(expected[name] == count for name, count in counted.items())
    facet = next(facet for facet in slate.facets if facet.field == "attributes.color")
    assert [value.value for value in facet.values if value.selected] == ["black"]
    assert {value.label["zh"] for value in facet.values if value.value == "black"}


def test_facets_that_the_shop_chooses(demo: Shop) -> None:
    fields = [facet.field for facet in demo.search("phone").facets]
    assert fields[:4] == ["category", "brand", "price", "rating"]
    assert 0 < sum(field.startswith("attributes.") for field in fields) <= 5
    assert demo.search("phone", facets=()).facets == ()


def test_suggestions_products_categories_and_past_queries(demo: Shop) -> None:
    assert any(line.text == "wireless charger" and line.kind == "query" for line in demo.suggest("wireless ch"))
    assert any(line.text == "手机壳" for line in demo.suggest("手机"))
    assert len(demo.suggest("p", 3)) == 3
    for line in (line for prefix in ("ph", "ca", "手", "b") for line in demo.suggest(prefix)):
        assert "".join(part for part, _ in line.parts) == line.text
        if line.kind == "product":
            assert line.id is not None and demo.product(line.id) is not None


def test_similar_products(demo: Shop, catalogue: Sequence[Product]) -> None:
    slate = demo.similar(catalogue[0].id, 6)
    assert len(slate.items) == 6
    assert catalogue[0].id not in {product.id for product in slate.products}
    assert list(slate.items) == sorted(slate.items, key=lambda item: -item.score)
    for id in ("nope", "", "\ud800", "x" * 100_000):
        with pytest.raises(NotFoundError):
            demo.similar(id)


def test_the_category_tree(demo: Shop, catalogue: Sequence[Product]) -> None:
    tree = Counter(path for product in catalogue for path in paths(product))
    assert {value.value: value.count for value in demo.categories().values} == dict(tree.most_common(200))


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sort": "cheapest"}, "sort: found 'cheapest'"),
    ({"mode": "magic"}, "mode: found 'magic'"),
    ({"locale": "fr"}, "locale: found 'fr'"),
    ({"limit": -1}, "-1"),
    ({"limit": 1001}, "1001"),
    ({"limit": "ten"}, "limit: found 'ten'"),
    ({"limit": 2.5}, "limit: found 2.5"),
    ({"offset": -1}, "-1"),
    ({"offset": 10**9}, "1000000000"),
    ({"facets": "brand"}, "facets: found 'brand'"),
    ({"facets": ("brant",)}, "Did you mean 'brand'"),
    ({"filters": {"colour": "red"}}, "Did you mean 'color'"),
    ({"filters": {"price": {"mni": 3}}}, "min"),
    ({"filters": {"price": [math.nan, 3]}}, "nan"),
    ({"filters": {"brand": [1, 2]}}, "range"),
    ({"filters": {"brand": ["\ud800"]}}, "whole characters"),
    ({"filters": {"id": "\udfff"}}, "whole characters"),
    ({"filters": {"brand": {}}}, "empty condition"),
    ({"filters": ["brand"]}, "an object"),
    ({"filter": {"brand": "x"}}, "unknown option 'filter' of a search; expected filters"),
]


@pytest.mark.parametrize(("options", "said"), WRONG, ids=[str(options)[:40] for options, _ in WRONG])
def test_what_cannot_be_asked_is_said(demo: Shop, options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as raised:
        demo.search("phone", **options)
    assert said in str(raised.value)


def test_a_whole_query_and_options_are_one_too_many(demo: Shop) -> None:
    query = Query("phone", page=Page(0, 3), filters=Range("price", 1, 1000))
    assert len(demo.search(query).items) == 3
    assert demo.search("phone", filters=Range("price", 1, 1000), limit=3).items == demo.search(query).items
    with pytest.raises(InputError, match="limit, sort"):
        demo.search(query, limit=5, sort="price")
    with pytest.raises(InputError, match="expected a text"):
        demo.search(None)  # type: ignore[arg-type]


# --- writing ---------------------------------------------------------------------------------------------------


def test_writes_are_visible_when_they_return(demo_copy: Path, catalogue: Sequence[Product]) -> None:
    with Shop.open(demo_copy) as shop:
        total = shop.search("").total
        added = [Product("n1", "aubergine trampoline"), Product("n2", "aubergine kayak")]
        assert shop.upsert(added) == 2
        assert shop.upsert(added) == 0
        assert {product.id for product in shop.search("aubergine", mode="lexical").products} == {"n1", "n2"}
        assert [line.id for line in shop.suggest("aubergine k")] == ["n2"]
        assert shop.search("").total == total + 2
        first = catalogue[0].id
        money = Money(Decimal("98765.43"), "CNY")
        assert shop.patch([Offer(first, price=money), Offer("gone", stock=1)]) == (1, ("gone",))
        assert [product.id for product in shop.search("", filters={"price": [98765, 98766]}).products] == [first]
        assert shop.search("", sort="-price", limit=1).products[0].price == money
        assert shop.delete(["n1", "gone"]) == 1
        assert [product.id for product in shop.search("aubergine", mode="lexical").products] == ["n2"]
        assert shop.product("n1") is None
        with pytest.raises(NotFoundError):
            shop.similar("n1")
        assert shop.upsert([Product("n2", "tamarillo kayak")]) == 1
        assert shop.search("aubergine", mode="lexical").total == 0
        assert shop.search("tamarillo", mode="lexical").products == (Product("n2", "tamarillo kayak"),)


def test_reviews_the_newest_first(small: Path) -> None:
    with Shop.open(small) as shop:
        shop.catalog.store.add_reviews([Review("r1", "p1", 5, "good", "en"), Review("r2", "p1", 1, "坏", "zh")])
        assert {review.id for review in shop.reviews("p1")} == {"r1", "r2"}
        assert len(shop.reviews("p1", limit=1)) == 1
        assert shop.reviews("p2") == shop.reviews("\ud800") == []


def test_pictures_never_leave_their_folder(small: Path) -> None:
    (small / "pictures" / "in").mkdir(parents=True)
    (small / "pictures" / "in" / "a.svg").write_text("<svg/>")
    (small / "pictures" / "out").symlink_to(small / "shop.db")
    (small / "pictures" / "round").symlink_to(small / "pictures" / "round")
    with Shop.open(small) as shop:
        assert shop.picture("in/a.svg") == (small / "pictures" / "in" / "a.svg").resolve()
        assert shop.picture("in/../in/a.svg") is not None
        out = ["../shop.db", "in/../../shop.db", str(small / "shop.db"), "/etc/passwd", "out", "round", "in", "", "."]
        for path in (*out, "..", "no.svg", "a\0b", "x" * 5000, "\ud800", "in/a.svg/b", "%2e%2e/shop.db", "..\\shop.db"):
            assert shop.picture(path) is None, path


def test_index_and_rollback_keep_live_changes(small: Path) -> None:
    with Shop.open(small) as shop:
        shop.upsert([Product("n1", "walnut table")])
        assert shop.index().name == "0002"
        shop.upsert([Product("n2", "walnut chair")])
        assert shop.rollback().name == "0001"
        slate = shop.search("walnut")
        assert (slate.generation, {product.id for product in slate.products}) == ("0001", {"n1", "n2"})
        with pytest.raises(NotFoundError):
            shop.rollback()
        assert shop.index().name == "0003"
        assert [generation.name for generation in shop.generations.list()] == ["0001", "0003"]
        assert shop.search("walnut").total == 2
        assert shop.rollback().name == "0001"  # what was served before, not what someone rolled back from


def test_status(demo: Shop) -> None:
    status = demo.status()
    assert status["products"] == 300
    assert status["revision"] == status["indexed_revision"] == 300
    assert (status["generation"], status["encoder"], status["outdated"], status["problems"]) == (
        "0001", "fake-256", [], [],
    )  # fmt: skip


def test_an_index_of_another_encoder_is_searched_by_words(demo_copy: Path) -> None:
    with Shop.open(demo_copy, {"encoder.kind": "none"}) as shop:
        assert shop.search("phone case").total > 0
        assert shop.status()["outdated"] == ["encoder"]
        assert shop.search("phone case", mode="dense").degraded == ("encoder",)
        shop.upsert([Product("n1", "aubergine trampoline")])
        assert shop.search("aubergine").products[0].id == "n1"
        shop.index()
        assert shop.status()["outdated"] == []
    with Shop.open(demo_copy) as shop:  # built without an encoder, opened with one
        assert shop.status()["outdated"] == ["encoder"]
        shop.upsert([Product("n2", "tamarillo trampoline")])
        assert shop.search("tamarillo").products[0].id == "n2"
        shop.index()
        assert shop.search("trampoline", mode="dense").degraded == ()


def test_a_catalogue_that_was_replaced_is_reported(small: Path) -> None:
    for file in small.glob("shop.db*"):
        file.unlink()
    with Shop.open(small) as shop:
        shop.upsert([Product("n1", "walnut table")])
        problems = shop.status()["problems"]
        assert isinstance(problems, list) and "built from another catalogue" in problems[0]
        shop.index()
        assert shop.search("").total == 1
        assert shop.status()["problems"] == []


def test_two_shops_in_one_process(small_folder: Path, tmp_path: Path) -> None:
    folders = [Path(shutil.copytree(small_folder, tmp_path / name)) for name in "ab"]
    with Shop.open(folders[0]) as one, Shop.open(folders[1]) as other:
        one.upsert([Product("n1", "walnut table")])
        assert (one.search("walnut").total, other.search("walnut").total) == (1, 0)
