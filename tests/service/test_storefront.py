"""The pages as a browser without scripts gets them."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from shelfwise.errors import EncoderError
from shelfwise.service.storefront.cards import Cards
from shelfwise.types import Product, Translation

PAGES = ["/", "/search", "/search?q=phone&f.brand=Nova", "/search?q=zzz", "/p/boots-35", "/p/phone-8", "/docs", "/nope"]
VOID = {"meta", "link", "input", "img", "br", "rect", "path", "circle"}


class Tree(HTMLParser):
    """Checks that tags nest, and collects ids, links, and pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, f"</{tag}> in the wrong place"


def parse(html: str) -> Tree:
    tree = Tree()
    tree.feed(html)
    assert tree.open == []
    return tree


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_whole(any_client: Any, path: str, lang: str) -> None:
    answer = any_client.get(path + ("&" if "?" in path else "?") + f"lang={lang}")
    tree = parse(answer.text)
    ids = [attributes["id"] for _, attributes in tree.seen if "id" in attributes]
    assert len(ids) == len(set(ids)), [id for id in ids if ids.count(id) > 1]
    tags = [tag for tag, _ in tree.seen]
    assert tags.count("h1") == 1
    assert tags.count("main") == tags.count("header") - tags.count("aside") - answer.text.count("why-sheet") == 1
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in answer.text
    assert all("alt" in attributes for tag, attributes in tree.seen if tag == "img")
    assert not re.search(r"\sstyle=|\son\w+=|javascript:", answer.text)
    for tag, attributes in tree.seen:
        target = attributes.get("src") or attributes.get("href") or ""
        if tag in {"script", "link", "img"}:
            assert target.startswith("/") or (tag == "script" and attributes.get("type") == "application/ld+json")


@pytest.mark.parametrize("path", ["/", "/search?q=手机", "/p/phone-8", "/nope", "/search?q=zzz"])
def test_chinese_pages_have_no_english_left(client: Any, path: str) -> None:
    html = client.get(path + ("&" if "?" in path else "?") + "lang=zh").text
    main = re.sub(r"<(script|head|footer).*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)
    words = set(re.findall(r"[A-Za-z]{3,}", unescape(main)))
    brands_and_reviews = {"Nova", "Lumen", "Orchid", "shop", "English", "Good", "number", "Buyer", "zzz"}
    assert words - brands_and_reviews == set()


def test_the_language_is_remembered_and_negotiated(any_client: Any) -> None:
    assert "热门" not in any_client.get("/").text
    assert "商品分类" in any_client.get("/", headers={"accept-language": "zh-CN,zh;q=0.9"}).text
    answer = any_client.get("/?lang=zh")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("lang=zh;")
    assert "HttpOnly" in cookie
    assert "商品分类" in any_client.get("/").text  # the cookie now
    assert "Shop by category" in any_client.get("/?lang=en").text


def test_a_shop_of_one_language_has_no_switch(shop: Any, connect: Any) -> None:
    settings = shop.settings.model_copy(update={"shop": shop.settings.shop.model_copy(update={"languages": ("zh",)})})
    shop.settings = settings
    page = connect(shop).get("/?lang=en").text
    assert 'class="languages"' not in page
    assert "商品分类" in page


def test_results_show_what_was_asked_and_found(client: Any) -> None:
    page = client.get("/search?q=phone&f.brand=Nova&min.price=1000&sort=price").text
    assert "<mark>phone</mark>" in page
    assert "Brand: Nova" in page
    assert "Price: ≥ ¥1,000" in page
    assert re.search(r'value="price" selected', page)
    assert re.search(r'name="f.brand" value="Nova" id="[^"]*" checked', page)
    assert "¥" in page
    assert "The title has your words" in page


def test_filters_without_a_facet_are_kept_when_another_is_chosen(any_client: Any) -> None:
    page = any_client.get("/search?q=phone&f.attributes.waterproof=true").text
    assert '<input type="hidden" name="f.attributes.waterproof" value="true">' in page


def test_pages_link_to_each_other(any_client: Any) -> None:
    first = any_client.get("/search").text
    assert re.search(r'rel="next" href="/search\?page=2"', first)
    assert 'rel="prev"' not in first
    assert 'start="49"' in any_client.get("/search?page=3").text
    last = max(map(int, re.findall(r"/search\?page=(\d+)", first)))
    final = any_client.get(f"/search?page={last}").text
    assert 'rel="next"' not in final
    assert f'start="{24 * (last - 1) + 1}"' in final


def test_corrections_suggestions_and_relaxations_are_said(client: Any, shop: Any) -> None:
    corrected = client.get("/search?q=fone").text
    assert "Showing results for" in corrected
    assert "<strong>phone</strong>" in corrected
    assert "/search?q=fone&amp;exact=1" in corrected
    exact = client.get("/search?q=fone&exact=1").text
    assert "Showing results for" not in exact
    assert shop.asked[-1].correct is False or any(not query.correct for query in shop.asked)
    assert "Did you mean" in client.get("/search?q=phome").text
    relaxed = client.get("/search?q=phone unicorn").text
    assert "Left out:" in relaxed
    assert "<s>unicorn</s>" in relaxed


def test_missing_parts_are_said_quietly(client: Any, shop: Any) -> None:
    shop.degraded = ("encoder",)
    assert "Some parts of the search are unavailable" in client.get("/search?q=phone").text

    def broken(id: str, limit: int = 8) -> None:
        raise EncoderError("away")

    shop.similar = broken
    shop.recommending = False
    page = client.get("/p/phone-8")
    assert page.status_code == 200
    assert "Similar products are unavailable" in page.text


def test_nothing_found_is_not_an_empty_page(client: Any) -> None:
    page = client.get("/search?q=zzz").text
    assert "We found nothing that fits" in page
    assert "Shop by category" in page
    assert page.count('class="card"') >= 4
    narrowed = client.get("/search?q=phone&f.brand=Nobody").text
    assert "Search without filters" in narrowed


def test_an_empty_shop_says_what_to_do(client: Any, shop: Any) -> None:
    shop.catalogue.clear()
    page = client.get("/").text
    assert "There are no products here yet" in page
    assert "shelfwise import" in page


def test_a_product_page_has_facts_variants_reviews_and_data(any_client: Any) -> None:
    page = any_client.get("/p/boots-35").text
    assert "36.25 kg" in page
    assert "?variant=boots-35-M" in page
    chosen = any_client.get("/p/boots-35?variant=boots-35-M").text
    assert re.search(r'href="\?variant=boots-35-M" aria-current="true"', chosen)
    phone = any_client.get("/p/phone-8?lang=zh").text
    assert "颜色" in phone
    assert "白色" in phone or "绿色" in phone or "黑色" in phone
    assert "统计最近 9 条评价" in phone
    data = json.loads(re.search(r'ld\+json">(.*?)</script>', phone, re.DOTALL)[1])  # type: ignore[index]
    assert data["offers"]["priceCurrency"] == "CNY"
    assert data["name"].endswith("X8")


EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)></script>'


def test_nothing_that_people_write_becomes_markup(client: Any, shop: Any) -> None:
    shop.catalogue["evil"] = Product(
        EVIL,
        EVIL,
        description=EVIL,
        brand=EVIL,
        category=(EVIL,),
        images=("javascript:alert(1)", EVIL),
        language="en",
        translations={"zh": Translation(EVIL, EVIL)},
    )
    shop.catalogue[EVIL] = shop.catalogue.pop("evil")
    for path, parameters in [
        ("/", {}),
        ("/search", {"q": EVIL, "f.brand": EVIL, "min.<b>": "1"}),
        ("/search", {"q": "phone " + EVIL}),
        ("/suggest", {"q": "script"}),
        ("/p/" + re.sub("/", "%2F", re.sub(r"[<>\"{}]", lambda m: f"%{ord(m[0]):02x}", EVIL)), {}),
        ("/" + EVIL.replace("/", ""), {}),
    ]:
        text = client.get(path, params=parameters).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
        assert "javascript:alert" not in re.sub(r"/pictures/[^\"]*", "", text), path


def test_pictures_come_from_the_shop_and_from_named_hosts_only(make_shop: Any, connect: Any) -> None:
    cards = Cards("en", ("https://img.example.com",))
    product = Product("a", "A")

    def source(image: str) -> str | None:
        return cards.picture(product, image).src

    assert source("shoe red.svg") == "/pictures/shoe%20red.svg"
    assert source("pictures/a.svg") == "/pictures/a.svg"
    assert source("https://img.example.com/a.jpg") == "https://img.example.com/a.jpg"
    assert source("https://img.example.com.evil.net/a.jpg") is None
    assert source("http://tracker.example/a.gif") is None
    assert source("") is None
    client = connect(make_shop(picture_hosts=["https://img.example.com"]))
    assert "img-src 'self' https://img.example.com;" in client.get("/").headers["content-security-policy"]


def test_suggestions_are_options_of_a_list(any_client: Any) -> None:
    fragment = any_client.get("/suggest?q=pho").text
    tree = parse(fragment)
    options = [attributes for tag, attributes in tree.seen if attributes.get("role") == "option"]
    assert len(options) > 2
    assert {option["id"] for option in options} == {f"option-{n + 1}" for n in range(len(options))}
    assert "¥" in fragment
    assert re.search(r"/search\?f\.category=[\w+%]*Phones", unescape(fragment))
    assert any_client.get("/suggest?q=").text.strip() == ""


def test_static_files_may_be_kept_for_ever(any_client: Any) -> None:
    page = any_client.get("/").text
    style = re.search(r'href="(/static/shop\.css\?v=\w+)"', page)
    assert style
    assert "max-age=31536000" in any_client.get(style[1]).headers["cache-control"]
    assert any_client.get("/").headers["cache-control"] == "private, no-cache"
