"""A bilingual vocabulary from an encoder whose meaning is known, and from one that has none."""

from __future__ import annotations

from shelfwise.language.base import Encoder
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.types import Product
from shelfwise.understanding.expansion import encoder as miner
from shelfwise.understanding.expansion.base import Candidate
from shelfwise.understanding.expansion.corpus import read_corpus
from shelfwise.understanding.expansion.encoder import asked_words, mine_encoder, names, pairs_of
from tests.understanding.expansion.shops import PAIRS, Meaning

KNOWN = {
    f"known{letter}{other}": f"词{chr(0x4E00 + 40 * n + m)}"
    for n, letter in enumerate("abcdef")
    for m, other in enumerate("ghijkl")
}
RULES = [((one, other), (one, other)) for one, other in KNOWN.items()]
GOODS = [Product(f"{good}{n}", f"{good} number") for good in PAIRS for n in range(4)]
QUERIES = [(f"{other} 便宜", 5) for other in PAIRS.values()]


def mined(monkeypatch, encoder: Encoder, vocabulary: int = 10) -> list[Candidate]:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(miner, "VOCABULARY", vocabulary)
    corpus = read_corpus(GOODS, PAIRS.values())
    return list(mine_encoder(corpus, encoder, RULES, QUERIES))


def test_pairs_are_found_without_a_rule_for_them(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    found = mined(monkeypatch, Meaning({**PAIRS, **KNOWN}))
    assert {each.words: each.other for each in found} == PAIRS
    assert {each.confidence for each in found} == {1.0}
    assert found[0].languages == ("en", "zh")


def test_an_encoder_that_fails_on_the_known_pairs_offers_nothing(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    assert mined(monkeypatch, FakeEncoder()) == []
    assert mined(monkeypatch, Meaning(PAIRS)) == []


def test_too_few_words_of_the_other_language_offer_nothing(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    assert mined(monkeypatch, Meaning({**PAIRS, **KNOWN}), vocabulary=1000) == []


def test_brands_are_left_alone(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(miner, "VOCABULARY", 10)
    branded = [Product(each.id, each.title, brand=each.title.split()[0]) for each in GOODS]
    corpus = read_corpus(branded, PAIRS.values())
    assert list(mine_encoder(corpus, Meaning({**PAIRS, **KNOWN}), RULES, QUERIES)) == []


def test_names_and_pairs_of_rules() -> None:
    rules = [(("TV", "telly"), ("TV", "电视"))]
    assert names(rules, "en") == ["tv", "telly"]
    assert names(rules, "zh") == ["电视"]
    assert pairs_of(rules, "en") == {("tv", "电视"), ("telly", "电视")}
    assert pairs_of(rules, "zh") == {("电视", "tv"), ("电视", "telly")}


def test_words_of_past_queries_by_their_counts() -> None:
    corpus = read_corpus(GOODS, ())
    assert asked_words([("台灯 led", 9), ("水壶", 2), ("台灯", 1), ("毛毯", 3)], corpus, "zh") == ["台灯", "毛毯"]
