"""What a shopper does, in Chromium: seen when seen, once each; favourites, cart, purchase; consent, forgetting."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shelfwise.errors import BusyError
from shelfwise.service.app import create_app
from shelfwise.types import Event

browsing = sys.modules["service_tests_browsing"]  # loaded by conftest.py
wait, settle = browsing.wait, browsing.settle
pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
SHIFT = (
    "new Promise(done => new PerformanceObserver(l => done(l.getEntries().reduce((s, e) => s + e.value, 0)))"
    ".observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 300))"
)


@pytest.fixture
def address(shop: Any) -> Iterator[str]:
    """A server of this test's own shop, so that its events can be counted."""
    with browsing.serving(create_app(shop, clock=time.monotonic)) as address:
        yield address


def events(shop: Any, *kinds: str) -> list[Event]:
    return [event for event in list(shop.events.values()) if event.kind in kinds]


def until(page: Any, condition: Callable[[], bool]) -> None:
    """Waits, while the page goes on, for something to come to the shop."""
    for _ in range(150):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came")


def calm(page: Any, shop: Any) -> int:
    """How many events there are once no more come."""
    before, count = -1, len(shop.events)
    while count != before:
        page.wait_for_timeout(2000)
        before, count = count, len(shop.events)
    return count


def say_yes(page: Any) -> None:
    page.get_by_role("button", name="Remember me").click()
    page.wait_for_url("**/*")
    wait(page, "() => !document.querySelector('.consent')")


def on_screen(page: Any) -> list[int]:
    """Positions of the cards of which half is in the window."""
    found: list[int] = page.evaluate(
        """() => [...document.querySelectorAll("[data-position]")].filter(e => {
          const box = e.getBoundingClientRect();
          const high = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
          const wide = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
          return high > 0 && wide > 0 && high * wide >= .5 * box.width * box.height;
        }).map(e => +e.dataset.position)"""
    )
    return found


def test_products_are_seen_when_they_are_on_screen(visit: Visit, shop: Any) -> None:
    page = visit("/search?q=phone&sort=price", height=760)
    shown = on_screen(page)
    assert 0 < len(shown) < 15
    until(page, lambda: len(events(shop, "impression")) >= len(shown))
    calm(page, shop)
    seen = events(shop, "impression")
    assert sorted(event.position or 0 for event in seen) == shown
    assert len({event.query_id for event in seen}) == 1
    assert seen[0].query_id == events(shop, "search")[0].query_id
    assert {(event.placement, event.shopper, event.consent) for event in seen} == {("search", "", "anonymous")}
    for number in range(0, 15, 3):
        page.locator(".card").nth(number).scroll_into_view_if_needed()
        page.wait_for_timeout(800)
    page.locator(".card").last.scroll_into_view_if_needed()
    until(page, lambda: len(events(shop, "impression")) == 15)


def test_what_only_flies_past_is_not_seen(visit: Visit, shop: Any) -> None:
    page = visit("/search?q=phone", height=500)
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'; scrollTo(0, 1e6)")
    page.wait_for_timeout(100)
    page.evaluate("scrollTo(0, 0)")
    first = on_screen(page)
    calm(page, shop)
    assert sorted(event.position or 0 for event in events(shop, "impression")) == first


def test_rows_are_seen_as_far_as_they_are_moved(visit: Visit, shop: Any) -> None:
    page = visit("/", width=390, height=700)
    calm(page, shop)
    seen = [event for event in events(shop, "impression") if event.properties["row"] == "for_you"]
    assert 0 < len(seen) < 12
    page.locator(".row").first.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(60)
    until(page, lambda: len([e for e in events(shop, "impression") if e.properties["row"] == "for_you"]) > len(seen))
    assert all(event.query_id and event.placement == "home" for event in events(shop, "impression"))


def test_a_click_goes_back_to_the_answer_and_coming_back_shows_nothing_new(visit: Visit, shop: Any) -> None:
    page = visit("/")
    say_yes(page)
    page.goto("/search?q=phone")
    calm(page, shop)
    seen = len(events(shop, "impression"))
    page.locator(".grid .cover").nth(2).click()
    page.wait_for_url("**/p/**")
    until(page, lambda: bool(events(shop, "view")))
    (click,) = events(shop, "click")
    (search,) = events(shop, "search")
    assert (click.query_id, click.placement, click.position) == (search.query_id, "search", 3)
    assert click.shopper == search.shopper != ""
    (view,) = events(shop, "view")
    assert (view.product, view.shopper) == (click.product, click.shopper)
    page.go_back()
    page.wait_for_url("**/search?q=phone")
    calm(page, shop)
    assert [event for event in events(shop, "impression") if event.placement == "search"][
        -1
    ].query_id == search.query_id
    old = [event for event in events(shop, "impression") if event.placement == "product"]
    assert len(events(shop, "impression")) - len(old) == seen


def test_a_recommended_product_goes_back_to_its_row(visit: Visit, shop: Any) -> None:
    page = visit("/")
    say_yes(page)
    row = page.get_by_role("region", name="Popular now").locator("[data-query]")
    query_id = row.get_attribute("data-query")
    row.locator(".cover").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/**")
    until(page, lambda: bool(events(shop, "click")))
    (click,) = events(shop, "click")
    assert (click.query_id, click.placement, click.position) == (query_id, "home", 2)
    assert click.properties["row"] == "popular"


def test_a_page_loaded_again_shows_and_visits_nothing_new(visit: Visit, shop: Any) -> None:
    page = visit("/p/phone-8", height=1600)
    before = calm(page, shop)
    assert events(shop, "view")
    assert events(shop, "impression")
    page.reload()
    assert calm(page, shop) - len(events(shop, "dwell")) == before


def test_a_visit_has_a_length(visit: Visit, shop: Any) -> None:
    page = visit("/p/phone-8")
    page.wait_for_timeout(2200)
    page.goto("/")
    until(page, lambda: bool(events(shop, "dwell")))
    (dwell,) = events(shop, "dwell")
    assert dwell.product == "phone-8"
    assert 2 <= (dwell.value or 0) < 60


def test_time_out_of_sight_is_no_visit(visit: Visit, shop: Any) -> None:
    page = visit("/p/phone-8")
    page.wait_for_timeout(2200)

    def turn(state: str) -> None:
        page.evaluate(
            """state => {
              Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            state,
        )

    turn("hidden")
    page.wait_for_timeout(3000)
    turn("visible")
    page.wait_for_timeout(2200)
    turn("hidden")
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    until(page, lambda: len(events(shop, "dwell")) == 2)
    lengths = [event.value or 0 for event in events(shop, "dwell")]
    gone = page.evaluate("performance.now() / 1000") - 3
    assert sum(lengths) < gone + 0.2


def test_a_busy_log_gets_everything_later_and_once(chromium: Any, address: str, shop: Any) -> None:
    record, refused = shop.record, []

    def busy(given: Any) -> Any:
        if len(refused) < 2:
            refused.append(given)
            raise BusyError("full", seconds=0.5)
        return record(given)

    shop.record = busy
    page = chromium.new_page(base_url=address)
    page.goto("/p/phone-8")
    until(page, lambda: bool(events(shop, "view")))
    assert len(refused) == 2
    assert len(events(shop, "view")) == 1
    page.close()


def test_favourites_and_cart_by_keyboard(visit: Visit, shop: Any) -> None:
    page = visit("/search?q=phone")
    page.evaluate("window.kept = true")
    heart = page.get_by_role("button", name="Favourite: Lumen smartphone").first
    heart.focus()
    page.keyboard.press("Enter")
    page.locator("#favourites-count").wait_for()
    assert heart.get_attribute("aria-pressed") == "true"
    assert page.locator("#favourites-count").inner_text() == "1"
    assert page.locator("#announce").text_content() == "Added to your favourites"
    assert page.evaluate("document.activeElement.matches('.heart')")
    page.keyboard.press("Enter")
    page.locator("#favourites-count").wait_for(state="hidden")
    page.keyboard.press("Enter")
    page.locator("#favourites-count").wait_for()
    assert [e.kind for e in events(shop, "favourite", "unfavourite")] == ["favourite", "unfavourite", "favourite"]
    assert page.evaluate("window.kept") is True
    page.goto("/p/phone-8")
    add = page.get_by_role("button", name="Add to cart")
    add.focus()
    page.keyboard.press("Enter")
    page.locator("#cart-count").wait_for()
    page.keyboard.press("Enter")
    wait(page, "() => document.getElementById('cart-count').textContent === '2'")
    assert len(events(shop, "cart")) == 2
    page.get_by_role("link", name="Favourites").click()
    assert page.locator(".lean .card").count() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_a_purchase(visit: Visit, shop: Any, scripts: bool) -> None:
    page = visit("/p/boots-39?variant=boots-39-M", java_script_enabled=scripts)
    page.get_by_role("button", name="Add to cart").click()
    page.locator("#cart-count", has_text="1").wait_for()
    page.goto("/cart")
    page.get_by_role("button", name="One more").click()
    page.locator("#cart-count", has_text="2").wait_for()
    assert page.locator(".total strong").inner_text() == "¥11,084"
    page.get_by_role("button", name="Buy (demonstration)").click()
    page.wait_for_url("**/order")
    assert "nothing was charged" in page.locator("main").inner_text()
    page.reload()
    (purchase,) = events(shop, "purchase")
    assert (purchase.value, purchase.quantity, purchase.properties["variant"]) == (11084.0, 2, "boots-39-M")
    page.goto("/cart")
    assert page.locator("#cart-count").is_hidden()
    page.get_by_text("Your cart is empty").wait_for()


def test_anonymous_leaves_no_profile(visit: Visit, shop: Any) -> None:
    page = visit("/")
    page.get_by_role("button", name="Stay anonymous").click()
    wait(page, "() => !document.querySelector('.consent')")
    page.goto("/search?q=phone")
    page.locator(".grid .cover").first.click()
    page.wait_for_url("**/p/**")
    page.get_by_role("button", name="Favourite", exact=True).click()
    calm(page, shop)
    assert {(event.shopper, event.consent) for event in shop.events.values()} == {("", "anonymous")}
    page.goto("/you")
    page.get_by_text("Nothing is known about you").wait_for()
    assert "shopper" not in {cookie["name"] for cookie in page.context.cookies()}


def test_what_is_known_is_shown_and_forgotten(visit: Visit, shop: Any) -> None:
    page = visit("/")
    say_yes(page)
    page.goto("/search?q=phone")
    page.locator(".grid .cover").first.click()
    page.wait_for_url("**/p/**")
    until(page, lambda: bool(events(shop, "view")))
    page.get_by_role("link", name="What this shop believes about you").first.click()
    page.get_by_text("You are interested in Phones").wait_for()
    assert page.evaluate(browsing.AUDIT) == []
    page.get_by_text("Forget everything").click()
    assert "cannot be undone" in page.locator(".forget").inner_text()
    page.get_by_role("button", name="Erase it all now").click()
    page.get_by_text("Everything was erased").wait_for()
    assert not [event for event in shop.events.values() if event.shopper]
    assert page.locator(".interest").count() == 0
    page.get_by_role("button", name="Remember me from now on").click()
    page.get_by_text("You are remembered under a random name").wait_for()


def test_slow_rows_keep_their_place(visit: Visit, shop: Any) -> None:
    shop.slow = 0.8
    page = visit("/p/phone-8", height=1600)
    assert page.locator(".ghost").count() == 2
    page.locator(".offer").first.wait_for()
    assert page.locator(".ghost").count() == 0
    assert page.evaluate(SHIFT) < 0.01
    page.locator(".offer .card").first.scroll_into_view_if_needed()
    until(page, lambda: any(event.properties.get("row") == "for_you" for event in events(shop, "impression")))


@pytest.mark.parametrize("path", ["/", "/p/phone-8", "/cart", "/you"])
def test_pages_of_a_shopper_are_light_and_do_not_jump(visit: Visit, path: str) -> None:
    page = visit(path, width=390, height=844)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("performance.getEntries().reduce((sum, e) => sum + (e.transferSize || 0), 0)") < 150 * 1024
    assert page.evaluate(SHIFT) < 0.01


@pytest.mark.parametrize("width", [1280, 320])
def test_a_full_cart_can_be_operated_and_fits(visit: Visit, width: int) -> None:
    page = visit("/p/boots-39?variant=boots-39-M", width=width)
    page.get_by_role("button", name="Add to cart").click()
    page.locator("#cart-count", has_text="1").wait_for()
    page.get_by_role("button", name="Favourite", exact=True).click()
    page.locator("#favourites-count", has_text="1").wait_for()
    for path in ("/cart", "/favourites"):
        page.goto(path)
        assert page.evaluate(browsing.AUDIT) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
