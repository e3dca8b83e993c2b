"""A shopper at a real shop, in Chromium: what they do is in log and profile at once, and gone when forgotten."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

browsing = sys.modules["service_tests_browsing"]  # loaded by conftest.py
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("address", ["real"], indirect=True)]


@pytest.mark.parametrize(
    ("lang", "yes", "likes"), [("en", "Remember me", "You are interested in"), ("zh", "允许", "感兴趣")]
)
def test_a_shopper_is_known_at_once_and_forgotten_at_once(
    visit: Callable[..., Any], kept_shop: Any, lang: str, yes: str, likes: str
) -> None:
    shop = kept_shop[0]
    page = visit(f"/?lang={lang}")
    page.get_by_role("button", name=yes).click()
    browsing.wait(page, "() => !document.querySelector('.consent')")
    name = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "shopper")
    page.goto("/search?q=手机")
    page.wait_for_timeout(1500)  # so that something is seen
    page.locator(".grid .cover").first.click()
    page.wait_for_url("**/p/**")
    page.locator(".button.heart").click()
    page.locator("#favourites-count").wait_for()
    page.locator("button[data-act=cart]").click()
    page.locator("#cart-count").wait_for()
    page.goto("/cart")
    page.locator(".checkout button").click()
    page.wait_for_url("**/order")
    browsing.wait(page, "() => document.readyState === 'complete'")
    profile = shop.profile(name)
    assert profile.purchases == 1
    assert [text for text, _ in profile.searches] == ["手机"]
    assert profile.favourites == tuple(profile.bought)
    kinds = {event.kind for event in shop.audience.log.shopper_events(name)}
    assert {"search", "impression", "click", "view", "favourite", "cart", "purchase"} <= kinds
    page.goto("/you")
    assert likes in page.locator(".interest").first.inner_text()
    page.locator(".forget summary").click()
    page.locator(".forget button").click()
    page.wait_for_url("**/you?forgotten=1")
    assert page.locator(".interest").count() == 0
    assert shop.profile(name).events == 0
