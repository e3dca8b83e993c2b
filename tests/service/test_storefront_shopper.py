"""What shoppers do on the pages, as a browser without scripts sends it: consent, favourites, cart, purchase, search."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from shelfwise.errors import BusyError, StorageError
from shelfwise.types import Event

OWN = {"sec-fetch-site": "same-origin"}


def press(client: Any, path: str, page: str | None = None, **headers: str) -> Any:
    """Presses a button of a page of the shop."""
    came = {"referer": f"http://127.0.0.1{page}"} if page else {}
    return client.post(path, headers={**OWN, **came, **headers}, follow_redirects=False)


def personal(client: Any) -> str:
    """Says yes; the pseudonym."""
    assert press(client, "/you/consent?choice=personal").status_code == 303
    return str(client.cookies["shopper"])


def events(shop: Any, *kinds: str) -> list[Event]:
    return [event for event in shop.events.values() if not kinds or event.kind in kinds]


def button(html: str, start: str) -> str:
    """The address that the first button posts to which begins so."""
    found = re.search(rf'formaction="({re.escape(start)}[^"]*)"', html)
    assert found, start
    return unescape(found[1])


# --- who it is ------------------------------------------------------------------------------------------------


def test_before_a_choice_nothing_is_personal(client: Any, shop: Any) -> None:
    page = client.get("/search?q=phone")
    assert "set-cookie" not in page.headers
    assert "May this shop remember" in page.text
    (search,) = events(shop, "search")
    assert (search.shopper, search.consent, search.text) == ("", "anonymous", "phone")


def test_a_yes_makes_a_pseudonym_that_scripts_cannot_read(client: Any, shop: Any) -> None:
    answer = press(client, "/you/consent?choice=personal", "/search?q=phone")
    assert answer.headers["location"] == "/search?q=phone"
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in cookies)
    name = client.cookies["shopper"]
    assert len(name) == 32
    page = client.get("/search?q=phone")
    assert "May this shop remember" not in page.text
    assert name not in page.text
    assert events(shop, "search")[-1].shopper == name


def test_a_no_and_a_yes_can_be_taken_back(client: Any, shop: Any) -> None:
    press(client, "/you/consent?choice=anonymous")
    assert "shopper" not in client.cookies
    assert "May this shop remember" not in client.get("/").text
    name = personal(client)
    client.get("/search?q=phone")
    press(client, "/you/consent?choice=anonymous")
    client.get("/search?q=boots")
    assert [event.shopper for event in events(shop, "search")] == [name, ""]
    assert "is not used now" in client.get("/you").text
    assert personal(client) == name


@pytest.mark.parametrize("signal", [{"dnt": "1"}, {"sec-gpc": "1"}])
def test_a_browser_that_asks_not_to_be_tracked_is_believed(client: Any, shop: Any, signal: dict[str, str]) -> None:
    personal(client)
    client.get("/search?q=phone", headers=signal)
    assert events(shop)[0].consent == "anonymous"
    page = client.get("/you", headers=signal).text
    assert "asks not to be tracked" in page
    assert "/you/consent?choice=personal" not in page
    client.cookies.clear()
    assert "May this shop remember" not in client.get("/", headers=signal).text


def test_strange_cookies_are_passed_over(client: Any) -> None:
    for cookie in ("shopper=x", "consent=personal; shopper=<script>", "cart=%ff*9!*!a*0!b*", "favourites=!!%00!"):
        for path in ("/", "/cart", "/favourites", "/you"):
            assert client.get(path, headers={"cookie": cookie}).status_code == 200, (cookie, path)


# --- only from the shop's own pages --------------------------------------------------------------------------------

POSTS = [
    "/favourites?product=phone-8",
    "/cart?product=phone-8",
    "/cart/buy",
    "/you/consent?choice=personal",
    "/you/forget",
]


@pytest.mark.parametrize("path", [*POSTS, "/record"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {},
    ],
)
def test_other_sites_change_nothing(client: Any, shop: Any, path: str, headers: dict[str, str]) -> None:
    answer = client.post(path, headers=headers, json={"events": []} if path == "/record" else None)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert not events(shop)
    if path != "/record":
        assert "This did not come from a page of this shop" in answer.text


@pytest.mark.parametrize("headers", [OWN, {"sec-fetch-site": "none"}, {"origin": "http://127.0.0.1"}])
def test_its_own_pages_do(client: Any, headers: dict[str, str]) -> None:
    assert client.post("/favourites?product=phone-8", headers=headers, follow_redirects=False).status_code == 303


def test_a_form_goes_back_to_its_page_and_to_no_other_site(client: Any) -> None:
    assert press(client, "/favourites?product=phone-8", "/search?q=phone").headers["location"] == "/search?q=phone"
    for referer in ("https://evil.example/x", "http://127.0.0.1//evil.example", ""):
        answer = press(client, "/favourites?product=phone-8", referer=referer)
        assert answer.headers["location"] == "/favourites"


# --- favourites and cart --------------------------------------------------------------------------------------


def test_a_favourite_from_a_list_goes_back_to_its_answer(client: Any, shop: Any) -> None:
    name = personal(client)
    page = client.get("/search?q=phone").text
    query_id = re.search(r'data-placement="search" data-query="(\w+)"', page)[1]  # type: ignore[index]
    press(client, button(page, "/favourites?product=phone-4&amp;wanted=1"))
    (event,) = events(shop, "favourite")
    assert (event.shopper, event.product, event.placement, event.position) == (name, "phone-4", "search", 1)
    assert event.query_id == query_id
    page = client.get("/favourites").text
    assert 'data-heart="phone-4" aria-pressed="true"' in page
    assert 'id="favourites-count">1<' in page
    press(client, button(page, "/favourites?product=phone-4&amp;wanted=0"))
    assert "No favourites yet" in client.get("/favourites").text
    assert len(events(shop, "unfavourite")) == 1


def test_a_button_sent_twice_counts_once(client: Any, shop: Any) -> None:
    address = button(client.get("/p/phone-8").text, "/cart?product=phone-8")
    cookies = dict(client.cookies)
    for _ in range(2):  # sent again before the first answer came
        client.cookies.clear()
        client.cookies.update(cookies)
        press(client, address)
    assert client.cookies["cart"] == "phone-8*1"
    assert len(events(shop, "cart")) == 1
    press(client, button(client.get("/p/phone-8").text, "/cart?product=phone-8"))
    assert client.cookies["cart"] == "phone-8*2"
    assert len(events(shop, "cart")) == 2


def test_a_script_is_answered_with_counts(client: Any) -> None:
    answer = press(client, "/cart?product=phone-8", accept="application/json").json()
    assert (answer["cart"], answer["favourites"], answer["said"]) == (1, 0, "Added to your cart")
    assert len(answer["once"]) == 32
    gone = press(client, "/cart?product=nothing", accept="application/json")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "not_found")


def test_the_cart_counts_sums_and_changes(client: Any, shop: Any) -> None:
    press(client, "/cart?product=phone-8")
    press(client, "/cart?product=boots-39&variant=boots-39-M")
    page = client.get("/cart").text
    assert "Total for 2 items" in page
    assert "¥6,837" in page  # 1,295 + 5,542
    assert '<span class="variant">M</span>' in page
    more = next(a for a in re.findall(r'formaction="([^"]*quantity=2)"', page) if "phone-8" in a)
    press(client, unescape(more))
    page = client.get("/cart").text
    assert 'id="cart-count">3<' in page
    assert "¥8,132" in page
    press(client, "/cart?product=phone-8&quantity=0")
    press(client, "/cart?product=boots-39&variant=boots-39-M&quantity=0")
    assert "Your cart is empty" in client.get("/cart").text
    taken = [(event.kind, event.product, event.quantity) for event in events(shop, "uncart")]
    assert ("uncart", "phone-8", 2) in taken


def test_a_full_cart_says_so_and_loses_nothing(client: Any, shop: Any) -> None:
    for number in range(60):
        press(client, f"/cart?product=phone-8&variant=v{number}")
    assert press(client, "/cart?product=phone-8&variant=more").headers["location"] == "/cart?full=1"
    assert "The cart is full" in client.get("/cart?full=1").text
    assert client.cookies["cart"].count("!") == 59
    assert len(events(shop, "cart")) == 60
    assert press(client, "/cart?product=phone-8&variant=v1&quantity=9999").status_code == 303
    assert ":v1*" in client.cookies["cart"]


def test_products_that_are_gone_are_said_to_be(client: Any, shop: Any) -> None:
    press(client, "/cart?product=phone-8")
    press(client, "/cart?product=phone-4")
    shop.delete(["phone-8"])
    page = client.get("/cart").text
    assert "1 product in your cart is no longer sold" in page
    assert "Total for 1 item<" in page
    assert 'id="cart-count">1<' in page
    assert "no longer sold" not in client.get("/cart").text  # it was taken out
    press(client, "/favourites?product=phone-4")
    press(client, "/favourites?product=phone-12")
    shop.delete(["phone-4", "phone-12"])
    assert press(client, "/favourites?product=phone-12&wanted=0").status_code == 303
    assert "No favourites yet" in client.get("/favourites").text
    assert "favourites" not in client.cookies


def test_the_mock_purchase_says_what_it_is_and_is_recorded_with_its_value(client: Any, shop: Any) -> None:
    name = personal(client)
    press(client, "/cart?product=phone-8&quantity=2")
    press(client, "/cart?product=boots-7")  # sold out
    page = client.get("/cart").text
    assert "This is a demonstration: nothing is charged" in page
    buy = button(page, "/cart/buy")
    cookies = dict(client.cookies)
    assert press(client, buy).headers["location"] == "/order"
    (event,) = events(shop, "purchase")
    assert (event.shopper, event.product, event.value, event.quantity) == (name, "phone-8", 2590.0, 2)
    order = client.get("/order").text
    assert "It was a demonstration" in order
    assert "¥2,590" in order
    assert client.cookies["cart"] == "boots-7*1"
    client.cookies.clear()
    client.cookies.update(cookies)
    press(client, buy)  # the same form again
    assert len(events(shop, "purchase")) == 1


def test_an_order_page_without_an_order_is_the_cart(client: Any) -> None:
    assert client.get("/order", follow_redirects=False).headers["location"] == "/cart"
    assert press(client, "/cart/buy").headers["location"] == "/cart"


@pytest.mark.parametrize("error", [BusyError("full", seconds=0.0), StorageError("no disk")])
def test_a_button_works_although_nothing_can_be_recorded(client: Any, shop: Any, error: Exception) -> None:
    def broken(events: Any) -> None:
        raise error

    shop.record = broken
    assert press(client, "/cart?product=phone-8").status_code == 303
    assert client.cookies["cart"] == "phone-8*1"
    assert client.get("/search?q=phone").status_code == 200


# --- searches -------------------------------------------------------------------------------------------------


def test_searches_and_other_tries_are_recorded(client: Any, shop: Any) -> None:
    personal(client)
    for text in ("phnoe", "phone", "boots"):
        client.get(f"/search?q={text}")
    told = [(event.kind, event.text, event.properties.get("before")) for event in events(shop)]
    assert told == [("search", "phnoe", None), ("reformulation", "phone", "phnoe"), ("search", "boots", None)]
    assert all(event.query_id for event in events(shop))


def test_a_search_is_the_shoppers_who_said_yes(client: Any, shop: Any) -> None:
    client.get("/search?q=phone")
    name = personal(client)
    client.get("/search?q=phone")
    assert [query.shopper for query in shop.asked if query.text] == [None, name]


@pytest.mark.parametrize(
    "headers", [{"cache-control": "max-age=0"}, {"cache-control": "no-cache"}, {"sec-purpose": "prefetch"}]
)
def test_a_page_loaded_again_or_ahead_is_no_new_search(client: Any, shop: Any, headers: dict[str, str]) -> None:
    client.get("/search?q=phone", headers=headers)
    client.get("/search")
    assert not events(shop)


def test_pages_and_filters_of_a_search_are_told_as_such(client: Any, shop: Any) -> None:
    client.get("/search?q=phone&f.brand=Nova&page=2")
    (event,) = events(shop)
    assert (event.properties["page"], event.properties["narrowed"]) == (2, True)


# --- what a script saw ----------------------------------------------------------------------------------------


def seen(**changes: Any) -> dict[str, Any]:
    fields = {"id": "a.home.1.seen", "kind": "impression", "product": "phone-8", "placement": "home", "position": 1}
    return {**fields, "query_id": "r1", "row": "for_you", **changes}


def test_what_a_script_saw_is_recorded_once(client: Any, shop: Any) -> None:
    name = personal(client)
    for _ in range(2):
        assert client.post("/record", headers=OWN, json={"events": [seen(ago=5000)]}).status_code == 202
    (event,) = events(shop)
    assert (event.shopper, event.kind, event.product, event.query_id) == (name, "impression", "phone-8", "r1")
    assert (event.placement, event.position, event.properties["row"]) == ("home", 1, "for_you")


@pytest.mark.parametrize(
    "wrong",
    [
        seen(kind="purchase"),
        seen(id="x"),
        seen(position=-1),
        seen(ago=10**12),
        seen(shopper="somebody else"),
        seen(product="a" * 201),
    ],
)
def test_a_script_can_say_only_what_it_may(client: Any, shop: Any, wrong: dict[str, Any]) -> None:
    assert client.post("/record", headers=OWN, json={"events": [wrong]}).status_code == 422
    assert client.post("/record", headers=OWN, json={"events": [seen()] * 201}).status_code == 422
    assert not events(shop)


def test_a_busy_log_asks_the_script_to_come_again(client: Any, shop: Any) -> None:
    def busy(events: Any) -> None:
        raise BusyError("full", seconds=2.0)

    shop.record = busy
    answer = client.post("/record", headers=OWN, json={"events": [seen()]})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 2


def test_a_script_gone_wild_is_slowed_down(client: Any, shop: Any) -> None:
    personal(client)
    many = [seen(id=f"wild.home.{number}.seen") for number in range(200)]
    answers = [client.post("/record", headers=OWN, json={"events": many}).status_code for _ in range(18)]
    assert answers[0] == 202
    assert answers[-1] == 429
    assert client.post("/record", headers=OWN, content=b"x" * 200_001).status_code == 413


# --- what is known --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_about_you_and_forgetting(client: Any, shop: Any, lang: str) -> None:
    name = personal(client)
    empty = {"en": "Nothing is known about you", "zh": "本店对您一无所知"}[lang]
    assert empty in client.get(f"/you?lang={lang}").text
    client.get("/search?q=phone")
    press(client, "/favourites?product=phone-8")
    press(client, "/cart?product=phone-4")
    page = client.get("/you").text
    assert {"en": "You are interested in Phones.", "zh": "您对“手机”感兴趣。"}[lang] in page
    assert {"en": "marked 1 as a favourite", "zh": "收藏了1件"}[lang] in page
    assert 'data-product="phone-8"' in page
    assert name not in page
    assert {"en": "cannot be undone", "zh": "无法撤销"}[lang] in page
    assert press(client, "/you/forget").headers["location"] == "/you?forgotten=1"
    assert not [event for event in events(shop) if event.shopper == name]
    page = client.get("/you?forgotten=1").text
    assert empty in page
    assert {"en": "Everything was erased", "zh": "已全部清除"}[lang] in page
    assert not {"shopper", "cart", "favourites", "order"} & set(client.cookies)
    assert client.cookies["consent"] == "anonymous"


def test_the_page_about_you_stands_without_profiles(client: Any, shop: Any) -> None:
    personal(client)

    def broken(shopper: str) -> None:
        raise StorageError("no disk")

    shop.profile = broken
    page = client.get("/you")
    assert page.status_code == 200
    assert "cannot be shown right now" in page.text


# --- rows -----------------------------------------------------------------------------------------------------


def test_rows_have_a_heading_reasons_and_what_events_go_back_to(client: Any, shop: Any) -> None:
    page = client.get("/").text
    assert re.search(r'data-placement="home" data-query="r\d+" data-row="for_you"', page)
    assert page.count("Bought by many") == 24
    assert "Highest rated" not in page
    home = client.get("/recommended?placement=cart&seed=phone-8&lang=zh").text
    assert "为你推荐" in home
    assert 'data-product="phone-8"' not in home
    assert client.get("/recommended?placement=moon").status_code == 422


def test_rows_are_for_the_shopper_who_said_yes(client: Any, shop: Any) -> None:
    asked: list[str | None] = []
    recommend = shop.recommend

    def watched(shopper: str | None = None, *args: Any, **options: Any) -> Any:
        asked.append(shopper)
        return recommend(shopper, *args, **options)

    shop.recommend = watched
    client.get("/")
    name = personal(client)
    client.get("/")
    press(client, "/you/consent?choice=anonymous")
    client.get("/")
    assert asked == [None, name, None]


def test_slow_rows_come_after_the_page(client: Any, shop: Any) -> None:
    shop.slow = 0.5
    page = client.get("/p/phone-8").text
    later = re.search(r'hx-get="([^"]+)"[^>]*aria-busy', page)
    assert later
    assert 'class="ghost"' in page
    assert "Bought by many" in client.get(unescape(later[1])).text


def test_without_rows_the_pages_show_what_everybody_sees(client: Any, shop: Any) -> None:
    shop.recommending = False
    assert "Highest rated" in client.get("/").text
    assert "Similar products" in client.get("/p/phone-8").text
    assert client.get("/search?q=zzz").text.count('class="card"') >= 4


def test_failing_rows_are_said_quietly(client: Any, shop: Any) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise StorageError("no disk")

    shop.recommend = broken
    for path in ("/", "/p/phone-8", "/cart", "/favourites", "/search?q=zzz"):
        page = client.get(path)
        assert page.status_code == 200
        assert "Some recommendations are unavailable" in page.text, path
