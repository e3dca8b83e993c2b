"""The intents: all that were asked for, named in both languages, none without an answer."""

from __future__ import annotations

import dataclasses

import pytest

from shelfwise.understanding.intent.taxonomy import OUT_OF_SCOPE, taxonomy

NEEDED = [
    "find_product",
    "new_arrivals",
    "read_reviews",
    "compare",
    "deals",
    "gift",
    "advice",
    "product_question",
    "compatibility",
    "brand_navigation",
    "buy_again",
    "order_status",
    "shipping",
    "return_refund",
    "payment",
    "account",
    "complaint",
    "human_agent",
    "small_talk",
    "out_of_scope",
]
PAGES = {"orders", "shipping", "returns", "payment", "account", "contact", ""}


def test_the_intents() -> None:
    assert set(NEEDED) <= set(taxonomy())
    assert len(taxonomy()) <= len(NEEDED) + 3
    assert OUT_OF_SCOPE in taxonomy()


@pytest.mark.parametrize("name", NEEDED)
def test_each_is_named_and_described(name: str) -> None:
    intent = taxonomy()[name]
    assert intent.name == name
    assert intent.label["en"].isascii() and not intent.label["zh"].isascii()
    assert intent.description.endswith(".")
    assert intent.send_to in PAGES
    assert not (intent.search and intent.send_to)


def test_names_for_people_are_different() -> None:
    for language in ("en", "zh"):
        names = [intent.label[language] for intent in taxonomy().values()]  # type: ignore[index]
        assert len(set(names)) == len(names)


def test_it_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        taxonomy()["deals"].search = False  # type: ignore[misc]
    with pytest.raises(TypeError):
        taxonomy()["deals"] = taxonomy()["gift"]  # type: ignore[index]
    assert taxonomy() is taxonomy()
