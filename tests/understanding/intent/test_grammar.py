"""Templates: slots, alternatives, and what is wrong with them."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.understanding.intent.grammar import check, draw, expand, slots_of

FILLERS = {"product": ["lamp", "rug"], "id": ["A-###"], "few": ["only"]}


@pytest.mark.parametrize(
    ("template", "forms"),
    [
        ("hello", {"hello"}),
        ("a {product}", {"a lamp", "a rug"}),
        ("{product} or {product}", {"lamp or rug", "rug or lamp"}),
        ("[show|find] {few}", {"show only", "find only"}),
        ("a [red|] {few} [|please]", {"a red only", "a only", "a red only please", "a only please"}),
        ("[a {product}|nothing]", {"a lamp", "a rug", "nothing"}),
    ],
)
def test_every_form_and_no_other(template: str, forms: set[str]) -> None:
    check(template, FILLERS)
    dice = random.Random(0)
    assert {draw(template, FILLERS, dice) for _ in range(200)} == forms
    assert set(expand(template, FILLERS, 50, dice)) == forms
    assert len(expand(template, FILLERS, 1, dice)) == 1


def test_a_sign_of_number_is_a_digit() -> None:
    drawn = {draw("{id}", FILLERS, random.Random(seed)) for seed in range(20)}
    assert len(drawn) > 10
    assert all(re.fullmatch(r"A-\d{3}", each) for each in drawn)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("a {colour}", "slot 'colour', expected one with fillers: few, id, product"),
        ("{few} and {few}", "slot 'few'"),
        ("[a|b", "brackets that do not match"),
        ("a|b", "brackets that do not match"),
        ("{product", "brackets that do not match"),
        ("[a [b|c]]", "brackets that do not match"),
        ("[a|{colour}]", "slot 'colour'"),
    ],
)
def test_bad_templates(template: str, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        check(template, FILLERS)


@given(st.integers(), st.integers(1, 6))
def test_same_dice_same_utterances(seed: int, count: int) -> None:
    template = "[i want|get me|] a {product} {id}"
    first = expand(template, FILLERS, count, random.Random(seed))
    assert first == expand(template, FILLERS, count, random.Random(seed))
    assert len(set(first)) == len(first) == count


def test_slots_are_named_in_order() -> None:
    assert slots_of("{b} [x|{a}] {b}") == ["b", "a", "b"]
