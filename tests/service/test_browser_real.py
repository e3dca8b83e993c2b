"""A shopper at a real shop, in Chromium: search in both languages, suggestions, facets, order, why, product, phone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

browsing = sys.modules["service_tests_browsing"]  # loaded by conftest.py
query, wait, settle = browsing.query, browsing.wait, browsing.settle
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("address", ["real"], indirect=True)]
Visit = Callable[..., Any]


def search(page: Any, text: str) -> None:
    page.locator("#q").fill(text)
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search?q=**")


def focused(page: Any, selector: str) -> None:
    """Tabs until something that fits the selector has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key never comes to {selector}")


@pytest.mark.parametrize(("text", "lang", "word"), [("hiking boots", "en", "boots"), ("电热水壶", "zh", "热水壶")])
def test_searching_in_both_languages(visit: Visit, text: str, lang: str, word: str) -> None:
    page = visit(f"/?lang={lang}")
    search(page, text)
    first = page.locator(".card").first
    assert word in first.locator(".title").inner_text()
    assert any(part in text for part in first.locator("mark").all_inner_texts())
    assert "¥" in first.locator(".price").inner_text()
    assert text in page.locator("h1").inner_text()
    assert page.locator("#announce").text_content() == page.locator("h1").inner_text()


def prices(page: Any) -> list[float]:
    texts = page.locator(".grid .price").all_inner_texts()
    return [float(text.replace("¥", "").replace(",", "")) for text in texts]


@pytest.mark.parametrize(
    ("text", "lang", "chip"),
    [("smartphone under 3000", "en", "Remove Price: ≤ ¥3,000"), ("智能手机3000元以下", "zh", "移除 价格：≤ ¥3,000")],
)
def test_a_price_limit_is_understood_and_taken_back(visit: Visit, text: str, lang: str, chip: str) -> None:
    page = visit(f"/?lang={lang}")
    search(page, text)
    limited = page.locator("h1").inner_text()
    assert prices(page)
    assert max(prices(page)) <= 3000
    page.get_by_role("link", name=chip).click()
    page.wait_for_url("**no=price**")
    settle(page)
    assert page.get_by_role("link", name=chip).count() == 0
    assert max(prices(page)) > 3000
    assert page.locator("h1").inner_text() != limited
    page.locator("a.again").click()
    wait(page, "() => !location.search.includes('no=')")
    settle(page)
    assert page.locator("h1").inner_text() == limited


def test_a_whole_visit_by_keyboard(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("/")
    with page.expect_response(lambda answer: answer.url.endswith("q=phone")):
        page.keyboard.type("phone")
    settle(page)
    page.locator("#suggestions .option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("#q").get_attribute("aria-activedescendant") == "option-2"
    page.keyboard.press("ArrowUp")
    assert page.locator("#option-1").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    focused(page, 'input[name="f.brand"]')
    brand = page.evaluate("document.activeElement.value")
    page.keyboard.press("Space")
    page.wait_for_url("**f.brand=**")
    settle(page)
    assert query(page)["f.brand"] == [brand]
    wait(page, "() => document.activeElement.name === 'f.brand'")  # the focus is where it was
    focused(page, "button.why")
    page.keyboard.press("Enter")
    assert page.locator("#why-1").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#why-1").is_hidden()
    focused(page, "a.cover")
    assert page.evaluate("getComputedStyle(document.activeElement, '::after').outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/**")
    page.go_back()
    page.wait_for_url("**f.brand=**")
    page.wait_for_load_state("networkidle")
    assert page.locator('input[name="f.brand"]:checked').count() == 1


def test_pinyin_suggests_chinese(visit: Visit) -> None:
    page = visit("/?lang=zh")
    with page.expect_response(lambda answer: answer.url.endswith("q=shouji")):
        page.locator("#q").press_sequentially("shouji")
    settle(page)
    assert "手机" in page.locator("#suggestions").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#suggestions").is_hidden()
    assert page.locator("#q").input_value() == "shouji"


def test_facets_stars_and_order(visit: Visit) -> None:
    page = visit("/search?q=phone&sort=price")
    everything = page.locator("h1").inner_text()
    page.locator(".facet").filter(has_text="Rating").get_by_role("link").first.click()
    page.wait_for_url("**min.rating=**")
    settle(page)
    assert page.locator("h1").inner_text() != everything
    least = float(query(page)["min.rating"][0])
    given = [float(text) for text in page.locator(".grid .average").all_inner_texts()]
    assert given
    assert min(given) >= least - 0.05  # shown rounded
    page.locator('input[name="f.brand"]').first.check()
    page.wait_for_url("**f.brand=**")
    settle(page)
    assert set(query(page)) == {"q", "sort", "min.rating", "f.brand"}  # one choice keeps the others
    prices = [float(text.replace("¥", "").replace(",", "")) for text in page.locator(".grid .price").all_inner_texts()]
    falls = sum(left > right for left, right in pairwise(prices))
    assert falls <= 1  # what matches poorly follows, sorted by itself
    assert page.locator(".chips .chip:not(.reading)").count() == 3
    page.get_by_role("link", name="Clear all").click()
    wait(page, "() => !location.search.includes('min.rating')")
    settle(page)
    assert page.locator("h1").inner_text() == everything


def test_what_was_given_up_is_crossed_out(visit: Visit) -> None:
    page = visit("/search?q=phone&f.brand=Nova&min.price=99999999&lang=zh")
    assert "没有完全符合的商品" in page.locator(".notice").inner_text()
    assert "价格" in page.locator(".notice s").first.inner_text()
    assert page.locator(".chip.unused").count() >= 1
    assert page.locator(".card").count() > 0


def test_why_is_told_in_words(visit: Visit) -> None:
    page = visit("/search?q=hiking boots")
    page.get_by_role("button", name="Why this result?").first.click()
    sheet = page.locator("#why-1")
    assert "Your words found in" in sheet.inner_text()
    assert "hiking" in sheet.inner_text()
    assert sheet.locator(".bars").count() >= 2
    sheet.get_by_role("button", name="Close").click()
    assert sheet.is_hidden()


def test_a_product_with_its_options_and_neighbours(visit: Visit) -> None:
    page = visit("/p/boots-35")
    page.locator('.choice[href$="boots-35-S"]').click()
    page.wait_for_url("**variant=boots-35-S")
    assert page.locator('.choice[aria-current="true"]').inner_text().startswith("S")
    row = page.locator("section", has=page.get_by_role("heading", name="Similar products"))
    assert row.locator(".card").count() == 8
    assert row.locator(".reason").count() == 1
    row.locator(".cover").first.click()
    page.wait_for_url(lambda address: "boots-35" not in address)
    assert page.locator("h1").count() == 1


def test_the_language_changes_in_place(visit: Visit) -> None:
    page = visit("/search?q=手机&sort=price")
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**lang=zh**")
    assert (query(page)["q"], query(page)["sort"]) == (["手机"], ["price"])
    assert page.get_by_label("排序").input_value() == "price"
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**lang=en**")
    assert page.get_by_label("Sort by").input_value() == "price"


def test_a_phone(visit: Visit) -> None:
    page = visit("/?lang=zh", width=390, height=780, has_touch=True)
    search(page, "手机")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="筛选").click()
    sheet = page.locator("#facets")
    sheet.locator('input[name="f.brand"]').first.check()
    page.wait_for_url("**f.brand=**")
    settle(page)
    assert sheet.is_visible()
    box = sheet.locator(".value").first.bounding_box()
    assert box["height"] >= 44
    sheet.locator(".done").click()
    assert sheet.is_hidden()
    page.locator(".cover").first.click()
    page.wait_for_url("**/p/**")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_pages_do_not_jump_while_pictures_come(visit: Visit) -> None:
    for path in ("/", "/search?q=phone", "/p/boots-35"):
        page = visit(path)
        page.wait_for_load_state("networkidle")
        shift = page.evaluate(
            "new Promise(done => { const seen = new PerformanceObserver(() => {});"
            "seen.observe({type: 'layout-shift', buffered: true});"
            "requestAnimationFrame(() => done(seen.takeRecords().reduce((sum, one) => sum + one.value, 0))) })"
        )
        assert shift < 0.01, path
