from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.training.data.clean import folded
from shelfwise.training.data.dedupe import FACTS, TRUST, dedupe
from shelfwise.training.data.examples import Example
from tests.training.data.made import EXAMPLES, SOURCES, pair


def test_the_same_pair_stands_once_whatever_its_case_and_width() -> None:
    deduped = dedupe([pair("boots", "Red boots", group="1"), pair("ＢＯＯＴＳ", "red  boots", group="2")])
    assert deduped.examples == [pair("boots", "Red boots", group="1")]
    assert deduped.counts == {"duplicate pairs": 1}


def test_texts_that_other_examples_of_the_query_have_go_and_the_rest_stays() -> None:
    one = Example("boots", ("a", "b"), (1.0, 0.0), "boots", "log")
    other = Example("boots", ("b", "c"), (0.0, 0.5), "boots", "log")
    assert dedupe([one, other]).examples == [one, Example("boots", ("c",), (0.5,), "boots", "log")]


def test_one_source_that_contradicts_itself_is_right_in_the_mean() -> None:
    example = Example("boots", ("a", "A", "b"), (1.0, 0.0, 0.0), "boots", "judgments")
    deduped = dedupe([example])
    assert deduped.examples == [Example("boots", ("a", "b"), (0.5, 0.0), "boots", "judgments")]
    assert deduped.counts == {"contradictory grades": 1, "duplicate pairs": 1}


def test_people_are_right_where_sources_contradict_each_other() -> None:
    guessed = pair("laptop", "laptop bag", 1.0, group="p1")
    judged = pair("laptop", "laptop bag", 0.0, source="judgments")
    for order in ([guessed, judged], [judged, guessed]):
        assert dedupe(order).examples == [judged]


def test_a_fact_is_right_for_one_product_and_wrong_for_another() -> None:
    one = pair("waterproof?", "material: wool", 1.0, group="p1", source="questions")
    other = pair("waterproof?", "material: wool", 0.0, group="p2", source="questions")
    assert dedupe([one, other]).examples == [one, other]


LONG = "a warm red winter jacket made of soft wool with a hood, two pockets and a zip, for cold days in the city"


def test_what_is_nearly_the_same_goes() -> None:
    first = pair("red winter jacket of warm wool", LONG)
    second = pair("red winter jacket of warm wool", LONG.replace("cold", "colder"), group="p2")
    other_query = pair("what to wear on a cold day", LONG.replace("cold", "colder"), group="p3")
    other_number = pair("red winter jacket of warm wool", LONG.replace("two", "size 40 with 2"), group="p4")
    examples = [first, second, other_query, other_number]
    deduped = dedupe(examples)
    assert deduped.examples == [first, other_query, other_number]
    assert deduped.counts == {"near duplicates": 1}
    assert dedupe(examples, near=False).examples == examples


def test_every_source_has_its_place_in_the_order_of_trust() -> None:
    assert set(TRUST) == set(SOURCES) >= FACTS


@settings(deadline=None)
@given(st.lists(EXAMPLES, max_size=10))
def test_each_pair_is_left_exactly_once(examples: list[Example]) -> None:
    def pairs(given: list[Example]) -> list[tuple[str, str, str]]:
        return [
            (folded(each.query), folded(text), each.group if each.source in FACTS else "")
            for each in given
            for text in each.texts
        ]

    left = dedupe(examples, near=False)
    assert sorted(set(pairs(examples))) == sorted(pairs(left.examples))
    assert dedupe(left.examples, near=False).examples == left.examples
