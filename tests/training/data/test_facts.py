from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.training.data.facts import readable


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        ('age_range_description:  { value:"little kid" }', "age range description: little kid"),
        ("batteries_required:  { value:false }", "batteries required: no"),
        ('material:  { value:"polyester" }; { value:"spandex" }', "material: polyester, spandex"),
        (
            "item_dimensions:  { width:{ unit:inches, normalized_value:{ unit:inches, value:9 }, value:9 }, "
            "length:{ unit:inches, value:12. }, height:{ unit:inches, value:0.5 } }",
            "item dimensions: width 9 inches, length 12 inches, height 0.5 inches",
        ),
        (
            "item_weight:  { unit:kilograms, normalized_value:{ unit:pounds, value:2.2 }, value:1 }",
            "item weight: 1 kilograms",
        ),
        ("item_weight:  { normalized_value:{ unit:pounds, value:2.2 } }", "item weight: 2.2 pounds"),
        ('color:  { standardized_values:[ "green" ], value:"green/blue" }', "color: green/blue"),
        ('color:  { standardized_values:[ "black" ], value:"charcoal" }', "color: charcoal (black)"),
        ("num_batteries:  { quantity:3, type:lithium_ion }", "num batteries: quantity 3, type lithium ion"),
        ('sleeve:  { length:[ { unit:inches, value:3.75 } ], type:[ { value:"short" } ] }',
         "sleeve: length 3.75 inches, type short"),
        ('chain_length:  { unit:inches, string_value:"20 inches", decimal_value:20 }', "chain length: 20 inches"),
        ("wireless_comm_standard:  { value:802_11_b }", "wireless comm standard: 802.11 b"),
        ("wireless_comm_standard:  { value:'2.4_ghz_radio' }", "wireless comm standard: 2.4 ghz radio"),
        ('response_time:  { unit:unknown_modifier, value:8 }', "response time: 8"),
        ("shaft:  { height:[ { unit:inches } ] }", "shaft"),
        ("leg:  { }", "leg"),
        ('media:  { value:"a: b; {c}, [d]" }', "media: a: b; {c}, [d]"),
    ],
)  # fmt: skip
def test_a_fact_becomes_a_line(fact: str, line: str) -> None:
    assert readable(fact) == line


@pytest.mark.parametrize(
    "text",
    [
        "",
        "it fits: see above",
        "size: { broken",
        "size: { value:1 } and more",
        'size: { value:"open }',
        "size: { value }",
        "size: " + "{ a:" * 50 + "1" + " }" * 50,
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert readable(text) == text


@settings(deadline=None)
@given(st.text(alphabet="ab1_:;,{}[]\"' ", max_size=40))
def test_never_fails_and_reading_twice_changes_nothing(text: str) -> None:
    line = readable("name: {" + text)
    assert isinstance(line, str)
    if "{" not in line:
        assert readable(line) == line
