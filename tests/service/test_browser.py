"""The storefront in Chromium: by keyboard, on a phone, in both languages and schemes, and without scripts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

browsing = sys.modules["service_tests_browsing"]  # loaded by conftest.py
query, wait, settle, AUDIT = browsing.query, browsing.wait, browsing.settle, browsing.AUDIT
pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("address", ["fake", "real"], indirect=True)
PAGES = [
    "/",
    "/search?q=phone&f.brand=Nova",
    "/search?q=zzz",
    "/p/boots-35",
    "/p/phone-8",
    "/cart",
    "/favourites",
    "/you",
    "/docs",
]


def test_a_visit_by_keyboard(visit: Callable[..., Any]) -> None:
    page = visit("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("pho")
    page.wait_for_selector('#suggestions [role="option"]')
    field = page.locator("#q")
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "option-1"
    page.keyboard.press("ArrowUp")
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    assert page.locator("#suggestions").is_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=phone")
    assert page.locator(".card").count() == 15
    assert page.locator("#announce").inner_text().startswith("15 results")
    page.locator(".cover").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/**")
    assert page.locator("h1").count() == 1


def test_a_product_is_suggested_with_picture_and_price(visit: Callable[..., Any]) -> None:
    page = visit("/")
    with page.expect_response(lambda answer: "q=boots+white" in answer.url or "q=boots%20white" in answer.url):
        page.locator("#q").press_sequentially("boots white")
    settle(page)
    option = page.locator("#suggestions .option:has(.picture)").first
    option.wait_for()
    assert "¥" in option.inner_text()
    assert option.bounding_box()["height"] < 70
    assert option.locator("img").evaluate("i => i.complete || true")
    option.click()
    page.wait_for_url("**/p/boots-*")


def test_filters_sort_and_pages_without_a_reload(visit: Callable[..., Any]) -> None:
    page = visit("/search")
    page.evaluate("window.kept = true")
    page.get_by_role("checkbox", name="Nova").check()
    page.wait_for_url("**f.brand=Nova**")
    settle(page)
    assert page.locator("h1").inner_text() == "20 products"
    assert page.locator("#announce").inner_text() == "20 products"
    assert query(page) == {"f.brand": ["Nova"]}  # no empty bounds, no default order
    assert page.get_by_role("checkbox", name="Orchid").is_visible()  # a facet's own choice does not empty it
    page.get_by_role("checkbox", name="Orchid").check()
    page.wait_for_url("**f.brand=Orchid**")
    settle(page)
    assert page.locator("h1").inner_text() == "40 products"
    page.get_by_label("Sort by").select_option("-price")
    page.wait_for_url("**sort=-price**")
    settle(page)
    prices = [int(text.replace("¥", "").replace(",", "")) for text in page.locator(".grid .price").all_inner_texts()]
    assert prices == sorted(prices, reverse=True)
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=2**")
    settle(page)
    assert page.locator(".card").count() == 16
    assert sorted(query(page)["f.brand"]) == ["Nova", "Orchid"]
    page.get_by_role("link", name="Remove Brand: Nova").click()
    wait(page, "() => !location.search.includes('Nova')")
    settle(page)
    assert query(page) == {"f.brand": ["Orchid"], "sort": ["-price"]}
    page.locator('[name="min.price"]').fill("2000")
    page.locator('[name="max.price"]').fill("4000")
    page.locator('[name="max.price"]').press("Enter")
    page.wait_for_url("**max.price=4000**")
    settle(page)
    assert "Price: ¥2,000 – ¥4,000" in page.locator(".chips").inner_text()
    assert page.evaluate("window.kept") is True
    page.go_back()
    page.wait_for_url(lambda url: "max.price" not in url)
    page.wait_for_load_state()
    page.locator("#q").fill("pho")
    page.locator("#suggestions .option").first.wait_for()


def test_a_reading_is_taken_back_and_used_again(visit: Callable[..., Any]) -> None:
    page = visit("/")
    page.locator("#q").fill("phone under 2000")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search?q=**")
    assert page.locator(".grid > li").count() == 3
    page.evaluate("window.kept = true")
    chip = page.get_by_role("link", name="Remove Price: ≤ ¥2,000")
    chip.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**no=price**")
    settle(page)
    assert page.locator(".grid > li").count() == 15
    assert page.locator("#announce").inner_text().startswith("15 results")
    assert not page.get_by_text("Price: ≤ ¥2,000").count()
    page.get_by_role("checkbox", name="Nova").check()
    page.wait_for_url("**f.brand=Nova**")
    settle(page)
    assert query(page)["no"] == ["price:under 2000"]
    page.get_by_label("Sort by").select_option("price")
    page.wait_for_url("**sort=price**")
    settle(page)
    assert query(page)["no"] == ["price:under 2000"]
    page.get_by_role("link", name="Use everything you wrote again").click()
    wait(page, "() => !location.search.includes('no=')")
    settle(page)
    assert query(page) == {"q": ["phone under 2000"], "f.brand": ["Nova"], "sort": ["price"]}
    assert chip.is_visible()
    assert page.evaluate("window.kept") is True


@pytest.mark.parametrize(("width", "lang"), [(320, "en"), (390, "zh")])
def test_readings_on_a_phone(visit: Callable[..., Any], width: int, lang: str) -> None:
    page = visit(f"/search?q=i want a cheap black phone under 3000 not nova&lang={lang}", width=width, height=700)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    chips = page.locator("a.chip.reading")
    assert chips.count() == 5
    boxes = [chips.nth(number).bounding_box() for number in range(5)]
    assert all(box["height"] >= 44 for box in boxes)
    assert len({box["y"] for box in boxes}) == 1  # one row, moved sideways
    chips.last.focus()
    box = chips.last.bounding_box()
    assert 0 <= box["x"] < box["x"] + box["width"] <= width


def test_everything_works_without_scripts(visit: Callable[..., Any]) -> None:
    page = visit("/", java_script_enabled=False)
    page.locator("#q").fill("phone")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search?q=phone")
    page.get_by_role("checkbox", name="Nova").check()
    page.get_by_role("button", name="Apply").first.click()
    page.wait_for_url("**f.brand=Nova**")
    assert page.locator(".card").count() == 5
    page.get_by_role("button", name="Why this result?").first.click()
    assert page.locator("#why-1 .bars").first.is_visible()


def test_why_opens_and_closes(visit: Callable[..., Any]) -> None:
    page = visit("/search?q=phone")
    page.get_by_role("button", name="Why this result?").first.click()
    sheet = page.locator("#why-1")
    assert sheet.is_visible()
    assert "Your words found in" in sheet.inner_text()
    page.keyboard.press("Escape")
    assert sheet.is_hidden()


def test_the_language_switch_is_remembered(visit: Callable[..., Any]) -> None:
    page = visit("/search?q=phone")
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**lang=zh**")
    assert query(page)["q"] == ["phone"]
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.get_by_role("button", name="搜索").is_visible()


@BOTH
@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_is_wider_than_a_phone(visit: Callable[..., Any], path: str, width: int, lang: str) -> None:
    page = visit(f"{path}{'&' if '?' in path else '?'}lang={lang}", width=width, height=780)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_filters_on_a_phone_are_a_sheet_that_stays_open(visit: Callable[..., Any]) -> None:
    page = visit("/search?q=phone", width=390, height=780)
    assert page.locator("#facets").is_hidden()
    page.get_by_role("button", name="Filters").click()
    page.locator("#facets").get_by_label("Nova").check()
    page.wait_for_url("**f.brand=Nova**")
    settle(page)
    assert page.locator("#facets").is_visible()
    page.get_by_role("button", name="Show 5 products").click()
    assert page.locator("#facets").is_hidden()


def test_dark_pages_are_dark(visit: Callable[..., Any]) -> None:
    def ground(scheme: str) -> list[int]:
        page = visit("/", color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return [int(part) for part in colour[4:-1].split(",")]

    assert max(ground("dark")) < 60
    assert min(ground("light")) > 200


@BOTH
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", [*PAGES, "/search?q=i want a cheap black phone under 3000 not nova"])
def test_pages_can_be_operated_and_heard(visit: Callable[..., Any], path: str, width: int) -> None:
    assert visit(path, width=width).evaluate(AUDIT) == []


def test_the_first_tab_skips_to_the_content(visit: Callable[..., Any]) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_pages_are_light_and_do_not_jump(visit: Callable[..., Any]) -> None:
    page = visit("/search?q=phone")
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate("performance.getEntries().map(e => e.transferSize || 0)")
    assert sum(sizes) < 150 * 1024
    shift = page.evaluate(
        "new Promise(done => new PerformanceObserver(l => done(l.getEntries().reduce((s, e) => s + e.value, 0)))"
        ".observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 300))"
    )
    assert shift < 0.01


def test_a_broken_picture_leaves_a_tile(visit: Callable[..., Any]) -> None:
    page = visit("/")
    page.evaluate("document.querySelector('.picture img').src = '/static/icon.svg#gone'")
    page.evaluate("document.querySelector('.picture img').dispatchEvent(new Event('error'))")
    assert page.locator(".picture").first.locator("img").count() == 0


def test_pictures_are_on_screen(visit: Callable[..., Any]) -> None:
    page = visit("/p/boots-35")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.querySelector('.slides img').naturalWidth") > 0
