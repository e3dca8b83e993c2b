"""A profile in words: every belief in both languages, with what it is based on, and nothing made up."""

from __future__ import annotations

import re
import tomllib
from typing import get_args

import pytest

from shelfwise.behaviour.base import Profile, Stage
from shelfwise.behaviour.profiles import BANDS, build_profile, default_rules, explain, products_behind
from shelfwise.behaviour.profiles.explain import DID, FILE
from shelfwise.types import Attribute, Event, Product
from tests.behaviour.profiles.given import NOW, SHELF, Shelf, event

PRODUCTS = {
    id: Product(
        id,
        id,
        brand=facts.brand,
        category=facts.category,
        attributes={key.removeprefix("attributes."): Attribute(values) for key, values in facts.attributes.items()},
    )
    for id, facts in SHELF.items()
}


def profile_of(*events: Event) -> Profile:
    return build_profile("ann", events, Shelf(SHELF), NOW, default_rules())


def told(profile: Profile, locale: str = "en") -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    products = [PRODUCTS[id] for id in products_behind(profile) if id in PRODUCTS]
    for belief in explain(profile, locale, products):  # type: ignore[arg-type]
        found.setdefault(belief.topic, []).append((belief.text, belief.basis))
    return found


def test_beliefs_and_their_grounds() -> None:
    said = told(
        profile_of(
            event("search", text="phone", days=1),
            event("click", "phone", days=1),
            event("click", "phone", days=1),
            event("view", "phone2"),
            event("cart", "phone2"),
            event("purchase", "kettle", value=1200.0),
            event("rating", "kettle", value=5),
        )
    )
    assert said["category"][0] == ("You are interested in Home > Kettles.", "Because you bought 1, rated 1.")
    assert ("You are interested in Electronics > Phones.", "Because you looked at 2, put 1 into the cart.") in said[
        "category"
    ]
    assert said["brand"][0] == ("You like the brand Nova.", "Because you looked at 1, bought 1, rated 1.")
    assert said["attributes.color"][0][0] == "You like color: black."
    assert said["bought"] == [("You bought here once, for 1,200.00.", "Because you bought 1.")]
    assert said["cart"] == [("In your cart: 1.", "As you left it.")]
    assert said["searches"][0][0] == "You searched for: phone."
    assert said["satisfaction"][0][0] == "You are content with us."
    assert said["stage"] == [
        ("You are about to buy something.", "From 7 actions in 2 visits, the first on 2026-02-28.")
    ]


@pytest.mark.parametrize(
    ("events", "counted", "did", "bought"),
    [
        (
            [event("favourite", "phone"), event("purchase", "phone", value=5.0)],
            "From 2 actions in 1 visit, the first on 2026-03-01.",
            "marked 1 as a favourite",
            "You bought here once, for 5.00.",
        ),
        (
            [event("favourite", id) for id in ("phone", "phone2")]
            + [event("purchase", "phone", value=5.0, days=days) for days in (0, 3)],
            "From 4 actions in 2 visits, the first on 2026-02-26.",
            "marked 2 as favourites",
            "You bought here 2 times, for 10.00 in all.",
        ),
    ],
)
def test_one_and_many(events: list[Event], counted: str, did: str, bought: str) -> None:
    said = told(profile_of(*events))
    assert (said["stage"][0][1], said["bought"][0][0]) == (counted, bought)
    assert any(did in basis for _, basis in said["category"])


def test_one_action() -> None:
    only = profile_of(event("favourite", "phone"))
    assert told(only)["stage"][0][1] == "From 1 action in 1 visit, the first on 2026-03-01."
    assert told(only, "zh")["stage"][0][1] == "根据1次访问中的1个行为，首次在2026-03-01。"


def test_the_same_in_chinese() -> None:
    profile = profile_of(event("click", "phone", days=1), event("purchase", "kettle", value=50.0))
    assert {key: len(lines) for key, lines in told(profile).items()} == {
        key: len(lines) for key, lines in told(profile, "zh").items()
    }
    assert told(profile, "zh")["category"][0] == ("您对“Home > Kettles”感兴趣。", "因为您买过1件。")


def test_names_of_the_shop_are_used() -> None:
    beliefs = explain(
        profile_of(event("cart", "phone")),
        "zh",
        [PRODUCTS["phone"]],
        name=lambda field, value: {"black": "黑色"}.get(value, value),
        field_name=lambda field: "颜色",
    )
    assert "您喜欢颜色：黑色。" in [belief.text for belief in beliefs]


def test_without_its_products_a_belief_says_that_it_is_older() -> None:
    beliefs = explain(profile_of(event("purchase", "phone")), "en")
    assert {belief.basis for belief in beliefs if belief.topic == "brand"} == {"Because of what you did a while ago."}


def test_nothing_is_believed_of_a_stranger() -> None:
    assert explain(Profile("x", NOW), "en") == ()


def test_faint_interests_are_not_told() -> None:
    assert "brand" not in told(profile_of(event("view", "phone", days=300)))


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_text_is_there_in_both_languages_with_the_same_slots(locale: str) -> None:
    texts = tomllib.loads(FILE.read_text("utf-8"))
    assert set(texts[locale]["price"]) == set(BANDS)
    assert {f"stage_{stage}" for stage in get_args(Stage)} <= set(texts[locale]["belief"])
    assert set(texts[locale]["did"]) == set(DID)
    for section in ("belief", "basis", "counted", "did"):
        for key, text in texts[locale][section].items():
            other = texts["zh" if locale == "en" else "en"][section][key]
            assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", other)), key


def test_braces_in_names_are_only_text() -> None:
    assert "{0}" in explain(profile_of(event("cart", "phone")), "en", name=lambda field, value: "{0}")[1].text
