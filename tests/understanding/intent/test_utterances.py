"""The project's utterances: enough of each, no text in two places, split without a template on both sides."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.language.detect import detect
from shelfwise.understanding.intent.grammar import expand, slots_of
from shelfwise.understanding.intent.taxonomy import OUT_OF_SCOPE, taxonomy
from shelfwise.understanding.intent.utterances import (
    LANGUAGES,
    Utterance,
    _groups,
    fillers,
    load_utterances,
    split_by_template,
)

UTTERANCES = load_utterances()


def bare(text: str) -> str:
    """A text without case, punctuation and spaces."""
    return re.sub(r"[\W_]+", "", text.casefold()) or text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", taxonomy())
def test_there_are_enough(intent: str, language: str) -> None:
    found = [each for each in UTTERANCES if (each.intent, each.language) == (intent, language)]
    least = 120 if intent == OUT_OF_SCOPE else 40
    assert len({each.template for each in found}) >= least
    assert len(found) >= 60


def test_fillers() -> None:
    for language in LANGUAGES:
        assert len(set(fillers(language)["product"])) >= 60
        assert len(set(fillers(language)["brand"])) >= 25
        for name, values in fillers(language).items():
            assert len(set(values)) == len(values), (language, name)


def test_every_slot_is_used() -> None:
    for language in LANGUAGES:
        used = {name for _, each, group in _groups() if each == language for text in group for name in slots_of(text)}
        assert used == set(fillers(language))


def test_no_text_comes_twice() -> None:
    assert len({each.text.casefold() for each in UTTERANCES}) == len(UTTERANCES)


def test_no_text_has_two_intents() -> None:
    """Also of the forms that the default seed does not draw."""
    meant: dict[str, tuple[str, str]] = {}
    for intent, language, group in _groups():
        for template in group:
            for text in expand(template, fillers(language), 30, random.Random(template)):
                known = meant.setdefault(bare(text), (intent, template))
                assert known[0] == intent, (text, known, (intent, template))


def test_templates_of_the_same_words_share_an_id() -> None:
    """What differs only by its slots would otherwise stand on both sides of a split."""
    seen: dict[tuple[str, str, str], str] = {}
    for intent, language, group in _groups():
        for template in group:
            words = re.sub(r"[\W_]", "", re.sub(r"\{\w+\}", "", template.casefold()))
            if len(words) >= (4 if language == "en" else 2):
                first = seen.setdefault((intent, language, words), group[0])
                assert first == group[0], (template, first)


def test_they_are_in_their_language() -> None:
    wrong = [each for each in UTTERANCES if each.language == "en" and detect(each.text) != "en"]
    assert not wrong
    chinese = [each for each in UTTERANCES if each.language == "zh"]
    assert sum(detect(each.text) != "en" for each in chinese) > 0.9 * len(chinese)


def test_no_shopper_can_be_known() -> None:
    assert not [each for each in UTTERANCES if re.search(r"@\w+\.|\b1[3-9]\d{9}\b", each.text)]


def test_same_seed_same_utterances() -> None:
    assert load_utterances(3, 2) == load_utterances(3, 2)
    assert load_utterances(3, 2) != load_utterances(4, 2)
    groups = {f"{intent}:{language}:{group[0]}": len(group) for intent, language, group in _groups()}
    counts = Counter(each.template for each in load_utterances(3, 2))
    assert all(count <= 2 * groups[template] for template, count in counts.items())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 0.6))
def test_a_split_puts_no_template_on_both_sides(seed: int, share: float) -> None:
    train, valid = split_by_template(UTTERANCES, share, seed)
    assert sorted(train + valid, key=repr) == sorted(UTTERANCES, key=repr)
    assert not {each.template for each in train} & {each.template for each in valid}
    assert not {each.text.casefold() for each in train} & {each.text.casefold() for each in valid}
    assert (train, valid) == split_by_template(UTTERANCES, share, seed)


def test_a_split_is_stratified() -> None:
    _, valid = split_by_template(UTTERANCES, 0.2, 0)
    every, held = templates(UTTERANCES), templates(valid)
    for key, names in every.items():
        assert len(held[key]) == round(0.2 * len(names)), key


def templates(utterances: tuple[Utterance, ...]) -> dict[tuple[str, str], set[str]]:
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for each in utterances:
        found[each.intent, each.language].add(each.template)
    return found
