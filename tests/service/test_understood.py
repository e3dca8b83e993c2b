"""What was understood, on the page of results: chips, what was left out, and a word when products are no answer."""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from shelfwise.retrieval.labels import Labels
from shelfwise.service.storefront.address import Address, read_address
from shelfwise.service.storefront.messages import read_messages
from shelfwise.service.storefront.understood import Readings
from shelfwise.service.wire_understanding import KEY_LENGTH, KEYS
from shelfwise.slate import Slate
from shelfwise.types import AllOf, And, AnyOf, NoneOf, Not, Query, Range, Relaxation
from shelfwise.understanding.base import CategoryGuess, Constraint, Understanding
from shelfwise.understanding.explain import words
from shelfwise.understanding.intent.taxonomy import SURE, taxonomy

SENTENCE = "i want a cheap black phone under 3000 not nova"
LABELS = Labels({"zh": {"attributes": {"color": "颜色", "waterproof": "防水"}, "values": {"color=red": "红色"}}})


def readings(locale: Any = "en") -> Readings:
    return Readings(LABELS, locale, "CNY", partial(read_messages().text, locale))


def made(kind: Any, text: str, value: str = "", **more: Any) -> Constraint:
    return Constraint(kind, text, 0, len(text), value, **more)


CHIPS: list[tuple[Constraint, str, str]] = [
    (made("price", "under 500", high=500), "Price: ≤ ¥500", "价格：≤ ¥500"),
    (made("price", "under $19.50", high=19.5, unit="USD"), "Price: ≤ $19.50", "价格：≤ $19.50"),
    (made("price", "20 to 1500", low=20, high=1500, unit="GBP"), "Price: £20–£1,500", "价格：£20–£1,500"),
    (made("price", "cheap", level="low"), "Price: low", "价格：较低"),
    (made("rating", "4 stars and up", low=4), "Rating: ≥ 4", "评分：≥ 4"),
    (made("recency", "since 2023", low=2023), "Release: ≥ 2023", "上市：≥ 2023"),
    (made("recency", "newest", level="new"), "Release: new", "上市：新款"),
    (made("capacity", "20000mAh", low=20000, high=20000, unit="mAh"), "Capacity: 20,000 mAh", "容量：20,000 mAh"),
    (made("size", "6 inches", low=6, high=6, unit="inches"), "Size: 6 inches", "尺寸：6 英寸"),
    (made("brand", "not HP", "hp", negated=True), "Brand: not HP", "品牌：不要惠普"),
    (made("brand", "hp", "hp", filter=AnyOf("brand", ("HP",))), "Brand: HP", "品牌：HP"),
    (made("colour", "scarlet", "red", filter=AnyOf("attributes.color", ("red",))), "Colour: red", "颜色：红色"),
    (
        made("colour", "not red", "red", negated=True, filter=NoneOf("attributes.color", ("red",))),
        "Colour: not red",
        "颜色：不要红色",
    ),
    (
        made("feature", "waterproof", "waterproof", filter=AnyOf("attributes.waterproof", (True,))),
        "Feature: Waterproof",
        "特点：防水",
    ),
    (
        made("feature", "ips", "ips", filter=AllOf("attributes.panel", ("IPS", "matte"))),
        "Panel: IPS, matte",
        "Panel：IPS、matte",
    ),
    (made("sort", "cheapest", "price"), "Order: price, low to high", "排序：价格从低到高"),
    (made("role", "case", "accessory"), "Kind: accessory", "类型：配件"),
    (made("occasion", "weddings", "wedding"), "Occasion: wedding", "场合：婚礼"),
    (made("colour", "grey", "gray"), "Colour: gray", "颜色：灰色"),
]


@pytest.mark.parametrize(("constraint", "en", "zh"), CHIPS, ids=lambda value: getattr(value, "key", ""))
def test_a_chip_says_it_in_the_readers_language(constraint: Constraint, en: str, zh: str) -> None:
    u = Understanding(constraint.text)
    assert readings("en").label(constraint, u) == en
    assert readings("zh").label(constraint, u) == zh


def test_a_chinese_reader_sees_the_words_that_were_typed() -> None:
    model = made("model", "星河八代", "xinghe 8")
    assert readings("zh").label(model, Understanding("星河八代", language="zh")) == "型号：星河八代"
    assert (
        readings("zh").label(made("audience", "适合老人", "elderly"), Understanding("", language="zh"))
        == "适用人群：老人"
    )
    leather = made("material", "不要皮的", "leather", negated=True)
    assert readings("zh").label(leather, Understanding("不要皮的", language="zh")) == "材质：不要皮的"
    assert readings("en").label(leather, Understanding("不要皮的", language="zh")) == "Material: not leather"
    assert readings("en").label(model, Understanding("星河八代", language="zh")) == "Model: xinghe 8"


def test_every_kind_has_a_name_in_both_languages() -> None:
    kinds = {constraint.kind for constraint, _, _ in CHIPS}
    for kind in kinds | set(words()["kinds"]):
        assert set(words()["kinds"][kind]) == {"en", "zh"}


def test_a_filter_of_several_fields_is_no_value() -> None:
    mixed = And((AnyOf("brand", ("A",)), Not(AnyOf("tags", ("b",)))))
    assert readings().label(made("feature", "odd", "odd", filter=mixed), Understanding("odd")) == "Feature: odd"
    ranged = made("price", "under 5", high=5.0, filter=Range("price", None, 5.0))
    assert readings().label(ranged, Understanding("")) == "Price: ≤ ¥5"


def slate(**more: Any) -> Slate:
    relaxed = more.pop("relaxed", ())
    return Slate("q", Query("x"), (), 0, Understanding("x", **more), relaxed=relaxed)


def test_hard_ones_come_first_and_softened_ones_say_so() -> None:
    found = (made("colour", "red", "red"), made("price", "under 5", high=5, hard=True), made("brand", "b", hard=True))
    given_up = (Relaxation("constraint", ("under 5",)),)
    chips = readings().of(slate(constraints=found, relaxed=given_up), Address("x")).readings
    assert [chip.firmness for chip in chips] == ["must", "softened", "wish"]
    assert "left nothing over" in chips[1].told


def test_only_a_likely_category_is_a_chip() -> None:
    sure, unsure = CategoryGuess(("Home", "Lamps"), 0.9), CategoryGuess(("Home",), 0.2)
    assert [one.label for one in readings().of(slate(category=(sure,)), Address()).readings] == ["Category: Lamps"]
    assert not readings().of(slate(category=(unsure,)), Address())


def test_what_cannot_be_taken_back_has_no_link() -> None:
    long = made("feature", "a" * KEY_LENGTH, "a")
    assert readings().of(slate(constraints=(long,)), Address()).readings[0].href is None
    full = Address(dismissed=tuple(map(str, range(KEYS))))
    assert readings().of(slate(constraints=(made("brand", "a"),)), full).readings[0].href is None


def test_consumed_words_are_no_talk() -> None:
    price = Constraint("price", "under 5", 5, 12, high=5, consumed=True)
    quiet = {"text": "lamp under 5", "core": "lamp", "silent": ((4, 12),)}
    assert readings().of(slate(constraints=(price,), **quiet), Address()).core == ""
    assert readings().of(slate(**quiet), Address()).core == "lamp"


# --- pages ---------------------------------------------------------------------------------------------------


def chips(page: str) -> list[tuple[str, str]]:
    """Text and address of each chip."""
    found = re.findall(r'<a class="chip reading[^"]*" href="([^"]*)".*?>(.*?)</a>', page, re.DOTALL)
    return [(" ".join(re.sub(r"<[^>]*>", " ", unescape(text)).split()), unescape(href)) for href, text in found]


def read(href: str) -> Address:
    return read_address(parse_qsl(urlsplit(href).query), 1000)


def test_chips_stand_above_the_results_and_can_be_removed(client: Any, shop: Any) -> None:
    page = client.get("/search", params={"q": SENTENCE, "sort": "price", "f.color": "black"}).text
    assert [text for text, _ in chips(page)] == [
        "Remove Price: ≤ ¥3,000 ×",
        "Remove Brand: not Nova ×",
        "Remove Price: low preferred ×",
        "Remove Colour: black preferred ×",
        "Remove Category: Phones preferred ×",
    ]
    assert "Searched for “black phone”" in page
    address = read(chips(page)[0][1])
    assert (address.dismissed, address.sort, address.chosen) == (("price:under 3000",), "price", {"color": ("black",)})
    after = client.get(chips(page)[0][1]).text
    assert shop.asked[-1].dismissed == ("price:under 3000",)
    assert "≤ ¥3,000" not in after
    assert read(chips(after)[0][1]).dismissed == ("price:under 3000", "brand:not nova")


def test_what_was_taken_back_stays_so_and_can_be_used_again(client: Any) -> None:
    page = client.get("/search", params={"q": "phone under 3000", "no": "price:under 3000"}).text
    assert '<input type="hidden" name="no" value="price:under 3000">' in page
    for link in re.findall(r'href="(/search\?[^"]*(?:f\.|min\.|page=)[^"]*)"', page):
        assert read(unescape(link)).dismissed == ("price:under 3000",), link
    again = re.search(r'class="again" href="([^"]*)"', page)
    assert again
    assert read(unescape(again[1])) == Address("phone under 3000")


def test_chinese_chips(client: Any) -> None:
    page = client.get("/search", params={"q": "我想找一款黑色手机9000元以下", "lang": "zh"}).text
    assert [text for text, _ in chips(page)] == [
        "移除 价格：≤ ¥9,000 ×",
        "移除 颜色：黑色 优先 ×",
        "移除 分类：手机 优先 ×",
    ]
    assert "搜索词：“黑色手机”" in page


def test_a_limit_that_nothing_meets_says_so(client: Any) -> None:
    page = client.get("/search?q=phone under 100").text
    assert "No product fits “under 100”" in page
    assert ("Remove Price: ≤ ¥100 none fits ×", "/search?q=phone+under+100&no=price%3Aunder+100") in chips(page)
    assert "Nothing matched everything" not in page


def test_nothing_understood_shows_nothing(client: Any) -> None:
    assert 'class="understood"' not in client.get("/search?q=boots").text
    assert 'class="understood"' not in client.get("/search").text


def notice(page: str) -> str:
    found = re.search(r'<p class="notice small asked".*?</p>', page, re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", found[0])) if found else ""


def test_a_question_about_an_order_is_told_where_to_go_and_products_are_shown(client: Any, shop: Any) -> None:
    page = client.get("/search?q=where is order").text
    assert notice(page).startswith("Order ")
    assert "order confirmation" in notice(page)
    assert "<a" not in re.search(r'<p class="notice small asked".*?</p>', page, re.DOTALL)[0]  # type: ignore[index]
    shop.understand = lambda query: Understanding(query.text, text="phone", core="phone", intent={"order_status": 0.9})
    assert "closest to your words are below" in notice(client.get("/search?q=x").text)
    assert 'class="card"' in client.get("/search?q=x").text


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("name", sorted(taxonomy()))
def test_every_intent_has_a_page(client: Any, shop: Any, name: str, locale: Any) -> None:
    shop.understand = lambda query: Understanding(query.text, text="phone", core="phone", intent={name: 0.95})
    told = notice(client.get(f"/search?q=x&lang={locale}").text)
    answered = not taxonomy()[name].send_to and name not in {"read_reviews", "new_arrivals", "deals"}
    assert bool(told) != answered  # what looks out of scope is not, where products have its words
    assert told.startswith(taxonomy()[name].label[locale] if told else "")


@pytest.mark.parametrize("name", ["out_of_scope", "small_talk"])
def test_what_no_product_answers_is_said(client: Any, shop: Any, name: str) -> None:
    shop.understand = lambda query: Understanding(query.text, text="zzqx", core="zzqx", intent={name: 0.95})
    assert notice(client.get("/search?q=zzqx").text).startswith(taxonomy()[name].label["en"])


def test_an_unsure_intent_says_nothing(client: Any, shop: Any) -> None:
    shop.understand = lambda query: Understanding(query.text, intent={"order_status": SURE - 0.01, "gift": 0.41})
    assert notice(client.get("/search?q=x").text) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("read_reviews", Address("x", sort="-rating")),
        ("new_arrivals", Address("x", sort="-newest")),
        ("deals", Address("x", bounds={"discount": (0.05, None)})),
    ],
)
def test_an_order_or_filter_is_offered_never_taken(client: Any, shop: Any, name: str, expected: Address) -> None:
    shop.understand = lambda query: Understanding(query.text, text="phone", core="phone", intent={name: 0.9})
    page = client.get("/search?q=x").text
    assert (shop.asked[-1].sort, shop.asked[-1].filters) == ("relevance", None)
    href = re.search(r'asked".*?href="([^"]*)"', page, re.DOTALL)
    assert href
    assert read(unescape(href[1])) == expected
    followed = client.get(unescape(href[1])).text
    assert "Discount: ≥ 5%" in followed or name != "deals"
    assert not re.search(r'asked"[^\n]*href=', followed)


def test_without_reduced_products_the_lowest_prices_are_offered(client: Any, shop: Any) -> None:
    shop.understand = lambda query: Understanding(query.text, text="x", core="boots-35", intent={"deals": 0.9})
    shop.catalogue = {id: product for id, product in shop.catalogue.items() if product.list_price is None}
    shop.understand = lambda query: Understanding(query.text, text="phone", core="phone", intent={"deals": 0.9})
    assert "Show the lowest prices first" in client.get("/search?q=x").text


def test_hostile_words_stay_words(client: Any, shop: Any) -> None:
    evil = '"><script>alert(1)</script>'
    shop.understand = lambda query: Understanding(
        query.text, text=evil + "b", core="b", silent=((0, 9),), constraints=(made("brand", evil, evil, hard=True),)
    )
    page = client.get("/search", params={"q": evil, "no": evil}).text
    assert "<script>alert" not in page
