from __future__ import annotations

import re

import pytest

from shelfwise.simulate.pictures import shapes
from shelfwise.simulate.reviews import review_data
from shelfwise.simulate.specs import Kind, brands, kinds, values
from shelfwise.simulate.texts import text_data

KINDS = list(kinds().values())
ALWAYS = {"brand", "brand_en", "name", "line", "fits", "noun"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_a_kind_names_only_what_exists(kind: Kind) -> None:
    assert any(kind.makes in brand.makes for brand in brands().values())
    assert kind.draw in shapes()
    assert set(kind.aspects) <= set(review_data()["aspect"])
    assert len(kind.aspects) >= 2
    assert set(kind.path) <= set(values()["category"])
    assert kind.title in text_data()["title"]
    assert kind.siblings in kind.facts and kind.facts[kind.siblings].by is None
    assert kind.variants is None or kind.facts[kind.variants].by is None
    assert kind.fits is None or kind.fits in kinds()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_facts_are_known_and_scales_as_long_as_their_values(kind: Kind) -> None:
    for key, fact in kind.facts.items():
        assert key in values()["attribute"]
        for value in fact.values:
            assert not isinstance(value, str) or value in values()[key], (key, value)
        if fact.by:
            assert len(fact.values) == len(kind.facts[fact.by].values)
    for key, factors in kind.scale.items():
        assert len(factors) == len(kind.facts[key].values)
    for by, words in kind.words.values():
        assert len(words) == len(kind.facts[by].values)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_texts_name_only_slots_that_are_filled_and_both_languages_name_facts(kind: Kind) -> None:
    slots = ALWAYS | set(kind.facts) | set(kind.words)
    pairs = [*kind.nouns, *kind.openers, *(p.sentence for p in kind.points), *(p.words for p in kind.points)]
    for pair in [*pairs, kind.spec]:
        for text in pair:
            assert set(re.findall(r"\{(\w+)\}", text)) <= slots, text
            assert text.count("[") == text.count("]"), text
    for point in kind.points:
        assert not point.fact or point.fact in kind.facts


def test_words_of_points_mean_one_thing() -> None:
    """A feature's English name has one Chinese label."""
    seen: dict[str, set[str]] = {}
    for kind in KINDS:
        for point in kind.points:
            seen.setdefault(point.words[1], set()).add(point.words[0])
    assert {en: zh for en, zh in seen.items() if len(zh) > 1} == {}
