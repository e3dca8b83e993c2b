"""Recommendations of a whole shop: on its first day, for strangers, and while everything around them changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from shelfwise.catalog.base import Offer
from shelfwise.errors import InputError, SettingsError, StorageError
from shelfwise.shop import Shop
from shelfwise.simulate import demo_products
from shelfwise.slate import Recommendations, Slate
from shelfwise.types import Event, EventKind, Money, Product

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
COUNT = 160


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An indexed shop with a log, nothing fitted yet; never written to."""
    folder = tmp_path_factory.mktemp("made") / "shop"
    Shop.create(folder, {"encoder.kind": "fake"}).close()
    with Shop.open(folder) as first:
        settings = first.settings
    products = list(demo_products(7, COUNT))
    with Shop(folder, settings, clock=Clock()) as shop:
        shop.upsert(products)
        shop.index()
        shop.record([*history(products)])
    return folder


def history(products: Sequence[Product]) -> Iterator[Event]:
    """Thirty shoppers, each with an eye for one category: a view, a click, then cart and purchase of two of them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for product in products:
        groups.setdefault(product.category, []).append(product.id)
    large = sorted(groups.values(), key=len, reverse=True)[:5]
    kinds: tuple[EventKind, ...] = ("view", "click", "cart", "purchase")
    for who in range(30):
        ids = large[who % 5]
        for step, kind in enumerate(kinds):
            at = NOW - timedelta(days=1 + who % 6, minutes=50 - step)
            for place in (0, 1):
                product = ids[(who // 5 + place) % min(6, len(ids))]
                yield Event(f"{who}-{step}-{place}", kind, f"u{who}", at, product, query_id="q")


@pytest.fixture
def open_shop(made: Path, tmp_path: Path, clock: Clock) -> Iterator[Callable[[], Shop]]:
    """Opens a copy of that shop, as often as is wanted."""
    import shutil

    folder = tmp_path / "shop"
    shutil.copytree(made, folder)
    opened: list[Shop] = []

    def open_() -> Shop:
        with Shop.open(folder) as plain:
            settings = plain.settings
        opened.append(Shop(folder, settings, clock=clock))
        return opened[-1]

    yield open_
    for shop in opened:
        shop.close()


@pytest.fixture
def shop(open_shop: Callable[[], Shop]) -> Shop:
    return open_shop()


@pytest.fixture
def fitted(shop: Shop) -> Shop:
    shop.fit_recommender()
    return shop


def ids(answer: Recommendations) -> list[str]:
    return [product.id for product in answer.products]


def keys(answer: Recommendations) -> list[str]:
    return [row.key for row in answer.rows]


# --- a new shop, a stranger ------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [True, False])
def test_a_shop_on_its_first_day(tmp_path: Path, index: bool) -> None:
    with Shop.create(tmp_path / "shop", {"encoder.kind": "none"}) as shop:
        shop.upsert([Product(f"p{n}", f"lamp {n}", category=("Home", f"c{n % 3}")) for n in range(9)])
        if index:
            shop.index()
        answer = shop.recommend("nobody-yet")
        assert len(ids(answer)) == 9
        assert answer.degraded == ()
        assert all(item.why.reason["en"] for row in answer.rows for item in row.items)


def test_an_empty_shop(tmp_path: Path) -> None:
    with Shop.create(tmp_path / "shop", {"encoder.kind": "none"}) as shop:
        assert shop.recommend().rows == ()
        assert shop.fit_recommender() == "0001"
        assert shop.recommend("ann").rows == ()


def test_a_stranger_and_nobody_get_the_same_and_nothing_personal(fitted: Shop) -> None:
    stranger, nobody = fitted.recommend("stranger"), fitted.recommend()
    assert ids(stranger) == ids(nobody)
    assert ids(stranger)
    assert not {"for_you", "buy_again", "recently_viewed", "because_you_viewed"} & set(keys(stranger))
    assert (stranger.shopper, nobody.shopper) == ("stranger", None)


def test_a_log_without_a_fit_already_tells_what_is_popular(shop: Shop) -> None:
    reasons = {item.why.reason["en"] for row in shop.recommend().rows for item in row.items}
    assert reasons & {"Popular in this shop", "Popular this week"}


# --- rows ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("placement", ["home", "category", "product", "cart", "zero_results", "search", "email"])
def test_every_placement_answers(fitted: Shop, placement: str) -> None:
    seed = fitted.profile("u1").recent[0].product
    category = " > ".join(next(iter(fitted.products([seed]))).category)
    answer = fitted.recommend("u1", placement, seeds=[seed], category=category, query="phone", limit=5)
    assert len(ids(answer)) == len(set(ids(answer)))
    assert seed not in ids(answer)
    for row in answer.rows:
        assert 1 <= len(row.items) <= 5
        assert [item.position for item in row.items] == list(range(len(row.items)))
        for item in row.items:
            assert item.propensity == 1.0
            assert item.why.reason["en"] and item.why.reason["zh"]
            assert item.score == pytest.approx(sum(line.value for line in item.why.contributions), abs=1e-5)
    assert placement == "search" or answer.rows


def test_personal_rows_know_what_was_looked_at(fitted: Shop) -> None:
    answer = fitted.recommend("u1")
    assert "for_you" in keys(answer)
    touched = {touch.product for touch in fitted.profile("u1").recent}
    because = {line.detail for row in answer.rows for item in row.items for line in item.why.contributions}
    assert touched & because


def test_what_was_bought_does_not_come_again_as_new(fitted: Shop) -> None:
    bought = set(fitted.profile("u1").bought)
    assert bought
    for placement in ("home", "email", "zero_results"):
        rows = [
            row
            for row in fitted.recommend("u1", placement, limit=50).rows
            if row.key not in ("buy_again", "recently_viewed")
        ]
        assert not bought & {item.product.id for row in rows for item in row.items}


def test_the_cart_stands_in_for_seeds(fitted: Shop, clock: Clock) -> None:
    other = fitted.profile("u2").recent[0].product
    fitted.record(Event("c", "cart", "ann", clock.now, other))
    answer = fitted.recommend("ann", "cart")
    assert answer.rows
    assert other not in ids(answer)


def test_the_same_question_has_the_same_answer(open_shop: Callable[[], Shop], fitted: Shop) -> None:
    first, again, other = fitted.recommend("u1"), fitted.recommend("u1"), open_shop().recommend("u1")
    assert ids(first) == ids(again) == ids(other)
    assert len({first.query_id, again.query_id, other.query_id}) == 3


def test_what_is_excluded_does_not_come(fitted: Shop) -> None:
    first = ids(fitted.recommend("u1"))
    assert not set(first[:9]) & set(ids(fitted.recommend("u1", exclude=first[:9])))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"placement": "attic"}, "placement"),
        ({"placement": "product"}, "seeds"),
        ({"placement": "category"}, "category"),
        ({"limit": 0}, "limit"),
        ({"limit": 51}, "limit"),
        ({"seeds": ["p"] * 201}, "seeds"),
        ({"exclude": [""]}, "exclude"),
        ({"shopper": ""}, "shopper"),
        ({"query": "x" * 1_001}, "query"),
    ],
)
def test_what_cannot_be_asked_is_named(shop: Shop, asked: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        shop.recommend(**asked)  # type: ignore[arg-type]


# --- everything changes ----------------------------------------------------------------------------------------


def test_one_event_changes_the_next_answer(fitted: Shop, clock: Clock) -> None:
    before = fitted.recommend("u1")
    assert "profile" not in fitted.recommend("u1").took  # prepared
    others = [touch.product for touch in fitted.profile("u2").recent]
    fitted.record([Event(f"n{n}", "click", "u1", clock.now, id, query_id="q") for n, id in enumerate(others)])
    after = fitted.recommend("u1")
    assert "profile" in after.took
    assert ids(after) != ids(before)


def test_rows_prepared_before_are_what_would_be_made(fitted: Shop) -> None:
    assert fitted.recommender.prepare(["u1", "u2", "u1"]) == 2
    prepared = fitted.recommend("u1")
    assert "profile" not in prepared.took
    fitted.recommender.forget("u1")
    assert ids(fitted.recommend("u1")) == ids(prepared)


def test_products_sold_out_or_deleted_are_gone_at_once(fitted: Shop) -> None:
    first = ids(fitted.recommend("u1"))
    fitted.patch([Offer(first[0], stock=0, available=False)])
    fitted.delete([first[1]])
    now = ids(fitted.recommend("u1"))
    assert not {first[0], first[1]} & set(now)
    fitted.recommender.forget("u1")
    assert not {first[0], first[1]} & set(ids(fitted.recommend("u1")))


def test_prices_are_those_of_now(fitted: Shop) -> None:
    first = fitted.recommend("u1").products[0]
    fitted.patch([Offer(first.id, price=Money(Decimal("12.34"), "CNY"))])
    assert next(p for p in fitted.recommend("u1").products if p.id == first.id).price == Money(Decimal("12.34"), "CNY")


def test_a_deleted_seed_is_no_error(fitted: Shop) -> None:
    seed = fitted.profile("u1").recent[0].product
    fitted.delete([seed])
    fitted.recommend("u1", "product", seeds=[seed])
    for row in fitted.recommend("u1").rows:
        assert "{" not in row.title["en"]
        assert seed not in [item.product.id for item in row.items]


def test_a_new_product_comes_without_a_new_fit(fitted: Shop, clock: Clock) -> None:
    fitted.recommend()
    category = ("Curtains",)
    fitted.upsert([Product(f"new{n}", f"curtain {n}", category=category, released=clock.now) for n in range(4)])
    clock.now += timedelta(seconds=10)
    fitted.catch_up()
    assert {"new0", "new1"} <= set(ids(fitted.recommend(None, "category", category="Curtains")))


def test_products_that_became_popular_come_without_a_new_fit(fitted: Shop, clock: Clock) -> None:
    shown = ids(fitted.recommend())
    late = next(p.id for p in fitted.catalog.store.products() if p.id not in shown and p.available and p.stock != 0)
    clock.now += timedelta(hours=1)
    fitted.record([Event(f"l{n}", "purchase", f"l{n}", clock.now, late) for n in range(90)])
    fitted.catch_up()
    clock.now += timedelta(minutes=11)  # what was prepared is old now
    assert late in ids(fitted.recommend())


def test_a_fit_elsewhere_is_followed(open_shop: Callable[[], Shop], shop: Shop) -> None:
    assert "for_you" not in keys(shop.recommend("u1"))
    open_shop().fit_recommender()
    shop.catch_up()
    assert "for_you" in keys(shop.recommend("u1"))


def test_a_new_index_is_followed(fitted: Shop) -> None:
    fitted.recommend("u1")
    fitted.index()
    assert fitted.recommend("u1").rows


def test_a_model_older_than_the_catalogue(fitted: Shop, open_shop: Callable[[], Shop]) -> None:
    half = [product.id for product in fitted.catalog.store.products()][::2]
    fitted.close()
    later = open_shop()
    later.delete(half)
    later.upsert([Product(f"new{n}", f"kettle {n}", category=("Home",)) for n in range(5)])
    for placement in ("home", "email"):
        found = ids(later.recommend("u1", placement))
        assert found
        assert not set(half) & set(found)


def test_damaged_files_leave_the_rest_and_are_told(fitted: Shop, open_shop: Callable[[], Shop]) -> None:
    folder = fitted.folder / "recommend" / "0001"
    fitted.close()
    next((folder / "item_knn").glob("*.npy")).write_bytes(b"rubbish")
    answer = open_shop().recommend("u1")
    assert answer.degraded == ("item_knn",)
    assert answer.rows


def test_everything_damaged(fitted: Shop, open_shop: Callable[[], Shop]) -> None:
    folder = fitted.folder / "recommend" / "0001"
    fitted.close()
    (folder / "manifest.json").write_text("{")
    answer = open_shop().recommend("u1")
    assert answer.degraded == ("0001",)
    assert answer.rows


# --- people ----------------------------------------------------------------------------------------------------


def test_no_consent_no_person(fitted: Shop, clock: Clock) -> None:
    liked = fitted.profile("u1").recent[0].product
    fitted.record([Event("a", "click", "ann", clock.now, liked, query_id="q", consent="anonymous")])
    assert ids(fitted.recommend("ann")) == ids(fitted.recommend())


def test_who_is_forgotten_is_a_stranger(fitted: Shop) -> None:
    assert "for_you" in keys(fitted.recommend("u1"))
    fitted.forget("u1")
    assert ids(fitted.recommend("u1")) == ids(fitted.recommend())


def test_a_visitor_who_became_a_customer(fitted: Shop, clock: Clock) -> None:
    liked = fitted.profile("u1").recent[0].product
    fitted.record([Event("v", "click", "visitor", clock.now, liked, query_id="q")])
    fitted.merge("visitor", "customer")
    assert "for_you" in keys(fitted.recommend("customer"))


# --- settings --------------------------------------------------------------------------------------------------


def test_a_shops_own_rows(shop: Shop) -> None:
    row = '[[home.row]]\nkey = "top"\ntitle = { en = "Top", zh = "热门" }\nfrom = { popular = 1.0 }\n'
    (shop.folder / "placements.toml").write_text(row, "utf-8")
    with Shop.open(shop.folder) as again:
        assert keys(again.recommend()) == ["top"]
    (shop.folder / "placements.toml").write_text(row.replace("popular", "populer"), "utf-8")
    with pytest.raises(SettingsError, match="populer"):
        Shop.open(shop.folder)


def test_generators_can_be_left_out(shop: Shop) -> None:
    with Shop.open(shop.folder, {"recommend.without": ("popular",)}) as again:
        again.fit_recommender()
        assert "popular" not in again.recommender.fitted.open(again.recommender.kinds).generators


def test_adult_products_need_the_setting(shop: Shop) -> None:
    shop.upsert([Product(f"wine{n}", f"wine {n}", category=("Wine",), tags=("adult",)) for n in range(4)])
    assert shop.recommend(None, "category", category="Wine").rows == ()
    with Shop.open(shop.folder, {"recommend.adult": True}) as again:
        assert again.recommend(None, "category", category="Wine").rows


def test_many_threads_while_the_catalogue_changes(fitted: Shop, clock: Clock) -> None:
    trouble: list[Exception] = []

    def ask(who: str) -> None:
        try:
            for _ in range(15):
                fitted.recommender.forget(who)
                found = ids(fitted.recommend(who))
                assert len(found) == len(set(found))
        except Exception as error:
            trouble.append(error)

    threads = [threading.Thread(target=ask, args=(f"u{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for n in range(15):
        fitted.upsert([Product(f"n{n}", f"thing {n}", category=("Things",))])
        clock.now += timedelta(seconds=6)
        fitted.catch_up()
    for thread in threads:
        thread.join()
    assert trouble == []


# --- search ----------------------------------------------------------------------------------------------------


def test_search_leans_a_little_towards_what_a_shopper_likes(shop: Shop, clock: Clock) -> None:
    plain = shop.search("phone", limit=20)
    liked = next(item.product for item in plain.items[3:] if item.product.brand != plain.items[0].product.brand)
    same = [item.product.id for item in plain.items if item.product.brand == liked.brand]
    shop.record([Event(f"b{n}", "purchase", "fan", clock.now, id, value=9.0) for n, id in enumerate(same[:4])])
    personal = shop.search("phone", shopper="fan", limit=20)
    assert "personal" in personal.took
    assert "personal" not in plain.took
    assert {product.id for product in plain.products} & {product.id for product in personal.products}

    def places(slate: Slate) -> list[int]:
        return [place for place, product in enumerate(slate.products) if product.brand == liked.brand]

    assert sum(places(personal)[:3]) <= sum(places(plain)[:3])
    lines = [line for item in personal.items for line in item.why.contributions if line.stage == "personal"]
    assert lines
    assert all(0 < line.value <= 0.025 for line in lines)


def test_search_of_strangers_and_in_another_order_is_not_personal(shop: Shop) -> None:
    plain = [product.id for product in shop.search("phone").products]
    assert [product.id for product in shop.search("phone", shopper="stranger").products] == plain
    assert "personal" not in shop.search("phone", shopper="u1", sort="price").took


def test_a_log_that_cannot_be_read_leaves_the_search(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(shopper: str) -> None:
        raise StorageError("events.db: no.")

    monkeypatch.setattr(shop.audience, "profile", refuse)
    slate = shop.search("phone", shopper="u1")
    assert slate.products
    assert slate.degraded == ("personal",)
