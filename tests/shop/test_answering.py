"""What is understood decides what is found: constraints leave out, wishes move, what was given up is said."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from shelfwise.answering import softened
from shelfwise.errors import EncoderError
from shelfwise.language.cache import CachedEncoder
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.shop import Shop
from shelfwise.slate import Slate
from shelfwise.types import AnyOf, Product, Query, Range, Relaxation
from shelfwise.understanding.base import Constraint, Understanding
from tests.shop.goods import CASES, EACH, HEADPHONES, LAPTOPS, PHONES, goods


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("goods") / "shop"
    with Shop.create(folder, {"encoder.kind": "fake"}) as shop:
        shop.upsert(goods())
        shop.index()
    return folder


@pytest.fixture(scope="module")
def shop(folder: Path) -> Iterator[Shop]:
    with Shop.open(folder) as shop:
        yield shop


def price(product: Product) -> float:
    assert product.price is not None
    return float(product.price.amount)


def prices(slate: Slate) -> list[float]:
    return [price(product) for product in slate.products]


def every(shop: Shop, text: str, **options: Any) -> Slate:
    return shop.search(text, limit=200, **options)


# --- what must be so ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "dense"])
@pytest.mark.parametrize(
    ("text", "bounds", "first"),
    [
        ("phones under 1000", (0, 1000), PHONES),
        ("laptop between 4000 and 5000", (4000, 5000), LAPTOPS),
        ("headphones over 500 yuan", (500, 1e6), HEADPHONES),
        ("1000元以下的手机", (0, 1000), PHONES),
        ("请问有没有2000到3000元的手机", (2000, 3000), PHONES),
        ("四千到五千块的笔记本电脑", (4000, 5000), LAPTOPS),
    ],
)
def test_no_result_is_outside_the_price_asked_for(
    shop: Shop, mode: str, text: str, bounds: tuple[float, float], first: tuple[str, ...]
) -> None:
    slate = every(shop, text, mode=mode)
    assert slate.relaxed == ()
    assert slate.total == len(slate.products) > 0
    assert all(bounds[0] <= found <= bounds[1] for found in prices(slate))
    if mode != "dense":
        assert slate.products[0].category == first


@pytest.mark.parametrize(
    ("text", "brand", "kind"),
    [
        ("phone not samsung", "Samsung 三星", PHONES),
        ("laptops except hp", "HP 惠普", LAPTOPS),
        ("不要三星的手机", "Samsung 三星", PHONES),
        ("笔记本电脑 不要联想", "Lenovo 联想", LAPTOPS),
    ],
)
def test_a_brand_that_is_not_wanted_is_not_there(shop: Shop, text: str, brand: str, kind: tuple[str, ...]) -> None:
    slate = every(shop, text)
    assert brand not in {product.brand for product in slate.products}
    wanted = {product.id for product in goods() if product.category == kind and product.brand != brand}
    assert wanted <= {product.id for product in slate.products}


def test_filters_given_by_hand_hold_beside_those_that_were_read(shop: Shop) -> None:
    slate = every(shop, "phone under 2000", filters={"brand": ["Apple 苹果"]})
    assert {product.brand for product in slate.products} == {"Apple 苹果"}
    assert max(prices(slate)) <= 2000


def test_an_order_asked_for_in_words_is_the_order_and_one_chosen_by_hand_wins(shop: Shop) -> None:
    found, chosen = (
        [price(product) for product in every(shop, "laptops sorted by price", **options).products[:EACH]]
        for options in ({}, {"sort": "-price"})
    )
    assert found == sorted(found)
    assert chosen == sorted(found, reverse=True)


# --- what gives way ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "dropped"),
    [("phones under 5", "under 5"), ("5元以下的手机", "5元以下"), ("laptop over 99999", "over 99999")],
)
def test_a_price_that_nothing_has_becomes_a_wish_and_that_is_said(shop: Shop, text: str, dropped: str) -> None:
    slate = every(shop, text)
    assert slate.relaxed == (Relaxation("constraint", (dropped,)),)
    assert slate.products[0].category == (LAPTOPS if "laptop" in text else PHONES)
    asked = [one for one in slate.understanding.constraints if one.kind == "price"]
    assert [one.hard for one in asked] == [False]


def test_a_price_that_only_other_things_have_gives_way_to_the_thing(shop: Shop) -> None:
    slate = every(shop, "laptop under 1000")
    assert slate.relaxed == (Relaxation("constraint", ("under 1000",)),)
    assert slate.products[0].category == LAPTOPS


def test_the_least_sure_constraint_gives_way_first() -> None:
    text = "red phone under 5 not hp"
    sure = Constraint("price", "under 5", 10, 17, high=5, filter=Range("price", None, 5), hard=True)
    unsure = Constraint("colour", "red", 0, 3, "red", confidence=0.6, filter=AnyOf("c", ("red",)), hard=True)
    wish = Constraint("brand", "not hp", 18, 24, "hp", negated=True, filter=AnyOf("brand", ("HP",)))
    bare = Constraint("role", "phone", 4, 9, "device", hard=True)
    u = Understanding(text, text=text, constraints=(unsure, bare, sure, wish))
    steps = list(softened(u))
    assert [step for _, step in steps] == [
        Relaxation("constraint", ("red",)),
        Relaxation("constraint", ("red", "under 5")),
    ]
    hard = [{one.text for one in softer.constraints if one.hard} for softer, _ in steps]
    assert hard == [{"phone", "under 5"}, {"phone"}]
    assert all([one.key for one in softer.constraints] == [one.key for one in u.constraints] for softer, _ in steps)
    assert list(softened(u.but(constraints=(wish,)))) == []


def test_one_constraint_gives_way_where_that_is_enough(shop: Shop) -> None:
    slate = every(shop, "red phone under 5")
    assert slate.relaxed[0].step == "constraint"
    assert "under 5" in slate.relaxed[0].dropped


def test_a_thing_that_is_there_does_not_give_way_to_a_wrong_guess_of_its_category(shop: Shop) -> None:
    """The guesses are made of words alone here: `phone` stands in the titles of phone cases as well."""
    slate = every(shop, "phone under 2000", filters={"brand": ["Apple 苹果"]})
    assert slate.relaxed == ()
    assert sorted(prices(slate)) == [499, 1699]


def test_a_shop_that_relaxes_nothing_says_so_by_finding_nothing(folder: Path) -> None:
    with Shop.open(folder, {"search.relax": False}) as strict:
        slate = strict.search("phones under 5")
        assert (slate.total, slate.relaxed) == (0, ())


@pytest.mark.parametrize("text", ["phones under 5", "phones under 1000", "laptop under 300"])
def test_further_pages_are_of_the_same_question(shop: Shop, text: str) -> None:
    whole = shop.search(text, limit=100)
    pages = [shop.search(text, limit=2, offset=at) for at in range(0, whole.total, 2)]
    assert [product.id for page in pages for product in page.products] == [product.id for product in whole.products]
    assert all(page.relaxed == whole.relaxed for page in pages)


# --- what was taken back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["phones under 1000", "phone not samsung", "1000元以下的手机", "不要三星的手机"])
def test_what_is_dismissed_holds_no_more_and_its_words_stay_silent(shop: Shop, text: str) -> None:
    before = every(shop, text)
    key = next(one.key for one in before.understanding.constraints if one.hard)
    after = every(shop, text, dismissed=(key,))
    assert key not in [one.key for one in after.understanding.constraints]
    assert {product.id for product in before.products} < {product.id for product in after.products}
    assert after.understanding.core == before.understanding.core
    assert after.relaxed == ()


def test_an_unknown_dismissal_changes_nothing(shop: Shop) -> None:
    plain, other = every(shop, "phones under 1000"), every(shop, "phones under 1000", dismissed=("price:nothing",))
    assert [product.id for product in plain.products] == [product.id for product in other.products]


# --- what had better be so -----------------------------------------------------------------------------------------


def early(found: Sequence[float]) -> float:
    """Large when high prices come early."""
    return sum(price / place for place, price in enumerate(found, 1))


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "dense"])
@pytest.mark.parametrize(
    ("text", "word", "sign"),
    [("cheap laptop", "cheap", 1), ("便宜的笔记本电脑", "便宜", 1), ("premium laptop", "premium", -1)],
)
def test_a_wish_moves_and_loses_nothing(shop: Shop, mode: str, text: str, word: str, sign: int) -> None:
    wished = every(shop, text, mode=mode)
    one = next(one for one in wished.understanding.constraints if word in one.text)
    assert not one.hard
    plain = every(shop, text, mode=mode, dismissed=(one.key,))
    assert {product.id for product in wished.products} == {product.id for product in plain.products}
    assert wished.total == plain.total
    moved, still = (
        [price(product) for product in slate.products if product.category == LAPTOPS] for slate in (wished, plain)
    )
    assert sign * early(moved) < sign * early(still)


# --- the encoder ---------------------------------------------------------------------------------------------------


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The texts of each call of the encoder."""
    said: list[tuple[str, ...]] = []
    encode = CachedEncoder.encode

    def counting(self: CachedEncoder, texts: Sequence[str], kind: Any) -> Any:
        said.append(tuple(texts))
        return encode(self, texts, kind)

    monkeypatch.setattr(CachedEncoder, "encode", counting)
    return said


@pytest.mark.parametrize(
    "text",
    ["phone", "please show me phones under 1000", "phones under 5", "fone case", "zzzz qqqq", "laptop under 1000"],
)
def test_a_request_asks_the_encoder_once(shop: Shop, calls: list[tuple[str, ...]], text: str) -> None:
    shop.search(text)
    assert len(calls) == 1
    assert all(count == 1 for count in Counter(calls[0]).values())


@pytest.mark.parametrize(("text", "mode"), [("", None), ("phone", "lexical"), ("phones under 5", "lexical")])
def test_a_request_that_needs_no_vector_does_not_ask(
    shop: Shop, calls: list[tuple[str, ...]], text: str, mode: str | None
) -> None:
    shop.search(text, mode=mode)
    assert calls == []


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    def breaks(error: BaseException) -> None:
        def refuse(self: object, texts: Sequence[str], kind: Any) -> Any:
            raise error

        monkeypatch.setattr(CachedEncoder, "encode", refuse)

    return breaks


@pytest.mark.parametrize(
    "text", ["phones under 1000", "phone not samsung", "phones under 5", "1000元以下的手机", "laptop"]
)
def test_a_broken_encoder_is_said_and_constraints_hold(
    shop: Shop, broken: Callable[[BaseException], None], text: str
) -> None:
    by_words = every(shop, text, mode="lexical")
    assert by_words.degraded == ()
    broken(EncoderError("no answer"))
    slate = every(shop, text)
    assert slate.degraded == ("encoder",)
    assert [product.id for product in slate.products] == [product.id for product in by_words.products]
    assert slate.relaxed == by_words.relaxed
    assert slate.understanding.constraints == by_words.understanding.constraints
    assert every(shop, text, mode="lexical").degraded == ()


def test_understanding_alone_says_that_the_vector_is_missing(
    shop: Shop, broken: Callable[[BaseException], None]
) -> None:
    broken(EncoderError("no answer"))
    u = shop.understand("phones under 1000")
    assert u.failed == ("vector",)
    assert [one.kind for one in u.constraints if one.hard] == ["price"]


def test_without_an_encoder_constraints_hold_and_the_answer_says_so(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "shop"))
    with Shop.open(copy, {"encoder.kind": "none"}) as shop:
        slate = every(shop, "phones under 1000")
        assert slate.degraded == ("encoder",)
        assert max(prices(slate)) <= 1000
        assert slate.understanding.vector is None


def test_the_vector_of_the_answer_is_that_of_what_is_searched(shop: Shop) -> None:
    u = shop.search("please show me phones under 1000").understanding
    assert u.core == "phones"
    assert u.vector is not None and u.whole is not None
    encoded = FakeEncoder().encode([u.text], "query")[0]
    assert u.whole.tolist() == pytest.approx(encoded.tolist(), abs=1e-6)


# --- steps left out --------------------------------------------------------------------------------------------------


def test_a_literal_search_reads_no_wishes(shop: Shop) -> None:
    slate = shop.search(Query("phones under 1000", correct=False))
    assert slate.understanding.constraints == ()
    assert slate.understanding.core == "phones under 1000"


def test_accessories_are_found_by_what_they_are_for(shop: Shop) -> None:
    assert shop.search("red phone case").products[0].category == CASES
    assert shop.search("红色手机壳").products[0].category == CASES
