"""What is said around the goods is silent; queries of keywords stay as they are."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.understander import word_steps
from shelfwise.understanding.base import Constraint, Understanding
from shelfwise.understanding.carriers import LONGEST, CarriersStep, talk_of
from shelfwise.understanding.pipeline import Pipeline

SPOKEN = tomllib.loads(Path(__file__).with_name("spoken.toml").read_text("utf-8"))
SENTENCES = [pair for language in SPOKEN.values() for pair in language["sentences"].items()]
KEYWORDS = [query for language in SPOKEN.values() for query in language["keywords"]]
ANALYZER = BilingualAnalyzer()
CHAIN = Pipeline(word_steps(ANALYZER, None))
STEP = CarriersStep(ANALYZER)


def core(text: str) -> str:
    return CHAIN(Understanding(text)).core


@pytest.mark.parametrize(("sentence", "goods"), SENTENCES, ids=[sentence for sentence, _ in SENTENCES])
def test_the_core_of_a_sentence_is_the_goods(sentence: str, goods: str) -> None:
    assert core(sentence) == goods


@pytest.mark.parametrize("query", KEYWORDS)
def test_keywords_stay_as_they_are(query: str) -> None:
    u = CHAIN(Understanding(query))
    assert (u.core, u.silent) == (query, ())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_there_are_enough_of_both(language: str) -> None:
    assert len(SPOKEN[language]["sentences"]) >= 40
    assert len(SPOKEN[language]["keywords"]) >= 30


@pytest.mark.parametrize(("sentence", "goods"), SENTENCES[::3])
def test_capitals_and_marks_change_nothing(sentence: str, goods: str) -> None:
    assert core(f"  {sentence.upper()} !!").casefold() == goods.casefold()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("i need a phone under 500 please", "phone"),
        ("please show me laptops, not from acer, under 500", "laptops"),
    ],
)
def test_consumed_constraints_are_silent(text: str, left: str) -> None:
    said = [words for words in ("under 500", "not from acer") if words in text]
    places = [(text.index(words), text.index(words) + len(words)) for words in said]
    constraints = tuple(
        Constraint("price", text[start:end], start, end, high=500, consumed=True) for start, end in places
    )
    u = STEP(Understanding(text, cleaned=text, text=text, constraints=constraints))
    assert set(places) <= set(u.silent)
    assert left == " ".join(_without(text, u.silent).replace(",", " ").split())


def _without(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    return "".join(char for at, char in enumerate(text) if not any(start <= at < end for start, end in spans))


def test_words_of_other_constraints_are_kept() -> None:
    text = "could you recommend good headphones"
    kept = Constraint("feature", "good", 20, 24, "good")
    assert core(text) == "headphones"
    u = STEP(Understanding(text, cleaned=text, text=text, constraints=(kept,)))
    assert "good headphones" in _without(text, u.silent)


def test_what_earlier_steps_silenced_stays_silent() -> None:
    text = "phone case thanks"
    assert STEP(Understanding(text, cleaned=text, text=text, silent=((0, 5),))).silent == ((0, 5), (11, 17))


def test_courtesies_alone_are_searched() -> None:
    assert core("hello") == "hello"
    assert core("谢谢") == "谢谢"


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(sorted({word for pair in SENTENCES for word in pair[0].split()})), max_size=14))
def test_silent_places_are_whole_words_in_order(words: list[str]) -> None:
    text = " ".join(words)
    spans = STEP.silent(text)
    assert spans == sorted(spans)
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_are_well_formed(language: str) -> None:
    talk = talk_of(language)
    for words in (talk.spoken, talk.weak, talk.courtesy, talk.request, talk.talk, talk.story, talk.keep):
        assert all(word == word.strip() != "" and len(word.split()) <= LONGEST for word in words)
    assert not talk.spoken & talk.weak
    assert talk.part <= talk.talk
    assert all(word.isascii() == (language == "en") for word in talk.talk)
